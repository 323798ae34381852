"""Linkage with the employee scheme as desks and people see it. The first argument is the county."""

from collections.abc import Sequence

from db import engine
from db.funds import FUNDS
from db.stores.linkage import SELECT, LinkageRow, row_of
from db.stores.transfers import Line

__all__ = ["LinkageRow"]


async def one(county_code: int, linkage_id: int) -> LinkageRow | None:
    record = await engine.fetchrow(f"{SELECT} where x.county_code = $1 and x.id = $2", county_code, linkage_id)
    return row_of(record) if record else None


async def of_case(county_code: int, case_id: int) -> LinkageRow | None:
    record = await engine.fetchrow(f"{SELECT} where x.county_code = $1 and x.case_id = $2", county_code, case_id)
    return row_of(record) if record else None


async def listed(
    county_code: int, prefix: str, states: Sequence[str], *, before: int | None = None, limit: int
) -> list[LinkageRow]:
    """Newest first."""
    rows = await engine.fetch(
        f"{SELECT} where x.county_code = $1 and p.region_code like $2 || '%' and x.state = any($3)"
        " and ($4::bigint is null or x.id < $4) order by x.id desc limit $5",
        county_code, prefix, list(states), before, limit,
    )  # fmt: skip
    return [row_of(row) for row in rows]


async def is_open(county_code: int, person_id: int, but_case: int | None = None) -> bool:
    found: bool = await engine.fetchval(
        "select exists (select from scheme_linkage where county_code = $1 and person_id = $2 and state in ('asked', 'answered', 'sent')"
        " and case_id is distinct from $3)",
        county_code, person_id, but_case,
    )  # fmt: skip
    return found


async def open_ids(county_code: int) -> list[int]:
    """Those that wait for money that comes, or for the voucher of money that went; and accounts that are closed and have money again:
    a subsidy that came late."""
    fen = " + ".join(f"b.{fund}_fen + b.{fund}_interest_fen" for fund in FUNDS)
    rows = await engine.fetch(
        "select x.id from scheme_linkage x join individual_account a on a.county_code = $1 and a.id = x.account_id join account_balance b"
        " on b.county_code = $1 and b.account_id = a.id where x.county_code = $1 and (x.state = 'answered' or x.order_id is not null"
        f" and x.payment_document_id is null or x.state in ('sent', 'finished') and a.status = 'settled' and {fen} > 0) order by x.id",
        county_code,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def months(county_code: int, linkage_id: int) -> dict[int, int]:
    rows = await engine.fetch(
        "select year, months from linkage_month where county_code = $1 and linkage_id = $2 order by year", county_code, linkage_id
    )
    return {row["year"]: row["months"] for row in rows}


async def lines(county_code: int, account_id: int) -> list[Line]:
    """What has left the account for the employee scheme, by year and kind, positive."""
    sums = ", ".join(f"-coalesce(sum({fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
    kind = "case when is_interest then 'interest' when contribution_year is null then 'other' else 'contribution' end"
    rows = await engine.fetch(
        f"select coalesce(contribution_year::int, year) as year, {kind} as kind, {sums} from ledger_entry where county_code = $1"
        " and account_id = $2 and kind = 53 group by 1, 2 order by 1, 2",
        county_code, account_id,
    )  # fmt: skip
    return [
        Line(line_no=number, year=row["year"], kind=row["kind"], counts=False, amounts={fund: row[fund] for fund in FUNDS})
        for number, row in enumerate(rows, start=1)
    ]


async def received_fen(county_code: int, document_id: int) -> int:
    """What the bank has brought for the document so far."""
    fen: int = await engine.fetchval(
        "select coalesce(sum(amount_fen), 0)::bigint from receipt where county_code = $1 and document_id = $2", county_code, document_id
    )
    return fen
