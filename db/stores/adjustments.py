"""缴费调整: years before and after are kept, and contribution years and claims follow (R-153…R-168)."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine
from db.crypto import index, seal

# The parts of a year, in the order of every tuple of amounts here.
ITEMS = ("personal", "province", "city", "county", "government_paid")
_BEFORE = ", ".join(f"{item}_before_fen" for item in ITEMS)
_AFTER = ", ".join(f"{item}_fen" for item in ITEMS)
ACCOUNT = "bank_account"


class NewAdjustment(Struct, frozen=True, kw_only=True):
    """`before` and `after`: 分 in the order of ITEMS. The payee only where the personal part falls."""

    line_no: int
    account_id: int
    year: int
    reason: str
    category_before: str
    category: str
    tier_before: str
    tier: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    reverses_id: int | None = None
    payee_name: str = ""
    bank: str = ""
    bank_account: str = ""


async def add(county_code: int, document_id: int, rows: Sequence[NewAdjustment]) -> None:
    """After the lines of the document, by COPY."""
    records = [
        (county_code, document_id, r.line_no, r.account_id, r.year, r.reason, r.category_before, r.category, r.tier_before, r.tier,
         *r.before, *r.after, r.reverses_id, r.payee_name, r.bank, seal(r.bank_account, ACCOUNT) if r.bank_account else None,
         index(r.bank_account, ACCOUNT) if r.bank_account else None)
        for r in rows
    ]  # fmt: skip
    async with engine.connection() as held:
        await held.copy_records_to_table(
            "contribution_adjustment", records=records,
            columns=["county_code", "document_id", "line_no", "account_id", "year", "reason", "category_before", "category",
                     "tier_before", "tier", *_BEFORE.split(", "), *_AFTER.split(", "), "reverses_id", "payee_name", "bank",
                     "bank_account_sealed", "bank_account_index"],
        )  # fmt: skip


async def put_aside_moved(county_code: int, document_id: int) -> int:
    """Lines whose year, or whose person, is not any more what it was when they were saved: their money waits for an owner, the
    others do nothing. Returns how many."""
    differs = " or ".join(f"coalesce(y.{item}_fen, 0) <> x.{item}_before_fen" for item in ITEMS)
    falls = ", ".join(f"x.{item}_fen - x.{item}_before_fen" for item in ITEMS)
    rows = await engine.fetch(
        "select x.line_no from contribution_adjustment x join individual_account a on a.county_code = $1 and a.id = x.account_id"
        " join participation n on n.county_code = $1 and n.person_id = a.person_id left join contribution_year y"
        " on y.county_code = $1 and y.account_id = x.account_id and y.year = x.year where x.county_code = $1 and x.document_id = $2"
        f" and ({differs} or coalesce(y.tier, '') <> x.tier_before or a.status <> 'open' or n.participation_status = 4"
        f" or n.contribution_status = 3 and least({falls}) < 0)",
        county_code, document_id,
    )  # fmt: skip
    await engine.execute(
        "update document_line set state = case when amount_fen > 0 then 'exception' else 'failed' end, reason_code = 'moved',"
        " reason = '保存以后，这个人或这一年的缴费又有变动，请重新办理。' where county_code = $1 and document_id = $2"
        " and line_no = any($3::int[]) and state = 'good'",
        county_code, document_id, [row["line_no"] for row in rows],
    )  # fmt: skip
    return len(rows)


async def follow(county_code: int, document_id: int, value_on: date, period: int) -> None:
    """Contribution years, and what government owes more or less for them as claims of month `period` (R-166), become what the
    good lines say; the lines are booked then. A year without any payment first gets its zero record (R-154)."""
    lines = (
        "contribution_adjustment x join document_line l on l.county_code = $1 and l.document_id = $2 and l.line_no = x.line_no"
        " and l.state = 'good'"
    )
    of_document = "x.county_code = $1 and x.document_id = $2"
    await engine.execute(
        "insert into contribution_year (county_code, account_id, year, category, household_type, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, back_payment, counts, channel, first_paid_on, last_paid_on)"
        " select $1, x.account_id, x.year, x.category, p.household_type, 0, 0, 0, 0, 0, x.year < extract(year from $3::date),"
        f" false, 'adjustment', $3, $3 from {lines} join individual_account a on a.county_code = $1 and a.id = x.account_id"
        f" join person p on p.county_code = $1 and p.id = a.person_id where {of_document} on conflict do nothing",
        county_code, document_id, value_on,
    )  # fmt: skip
    await engine.execute(
        "update contribution_year y set category = x.category, tier = x.tier, counts = x.tier <> '', "
        + ", ".join(f"{item}_fen = x.{item}_fen" for item in ITEMS)
        + ", last_paid_on = case when x.personal_fen > x.personal_before_fen then greatest(y.last_paid_on, $3)"
        f" else y.last_paid_on end from {lines} where {of_document} and y.county_code = $1 and y.account_id = x.account_id"
        " and y.year = x.year",
        county_code, document_id, value_on,
    )  # fmt: skip
    owed = [f"x.{item}_fen - x.{item}_before_fen" for item in ITEMS]
    await engine.execute(
        "insert into subsidy_due (county_code, account_id, year, period, tier, personal_fen, province_fen, city_fen, county_fen,"
        f" government_paid_fen, document_id) select $1, x.account_id, x.year, $3, x.tier, {', '.join(owed)}, $2 from {lines}"
        f" where {of_document} and ({', '.join(owed[1:])}) <> (0, 0, 0, 0)",
        county_code, document_id, period,
    )  # fmt: skip
    await engine.execute(
        "update document_line set state = 'booked', value_on = $3 where county_code = $1 and document_id = $2 and state = 'good'",
        county_code, document_id, value_on,
    )  # fmt: skip
