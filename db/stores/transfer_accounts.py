"""The account that goes to another county, or comes from there, and whose it is. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from db import engine
from db.funds import FUNDS
from db.stores.transfers import Line


async def hold_account(county_code: int, account_id: int) -> int:
    """分 in the account; nothing is booked to it until the end of this transaction."""
    row = await engine.fetchrow(
        "select " + " + ".join(f"{fund}_fen + {fund}_interest_fen" for fund in FUNDS) + " as fen from account_balance"
        " where county_code = $1 and account_id = $2 for update",
        county_code, account_id,
    )  # fmt: skip
    assert row is not None, "every account has its balance"
    return int(row["fen"])


async def travelling(county_code: int, account_id: int) -> list[Line]:
    """What the account is made of now, by year and kind; a year in which nothing is left is left out. What is for no year stands
    under year 0."""
    kind = "case when e.is_interest then 'interest' when e.contribution_year is null then 'other' else 'contribution' end"
    sums = ", ".join(f"coalesce(sum(e.{fund}_fen), 0)::bigint as {fund}" for fund in FUNDS)
    amounts = ", ".join(f"coalesce(s.{fund}, 0) as {fund}" for fund in FUNDS)
    rows = await engine.fetch(
        f"with s as (select {kind} as kind, case when {kind} = 'other' then 0 else coalesce(e.contribution_year::int, e.year) end as year,"
        f" {sums} from ledger_entry e where e.county_code = $1 and e.account_id = $2 group by 1, 2),"
        " y as (select year, 'contribution' as kind, counts from contribution_year where county_code = $1 and account_id = $2)"
        f" select year, kind, coalesce(y.counts, false) as counts, {amounts} from s full join y using (kind, year) order by kind, year",
        county_code, account_id,
    )  # fmt: skip
    found = [({fund: row[fund] for fund in FUNDS}, row) for row in rows]
    return [
        Line(line_no=number, year=row["year"], kind=row["kind"], counts=row["counts"], amounts=amounts)
        for number, (amounts, row) in enumerate(((a, r) for a, r in found if any(a.values()) or r["counts"]), start=1)
    ]  # fmt: skip


async def unreceived(county_code: int, account_id: int, year: int) -> dict[str, int]:
    """Subsidies of the year that are due and have not come, 分 by source; a claim that was taken back counts for nothing here."""
    levels = {"subsidy_province": "province", "subsidy_city": "city", "subsidy_county": "county", "government_paid": "government_paid"}
    sums = ", ".join(f"greatest(coalesce(sum({name}_fen - credited_{name}_fen), 0), 0)::bigint as {fund}" for fund, name in levels.items())
    row = await engine.fetchrow(
        f"select {sums} from subsidy_due where county_code = $1 and account_id = $2 and year = $3", county_code, account_id, year
    )
    assert row is not None
    return {fund: row[fund] for fund in levels}


async def set_account(county_code: int, account_id: int, status: str) -> None:
    await engine.execute(
        "update individual_account set status = $3 where county_code = $1 and id = $2", county_code, account_id, status
    )


async def set_participation(county_code: int, person_id: int, participation: int, contribution: int) -> None:
    await engine.execute(
        "update participation set participation_status = $3, contribution_status = $4, version = version + 1"
        " where county_code = $1 and person_id = $2",
        county_code, person_id, participation, contribution,
    )  # fmt: skip


async def enrolled_since(county_code: int, person_id: int, first: date) -> None:
    """The first day of the whole relation, wherever it began."""
    await engine.execute(
        "update participation set first_enrolled_on = least(first_enrolled_on, $3) where county_code = $1 and person_id = $2",
        county_code, person_id, first,
    )  # fmt: skip


async def end_agreements(county_code: int, person_id: int, on: date) -> None:
    """Who has left is debited no more."""
    await engine.execute(
        "update debit_member set until_on = $3, end_reason = 'transferred' where county_code = $1 and person_id = $2"
        " and until_on is null",
        county_code, person_id, on,
    )  # fmt: skip


async def record_years(
    county_code: int, account_id: int, lines: Sequence[Line], household_type: str, on: date, *, joined: bool
) -> None:
    """Contribution years that were brought along. `joined`: the account is in use and its own years stand beside them; otherwise
    what it kept from an earlier time is what now comes back (R-390, R-394)."""
    added = "y.personal_fen + excluded.personal_fen" if joined else "excluded.personal_fen"
    await engine.executemany(
        "insert into contribution_year as y (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, counts, channel, first_paid_on, last_paid_on) values ($1, $2, $3, '011', $4, '',"
        " $5, $6, $7, $8, $9, $10, 'transfer', $11, $11) on conflict (county_code, account_id, year) do update set"
        f" personal_fen = {added}, counts = y.counts or excluded.counts, channel = 'transfer'",
        [
            (county_code, account_id, line.year, household_type, line.amounts["personal"], line.amounts["subsidy_province"],
             line.amounts["subsidy_city"], line.amounts["subsidy_county"], line.amounts["government_paid"], line.counts,
             min(date(line.year, 12, 31), on))
            for line in lines if line.kind == "contribution"
        ],
    )  # fmt: skip


async def settled_year(county_code: int, account_id: int, year: int) -> None:
    """Interest up to the end of `year` came along, or was reckoned here."""
    await engine.execute(
        "update account_balance set settled_year = greatest(settled_year, $3) where county_code = $1 and account_id = $2",
        county_code, account_id, year,
    )  # fmt: skip


# ------------------------------------------------------------------ terminations


async def terminate(
    county_code: int, person_id: int, account_id: int, case_id: int | None, on: date, before: dict[str, Any], by: int, by_name: str,
    at: datetime, cause: str = "transfer",
) -> int:  # fmt: skip
    """`before`: participation as it was, for a transfer that is taken back. `cause`: transfer or linkage."""
    found: int = await engine.fetchval(
        "insert into termination (county_code, person_id, account_id, case_id, cause, happened_on, last_month, evidence, state,"
        " registered_at, registered_by, registered_by_name, before) values ($1, $2, $3, $4, $11, $5, $6, 'comparison',"
        " 'registered', $7, $8, $9, $10) returning id",
        county_code, person_id, account_id, case_id, on, on.year * 100 + on.month, at, by, by_name, msgspec.json.encode(before).decode(),
        cause,
    )  # fmt: skip
    return found


async def end_termination(county_code: int, person_id: int, case_id: int | None, by_name: str, at: datetime) -> dict[str, Any]:
    """The person is back: what was before, where it was a transfer that is taken back; empty when nothing had ended."""
    text: str | None = await engine.fetchval(
        "update termination set state = 'reversed', reversed_at = $3, reversed_by_name = $4, reversal_case_id = $5"
        " where county_code = $1 and person_id = $2 and state = 'registered' and cause = 'transfer' returning before",
        county_code, person_id, at, by_name, case_id,
    )  # fmt: skip
    return msgspec.json.decode(text) if text else {}


# ------------------------------------------------------------------ where somebody is at home


async def kept_person(county_code: int, id_index: bytes) -> int | None:
    """Somebody who was at home here once, wherever he is now."""
    found: int | None = await engine.fetchval("select id from person where county_code = $1 and id_index = $2", county_code, id_index)
    return found


async def come_home(id_index: bytes, county_code: int, person_id: int, left: int) -> None:
    """The look-up across counties moves once, and only away from the county that was left."""
    await engine.execute(
        "update identity_index set county_code = $2, person_id = $3 where id_index = $1 and county_code = $4",
        id_index, county_code, person_id, left,
    )  # fmt: skip
