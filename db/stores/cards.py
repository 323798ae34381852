"""Agency banks, card requests, account checks: the write side. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import index, unseal_text
from db.queries.cards import UNCHECKED, WANTS, BankRow
from db.stores.benefits import BANK_ACCOUNT
from db.stores.people import ID_NUMBER, PHONE


class Wanted(Struct, frozen=True, kw_only=True):
    """A line of the file that asks a bank for accounts."""

    id: int
    name: str
    id_number: str
    phone: str
    region_code: str


class Request(Struct, frozen=True, kw_only=True):
    """`used_tail`: of the account the person is paid to, empty without one that can be used."""

    id: int
    person_id: int
    name: str
    id_number: str
    id_index: bytes
    phone: str | None
    purpose: str
    state: str
    reason: str
    account_index: bytes | None
    used_tail: str


class Asked(Struct, frozen=True, kw_only=True):
    """A line of the file that asks about accounts."""

    id: int
    name: str
    id_number: str
    account_no: str


class Check(Struct, frozen=True, kw_only=True):
    """`in_use`: the account has not been replaced or cleared since. `tail` and `bank` are the account's."""

    id: int
    payment_account_id: int
    result: str
    in_use: bool
    bank: str
    tail: str
    id_index: bytes
    phone: str | None


class Known(Struct, frozen=True):
    """An account that a person has or had."""

    id: int
    state: str
    in_use: bool


async def add_bank(county_code: int, code: str, title: str, by: int, by_name: str, at: datetime) -> bool:
    """False for a code or a title that is there."""
    added = await engine.fetchval(
        "insert into agency_bank (county_code, code, title, since, added_by, added_by_name) values ($1, $2, $3, $4, $5, $6)"
        " on conflict do nothing returning code",
        county_code, code, title, at, by, by_name,
    )  # fmt: skip
    return added is not None


# ---------------------------------------------------------------- requests


async def ask(
    county_code: int, purpose: str, prefix: str, people: Sequence[int] | None, bank: str, kind: str, limit: int, by: int,
    by_name: str, at: datetime,
) -> list[Wanted]:  # fmt: skip
    """Writes a request for each of `people` (None: everybody below `prefix`) who may be asked for, the first `limit` of them
    village by village, and gives the lines of the file in their order."""
    rows = await engine.fetch(
        f"with wanted as (select p.id, p.region_code {WANTS[purpose]} and p.region_code like $2 || '%'"
        " and ($3::bigint[] is null or p.id = any($3)) and not changing order by p.region_code, p.id limit $4),"
        " made as (insert into card_request (county_code, person_id, purpose, bank_code, account_kind, region_code, asked_at, asked_by,"
        " asked_by_name) select $1, id, $5, $6, $7, region_code, $8, $9, $10 from wanted order by region_code, id"
        " on conflict do nothing returning id, person_id)"
        " select m.id, p.name, p.id_number_sealed, p.phone_sealed, p.region_code from made m join person p on p.county_code = $1"
        " and p.id = m.person_id order by m.id",
        county_code, prefix, people if people is None else list(people), limit, purpose, bank, kind, at, by, by_name,
    )  # fmt: skip
    return [
        Wanted(
            id=r["id"], name=r["name"], id_number=unseal_text(r["id_number_sealed"], ID_NUMBER), phone=_phone(r["phone_sealed"]) or "",
            region_code=r["region_code"],
        )
        for r in rows
    ]  # fmt: skip


def _phone(sealed: bytes | None) -> str | None:
    return unseal_text(sealed, PHONE) if sealed else None


async def set_file(county_code: int, table: str, ids: Sequence[int], file_id: int) -> None:
    """`table`: card_request or account_check."""
    await engine.execute(
        f"update {table} set file_id = $3 where county_code = $1 and id = any($2::bigint[])",
        county_code,
        list(ids),
        file_id,
    )


async def requests(county_code: int, bank: str, ids: Sequence[int]) -> dict[int, Request]:
    """Those of them that this bank was asked, held for this transaction."""
    rows = await engine.fetch(
        "select r.id, r.person_id, p.name, p.id_number_sealed, p.id_index, p.phone_sealed, r.purpose, r.state, r.reason,"
        " r.account_index, coalesce((select a.account_tail from payment_account a where a.county_code = $1 and a.person_id = r.person_id"
        " and a.ended_at is null and a.state <> 'rejected'), '') as used_tail from card_request r join person p on p.county_code = $1"
        " and p.id = r.person_id where r.county_code = $1 and r.bank_code = $2 and r.id = any($3::bigint[]) order by r.id for update of r",
        county_code, bank, list(ids),
    )  # fmt: skip
    found = {}
    for row in rows:
        values = dict(row)
        id_number, phone = unseal_text(values.pop("id_number_sealed"), ID_NUMBER), _phone(values.pop("phone_sealed"))
        found[values["id"]] = Request(**values, id_number=id_number, phone=phone)
    return found


async def answered(county_code: int, request_id: int, state: str, reason: str, number: str, at: datetime) -> None:
    """`number`: of the account that was opened."""
    await engine.execute(
        "update card_request set state = $3, reason = $4, account_index = $5, account_tail = $6, answered_at = $7"
        " where county_code = $1 and id = $2",
        county_code, request_id, state, reason, index_of(number), number[-4:], at,
    )  # fmt: skip


