"""Benefits, standards and payment accounts: the write side."""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.benefit_items import AMOUNTS, ITEMS
from db.crypto import index, seal

BANK_ACCOUNT = "bank_account"


class NewBenefit(Struct, frozen=True, kw_only=True):
    person_id: int
    account_id: int
    case_id: int | None
    eligible_on: date
    first_month: int
    years: int
    certified_month: int
    paid_until: int


class NewStandard(Struct, frozen=True, kw_only=True):
    """`amounts`: 分 by part (db/benefit_items.py). `balances` and `trace`: JSON."""

    person_id: int
    from_month: int
    reason: str
    amounts: dict[str, int]
    balances: str = ""
    trace: str = ""
    versions: tuple[int, ...] = ()
    document: str = ""
    case_id: int | None = None
    run_id: int | None = None


class NewAccount(Struct, frozen=True, kw_only=True):
    """`number`: the digits, kept sealed. `verified`: the bank itself says that it is the person's."""

    person_id: int
    kind: str
    bank: str
    holder_name: str
    number: str
    origin: str
    case_id: int | None = None
    verified: bool = False


async def add_benefit(county_code: int, new: NewBenefit, at: datetime) -> None:
    """UniqueViolation for somebody who has one."""
    await engine.execute(
        "insert into benefit (county_code, person_id, account_id, case_id, eligible_on, first_month, years, state, determined_at,"
        " certified_month, paid_until) values ($1, $2, $3, $4, $5, $6, $7, 'determined', $8, $9, $10)",
        county_code, new.person_id, new.account_id, new.case_id, new.eligible_on, new.first_month, new.years, at,
        new.certified_month, new.paid_until,
    )  # fmt: skip


async def add_standard(county_code: int, new: NewStandard, by: int, by_name: str, at: datetime) -> int:
    places = ", ".join(f"${place}" for place in range(13, 13 + len(ITEMS)))
    standard_id: int = await engine.fetchval(
        "insert into benefit_standard (county_code, person_id, from_month, reason, balances, trace, versions, document, case_id,"
        f" run_id, decided_at, decided_by, {AMOUNTS}, decided_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
        f" {places}, ${13 + len(ITEMS)}) returning id",
        county_code, new.person_id, new.from_month, new.reason, new.balances, new.trace, list(new.versions), new.document,
        new.case_id, new.run_id, at, by, *(new.amounts.get(item, 0) for item in ITEMS), by_name,
    )  # fmt: skip
    return standard_id


async def lock(county_code: int, person_id: int) -> str | None:
    """The state of the benefit, held for this transaction; None where there is none."""
    state: str | None = await engine.fetchval(
        "select state from benefit where county_code = $1 and person_id = $2 for update", county_code, person_id
    )
    return state


async def confirm(county_code: int, person_id: int, how: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update benefit set state = 'confirmed', confirmed_at = $3, confirmed_how = $4, confirmed_by = $5, confirmed_by_name = $6,"
        " version = version + 1 where county_code = $1 and person_id = $2",
        county_code, person_id, at, how, by, by_name,
    )  # fmt: skip


async def begin_receiving(county_code: int, person_id: int) -> None:
    """AAC031 终止缴费: nothing more is paid in; a debit agreement leaves the person out from now on (R-120, R-231)."""
    await engine.execute(
        "update participation set participation_status = 1, contribution_status = 3, version = version + 1"
        " where county_code = $1 and person_id = $2",
        county_code, person_id,
    )  # fmt: skip


async def leave_debits(county_code: int, person_id: int, on: date) -> None:
    await engine.execute(
        "update debit_member set until_on = $3, end_reason = 'receiving' where county_code = $1 and person_id = $2"
        " and until_on is null",
        county_code, person_id, on,
    )  # fmt: skip


async def set_account(county_code: int, new: NewAccount, at: datetime) -> int:
    """Replaces the one in use."""
    await engine.execute(
        "update payment_account set ended_at = $3, ended_reason = '已换成新账户' where county_code = $1 and person_id = $2"
        " and ended_at is null",
        county_code, new.person_id, at,
    )  # fmt: skip
    account_id: int = await engine.fetchval(
        "insert into payment_account (county_code, person_id, kind, bank, holder_name, account_sealed, account_index, account_tail,"
        " origin, case_id, since, state, verified_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id",
        county_code, new.person_id, new.kind, new.bank, new.holder_name, seal(new.number, BANK_ACCOUNT),
        index(new.number, BANK_ACCOUNT), new.number[-4:], new.origin, new.case_id, at,
        "verified" if new.verified else "unverified", at if new.verified else None,
    )  # fmt: skip
    return account_id


async def end_account(county_code: int, person_id: int, reason: str, at: datetime) -> bool:
    """False when there is none in use."""
    ended = await engine.fetchval(
        "update payment_account set ended_at = $3, ended_reason = $4 where county_code = $1 and person_id = $2 and ended_at is null"
        " returning id",
        county_code, person_id, at, reason,
    )  # fmt: skip
    return ended is not None


async def is_in_use(county_code: int, person_id: int, number: str) -> bool:
    """Whether this is where the person is paid to now. One that the bank has refused is not: it may be named again once that is
    mended."""
    found: bool = await engine.fetchval(
        "select exists (select from payment_account where county_code = $1 and person_id = $2 and ended_at is null"
        " and account_index = $3 and state <> 'rejected')",
        county_code, person_id, index(number, BANK_ACCOUNT),
    )  # fmt: skip
    return found


async def used_by_others(county_code: int, person_id: int, number: str) -> int:
    """How many other people are paid to this account (R-278)."""
    count: int = await engine.fetchval(
        "select count(distinct person_id) from payment_account where county_code = $1 and account_index = $2"
        " and ended_at is null and person_id <> $3",
        county_code, index(number, BANK_ACCOUNT), person_id,
    )  # fmt: skip
    return count


async def mark_settled(county_code: int, account_id: int, year: int) -> None:
    """Interest of the account is capitalised up to within this year: the yearly settlement adds what is missing of it."""
    await engine.execute(
        "update account_balance set settled_year = greatest(settled_year, $3) where county_code = $1 and account_id = $2",
        county_code, account_id, year,
    )  # fmt: skip


async def recheck(county_code: int, person_ids: list[int], month: int) -> None:
    """What was owed from `month` on has changed: the next plan compares it with what was paid."""
    await engine.execute(
        "update benefit set recheck_from = least(recheck_from, $3), version = version + 1 where county_code = $1"
        " and person_id = any($2::bigint[])",
        county_code, person_ids, month,
    )  # fmt: skip
