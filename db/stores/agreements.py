"""代扣代缴 agreements, the people on them, and what the bank said. Inside the caller's transaction (R-116…R-121)."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import index, seal, unseal
from db.stores.messages import EXCHANGE

PAYER = "debit_agreement.payer"
ACCOUNT = "bank_account"
PHONE = "person.phone"


class NewAgreement(Struct, frozen=True, kw_only=True):
    payer_name: str
    payer_id_type: str
    payer_id_number: str
    payer_index: bytes
    bank: str
    branch: str
    bank_account: str
    phone: str | None
    address: str
    signed_on: date
    case_id: int | None


class NewMember(Struct, frozen=True):
    """`tier`: yuan a year, as the parameters name it. `position` says in which order the bank debits (R-117)."""

    position: int
    person_id: int
    relation: str
    tier: str


class Left(Struct, frozen=True):
    """Somebody whose debit ended by itself, and who has to be told."""

    payer_index: bytes
    name: str


class SentFile(Struct, frozen=True):
    """A file the bank got. `state` is processed once it has answered."""

    id: int
    partner: str
    sequence: int
    file_name: str
    state: str
    body: bytes
    document_id: int | None


async def sign(county_code: int, new: NewAgreement, members: Sequence[NewMember], by_name: str, at: datetime) -> int:
    """A new agreement, not yet checked by the bank."""
    agreement_id: int = await engine.fetchval(
        "insert into debit_agreement (county_code, number, payer_name, payer_id_type, payer_id_sealed, payer_index, bank, branch,"
        " bank_account_sealed, bank_account_index, phone_sealed, address, signed_on, case_id, recorded_at, recorded_by_name)"
        " values ($1, 'new-' || gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning id",
        county_code, new.payer_name, new.payer_id_type, seal(new.payer_id_number, PAYER), new.payer_index, new.bank, new.branch,
        seal(new.bank_account, ACCOUNT), index(new.bank_account, ACCOUNT), seal(new.phone, PHONE) if new.phone else None,
        new.address, new.signed_on, new.case_id, at, by_name,
    )  # fmt: skip
    await engine.execute(
        "update debit_agreement set number = $3 where county_code = $1 and id = $2",
        county_code, agreement_id, f"DK-{county_code:06d}-{new.signed_on.year}-{agreement_id:08d}",
    )  # fmt: skip
    await add_members(county_code, agreement_id, members, new.signed_on)
    return agreement_id


async def add_members(county_code: int, agreement_id: int, members: Sequence[NewMember], on: date) -> None:
    await engine.executemany(
        "insert into debit_member (county_code, agreement_id, position, person_id, relation, tier, from_on)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        [(county_code, agreement_id, m.position, m.person_id, m.relation, m.tier, on) for m in members],
    )


async def end_members(county_code: int, agreement_id: int, people: Sequence[int], on: date, reason: str) -> None:
    await engine.execute(
        "update debit_member set until_on = $4, end_reason = $5 where county_code = $1 and agreement_id = $2"
        " and person_id = any($3::bigint[]) and until_on is null",
        county_code, agreement_id, list(people), on, reason,
    )  # fmt: skip


async def end(county_code: int, agreement_id: int, on: date, reason: str) -> None:
    """With everybody on it."""
    await engine.execute(
        "update debit_member set until_on = $3, end_reason = $4 where county_code = $1 and agreement_id = $2 and until_on is null",
        county_code, agreement_id, on, reason,
    )  # fmt: skip
    await engine.execute(
        "update debit_agreement set ended_on = $3, end_reason = $4, version = version + 1 where county_code = $1 and id = $2"
        " and ended_on is null",
        county_code, agreement_id, on, reason,
    )  # fmt: skip


async def lock_payer(county_code: int, payer_index: bytes) -> None:
    """One act of a payer after the other: he has one agreement at a time."""
    await engine.fetchval(
        "select pg_advisory_xact_lock(hashtext($1))", f"debit agreement {county_code} {payer_index.hex()}"
    )


async def take_out_finished(county_code: int, on: date) -> list[Left]:
    """Who has nothing to pay any more: 停保, 退保, 60 years old (R-120). An agreement without anybody left ends too."""
    rows = await engine.fetch(
        "with gone as (update debit_member m set until_on = $2, end_reason = 'finished' from participation n, person p"
        " where m.county_code = $1 and m.until_on is null and n.county_code = $1 and n.person_id = m.person_id"
        " and p.county_code = $1 and p.id = m.person_id and ((n.participation_status, n.contribution_status) <> (1, 1)"
        " or p.born_on + interval '60 years' <= $2) returning m.agreement_id, p.name)"
        " select g.payer_index, gone.name from gone join debit_agreement g on g.county_code = $1 and g.id = gone.agreement_id",
        county_code, on,
    )  # fmt: skip
    await engine.execute(
        "update debit_agreement g set ended_on = $2, end_reason = 'nobody-left', version = version + 1 where g.county_code = $1"
        " and g.ended_on is null and not exists (select from debit_member m where m.county_code = $1 and m.agreement_id = g.id"
        " and m.until_on is null)",
        county_code, on,
    )  # fmt: skip
    return [Left(**dict(row)) for row in rows]


async def confirm(county_code: int, agreement_id: int, at: datetime) -> None:
    """The bank knows payer and account."""
    await engine.execute(
        "update debit_agreement set checked_at = $3, version = version + 1 where county_code = $1 and id = $2 and ended_on is null",
        county_code, agreement_id, at,
    )  # fmt: skip


# ---------------------------------------------------------------- files


async def lock_file(county_code: int, file_id: int, kinds: Sequence[str]) -> SentFile | None:
    row = await engine.fetchrow(
        "select id, partner, sequence, file_name, state, body_sealed, document_id from exchange_file where county_code = $1"
        " and id = $2 and direction = 'out' and kind = any($3::text[]) for update",
        county_code, file_id, list(kinds),
    )  # fmt: skip
    if row is None:
        return None
    rest = {name: row[name] for name in SentFile.__struct_fields__ if name != "body"}
    return SentFile(body=unseal(row["body_sealed"], EXCHANGE), **rest)


# ---------------------------------------------------------------- what became of a debit list


async def fail_lines(county_code: int, document_id: int, failed: Sequence[tuple[int, str]]) -> None:
    """(line number, the bank's reason) of those it did not debit."""
    await engine.executemany(
        "update document_line set state = 'failed', reason_code = 'bank', reason = $4 where county_code = $1 and document_id = $2"
        " and line_no = $3 and state = 'good'",
        [(county_code, document_id, line, reason) for line, reason in failed],
    )