async def withdraw(county_code: int, ids: Sequence[int], reason: str, at: datetime) -> list[int]:
    """Those that were still waited for."""
    rows = await engine.fetch(
        "update card_request set state = 'withdrawn', reason = $3, answered_at = $4 where county_code = $1"
        " and id = any($2::bigint[]) and state = 'sent' returning id",
        county_code, list(ids), reason, at,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def hand_out(county_code: int, prefix: str, ids: Sequence[int], by: int, by_name: str, at: datetime) -> list[int]:
    """Those of the region that were there to be handed out."""
    rows = await engine.fetch(
        "update card_request set handed_at = $4, handed_by = $5, handed_by_name = $6 where county_code = $1"
        " and id = any($3::bigint[]) and region_code like $2 || '%' and state = 'opened' and handed_at is null returning id",
        county_code, prefix, list(ids), at, by, by_name,
    )  # fmt: skip
    return [row["id"] for row in rows]


# ---------------------------------------------------------------- accounts


def index_of(number: str) -> bytes | None:
    """What stands for an account number where only its being the same counts."""
    return index(number, BANK_ACCOUNT) if number else None


async def known(county_code: int, person_id: int, number: str) -> Known | None:
    """The newest account with this number that the person has or had."""
    row = await engine.fetchrow(
        "select id, state, ended_at is null as in_use from payment_account where county_code = $1 and person_id = $2"
        " and account_index = $3 order by id desc limit 1",
        county_code, person_id, index_of(number),
    )  # fmt: skip
    return Known(**dict(row)) if row else None


async def judge(county_code: int, account_id: int, state: str, reason: str, at: datetime) -> None:
    """What the bank says of an account. In a plan that is still worked on, a good one need not be looked at for this any more."""
    await engine.execute(
        "update payment_account set state = $3, state_reason = $4, verified_at = $5 where county_code = $1 and id = $2",
        county_code, account_id, state, reason, at if state == "verified" else None,
    )  # fmt: skip
    if state == "verified":
        await engine.execute(
            "update payment_transfer t set findings = array_remove(t.findings, 'account_unverified') from payment_plan p"
            " where p.county_code = $1 and p.state = 'draft' and t.county_code = $1 and t.plan_id = p.id and t.payment_account_id = $2",
            county_code, account_id,
        )  # fmt: skip


async def ask_about(
    county_code: int, bank: BankRow, accounts: Sequence[int] | None, limit: int, by: int, by_name: str, at: datetime
) -> list[Asked]:
    """Writes a check for each of `accounts` in use that nobody was asked about yet (None: every unverified one at this bank)."""
    # Two statements: the daily one must find the few unverified accounts by their own index, every few seconds.
    which = (
        "a.state = 'unverified' and a.bank = $7::text"
        if accounts is None
        else "a.state <> 'verified' and a.id = any($7::bigint[])"
    )
    rows = await engine.fetch(
        f"with wanted as (select a.id {UNCHECKED} and {which} order by a.id limit $3),"
        " made as (insert into account_check (county_code, payment_account_id, bank_code, asked_at, asked_by, asked_by_name)"
        " select $1, id, $2, $4, $5, $6 from wanted order by id on conflict do nothing returning id, payment_account_id)"
        " select m.id, p.name, p.id_number_sealed, a.account_sealed from made m join payment_account a on a.county_code = $1"
        " and a.id = m.payment_account_id join person p on p.county_code = $1 and p.id = a.person_id order by m.id",
        county_code, bank.code, limit, at, by, by_name, bank.title if accounts is None else list(accounts),
    )  # fmt: skip
    return [
        Asked(
            id=r["id"], name=r["name"], id_number=unseal_text(r["id_number_sealed"], ID_NUMBER),
            account_no=unseal_text(r["account_sealed"], BANK_ACCOUNT),
        )
        for r in rows
    ]  # fmt: skip


async def checks(county_code: int, bank: str, ids: Sequence[int]) -> dict[int, Check]:
    """Those of them that this bank was asked, held for this transaction."""
    rows = await engine.fetch(
        "select c.id, c.payment_account_id, c.result, a.ended_at is null as in_use, a.bank, a.account_tail as tail, p.id_index,"
        " p.phone_sealed from account_check c join payment_account a on a.county_code = $1 and a.id = c.payment_account_id"
        " join person p on p.county_code = $1 and p.id = a.person_id where c.county_code = $1 and c.bank_code = $2"
        " and c.id = any($3::bigint[]) order by c.id for update of c",
        county_code, bank, list(ids),
    )  # fmt: skip
    found = {}
    for row in rows:
        values = dict(row)
        phone = _phone(values.pop("phone_sealed"))
        found[values["id"]] = Check(**values, phone=phone)
    return found


async def check_answered(county_code: int, check_id: int, result: str, at: datetime) -> None:
    await engine.execute(
        "update account_check set result = $3, answered_at = $4 where county_code = $1 and id = $2",
        county_code, check_id, result, at,
    )  # fmt: skip
