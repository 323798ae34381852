"""代扣代缴 agreements as items, lists and pages read them. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from db import engine
from db.crypto import unseal, unseal_text
from db.stores.agreements import ACCOUNT, PAYER, PHONE
from db.stores.messages import EXCHANGE
from db.stores.people import ID_NUMBER


class Agreement(Struct, frozen=True, kw_only=True):
    """`checked_at` None: the bank has not confirmed the account yet. `ended_on` None: it is in force."""

    id: int
    number: str
    payer_name: str
    payer_id_type: str
    payer_id_number: str
    bank: str
    branch: str
    bank_account: str
    phone: str
    address: str
    signed_on: date
    checked_at: datetime | None
    ended_on: date | None
    recorded_by_name: str


class Member(Struct, frozen=True, kw_only=True):
    position: int
    person_id: int
    name: str
    id_number: str
    relation: str
    tier: str


class Candidate(Struct, frozen=True, kw_only=True):
    """Somebody on a confirmed agreement. `listed`: a list of this year that is not over has him already."""

    agreement_id: int
    number: str
    payer_name: str
    person_id: int
    name: str
    id_number: str
    id_index: bytes
    tier: str
    listed: bool


class DebitLine(Struct, frozen=True, kw_only=True):
    """A line of a list and the account it is to be taken from. `stands`: the agreement still has him, and nobody has paid for
    the year since."""

    line_no: int
    person_id: int
    name: str
    id_number: str
    region_code: str
    amount_fen: int
    agreement_id: int
    payer_index: bytes
    bank_account: str
    stands: bool


class Unchecked(Struct, frozen=True, kw_only=True):
    agreement_id: int
    payer_name: str
    payer_id_number: str
    payer_index: bytes
    bank_account: str


class BankLine(Struct, frozen=True):
    """Agreements in force with one bank. `waiting`: those it has not confirmed and was not asked about."""

    bank: str
    agreements: int
    people: int
    waiting: int


class FileLine(Struct, frozen=True, kw_only=True):
    id: int
    partner: str
    kind: str
    file_name: str
    row_count: int
    total_fen: int
    state: str
    created_at: datetime
    done_at: datetime | None


async def in_force(county_code: int, payer_index: bytes) -> Agreement | None:
    return await _one("county_code = $1 and payer_index = $2 and ended_on is null", county_code, payer_index)


async def of_case(county_code: int, case_id: int, payer_index: bytes) -> Agreement | None:
    """The agreement a case made, or the one it amended."""
    made = await _one("county_code = $1 and case_id = $2", county_code, case_id)
    return made or await in_force(county_code, payer_index)


async def _one(where: str, *args: object) -> Agreement | None:
    row = await engine.fetchrow(f"select * from debit_agreement where {where} order by id desc limit 1", *args)
    if row is None:
        return None
    sealed: dict[str, Any] = {"payer_id_number": unseal_text(row["payer_id_sealed"], PAYER),
              "bank_account": unseal_text(row["bank_account_sealed"], ACCOUNT),
              "phone": unseal_text(row["phone_sealed"], PHONE) if row["phone_sealed"] else ""}  # fmt: skip
    return Agreement(**sealed, **{name: row[name] for name in Agreement.__struct_fields__ if name not in sealed})


async def members(county_code: int, agreement: Agreement) -> list[Member]:
    """In the order in which they are debited; of an ended agreement those of its last day."""
    rows = await engine.fetch(
        "select m.position, m.person_id, p.name, p.id_number_sealed, m.relation, m.tier from debit_member m"
        " join person p on p.county_code = $1 and p.id = m.person_id where m.county_code = $1 and m.agreement_id = $2"
        " and m.until_on is not distinct from $3 order by m.position",
        county_code, agreement.id, agreement.ended_on,
    )  # fmt: skip
    return [_member(row) for row in rows]


def _member(row: engine.Record) -> Member:
    number = unseal_text(row["id_number_sealed"], ID_NUMBER)
    return Member(id_number=number, **{n: row[n] for n in Member.__struct_fields__ if n != "id_number"})


async def on_another(county_code: int, people: Sequence[int], agreement_id: int) -> set[int]:
    """Who of these people is on somebody else's agreement: nobody is on two."""
    rows = await engine.fetch(
        "select person_id from debit_member where county_code = $1 and person_id = any($2::bigint[]) and until_on is null"
        " and agreement_id <> $3",
        county_code, list(people), agreement_id,
    )  # fmt: skip
    return {row["person_id"] for row in rows}


async def debited(county_code: int, agreement_id: int, year: int) -> bool:
    """Whether this year's debit of an agreement is under way or done (R-119)."""
    found: bool = await engine.fetchval(
        "select exists (select from fund_document d join document_line l on l.county_code = d.county_code and l.document_id = d.id"
        " where d.county_code = $1 and d.kind = 'direct_debit' and d.state <> 'cancelled' and l.note = $2 and l.year = $3"
        " and l.state in ('good', 'booked', 'exception', 'settled'))",
        county_code, f"{agreement_id}", year,
    )  # fmt: skip
    return found


async def candidates(county_code: int, bank: str, year: int) -> list[Candidate]:
    """Agreement by agreement, each in its order (R-117)."""
    rows = await engine.fetch(
        "select g.id as agreement_id, g.number, g.payer_name, m.person_id, p.name, p.id_number_sealed, p.id_index, m.tier,"
        " exists (select from individual_account a join document_line l on l.county_code = $1 and l.account_id = a.id and l.year = $3"
        " and l.state = 'good' join fund_document d on d.county_code = $1 and d.id = l.document_id and d.kind = 'direct_debit'"
        " and d.state in ('draft', 'declared', 'approved') where a.county_code = $1 and a.person_id = m.person_id) as listed"
        " from debit_agreement g join debit_member m on m.county_code = $1 and m.agreement_id = g.id and m.until_on is null"
        " join person p on p.county_code = $1 and p.id = m.person_id"
        " where g.county_code = $1 and g.bank = $2 and g.ended_on is null and g.checked_at is not null order by g.id, m.position",
        county_code, bank, year,
    )  # fmt: skip
    return [
        Candidate(id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
                  **{n: row[n] for n in Candidate.__struct_fields__ if n != "id_number"})
        for row in rows
    ]  # fmt: skip


async def debit_lines(county_code: int, document_id: int) -> list[DebitLine]:
    """The good lines of a list, in its order."""
    rows = await engine.fetch(
        "select l.line_no, a.person_id, p.name, p.id_number_sealed, p.region_code, l.amount_fen, g.id as agreement_id, g.payer_index,"
        " g.bank_account_sealed, exists (select from debit_member m where m.county_code = $1 and m.agreement_id = g.id"
        " and m.person_id = a.person_id and m.until_on is null) and not exists (select from contribution_year y where y.county_code = $1"
        " and y.account_id = a.id and y.year = l.year and y.personal_fen > 0) as stands"
        " from document_line l join individual_account a on a.county_code = $1 and a.id = l.account_id"
        " join person p on p.county_code = $1 and p.id = a.person_id"
        " join debit_agreement g on g.county_code = $1 and g.id = l.note::bigint"
        " where l.county_code = $1 and l.document_id = $2 and l.state = 'good' order by l.line_no",
        county_code, document_id,
    )  # fmt: skip
    return [
        DebitLine(id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
                  bank_account=unseal_text(row["bank_account_sealed"], ACCOUNT),
                  **{n: row[n] for n in DebitLine.__struct_fields__ if n not in ("id_number", "bank_account")})
        for row in rows
    ]  # fmt: skip


async def unchecked(county_code: int, bank: str) -> list[Unchecked]:
    """Agreements the bank has not confirmed."""
    rows = await engine.fetch(
        "select g.id as agreement_id, g.payer_name, g.payer_id_sealed, g.payer_index, g.bank_account_sealed from debit_agreement g"
        " where g.county_code = $1 and g.bank = $2 and g.ended_on is null and g.checked_at is null order by g.id",
        county_code, bank,
    )  # fmt: skip
    return [
        Unchecked(agreement_id=row["agreement_id"], payer_name=row["payer_name"], payer_index=row["payer_index"],
                  payer_id_number=unseal_text(row["payer_id_sealed"], PAYER),
                  bank_account=unseal_text(row["bank_account_sealed"], ACCOUNT))
        for row in rows
    ]  # fmt: skip


async def banks(county_code: int) -> list[BankLine]:
    rows = await engine.fetch(
        "select g.bank, count(distinct g.id)::int as agreements, count(m.id)::int as people,"
        " (count(distinct g.id) filter (where g.checked_at is null))::int as waiting from debit_agreement g left join debit_member m"
        " on m.county_code = $1 and m.agreement_id = g.id and m.until_on is null"
        " where g.county_code = $1 and g.ended_on is null group by g.bank order by g.bank",
        county_code,
    )  # fmt: skip
    return [BankLine(**dict(row)) for row in rows]


_FILE = "select id, partner, kind, file_name, row_count, total_fen, state, created_at, done_at from exchange_file"


async def files(county_code: int, kind: str, limit: int) -> list[FileLine]:
    """What banks were sent, the newest first."""
    rows = await engine.fetch(
        f"{_FILE} where county_code = $1 and direction = 'out' and kind = $2 order by id desc limit $3",
        county_code, kind, limit,
    )  # fmt: skip
    return [FileLine(**dict(row)) for row in rows]


async def file_of(county_code: int, document_id: int) -> FileLine | None:
    row = await engine.fetchrow(
        f"{_FILE} where county_code = $1 and direction = 'out' and kind = 'debit' and document_id = $2",
        county_code, document_id,
    )  # fmt: skip
    return FileLine(**dict(row)) if row else None


async def open_signing(county_code: int, bank: str) -> bool:
    """Whether the bank still owes an answer to a sign file."""
    found: bool = await engine.fetchval(
        "select exists (select from exchange_file where county_code = $1 and partner = $2 and direction = 'out' and kind = 'signing'"
        " and state = 'sent')",
        county_code, bank,
    )  # fmt: skip
    return found


async def body_of(county_code: int, file_id: int) -> tuple[str, bytes] | None:
    """(name, bytes) of a debit or sign file, as the bank gets it."""
    row = await engine.fetchrow(
        "select file_name, body_sealed from exchange_file where county_code = $1 and id = $2 and direction = 'out'"
        " and kind in ('debit', 'signing')",
        county_code, file_id,
    )  # fmt: skip
    return (row["file_name"], unseal(row["body_sealed"], EXCHANGE)) if row else None
