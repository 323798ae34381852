"""Subsidies that came are put on the claims they are for, set-based (R-414, R-420): domain/rules/subsidy.py in SQL."""

from datetime import date

from db import engine
from db.funds import FUNDS

# Level of government to the source of funds its money becomes.
LEVELS = {
    "province": "subsidy_province", "city": "subsidy_city", "county": "subsidy_county", "government_paid": "government_paid",
}  # fmt: skip


async def owed(county_code: int, level: str) -> int:
    """What one level still owes altogether; claims taken back count against it. Holds the claims for this transaction."""
    column = f"{level}_fen - credited_{level}_fen"
    fen: int = await engine.fetchval(
        f"select coalesce(sum(fen), 0)::bigint from (select {column} as fen from subsidy_due where county_code = $1"
        f" and {column} <> 0 order by id for update) d",
        county_code,
    )  # fmt: skip
    return fen


async def offset(county_code: int, level: str) -> None:
    """Of one account and year: claims taken back before their money came cancel the open ones, oldest first, without any
    money (R-166). Else the account would be asked to give back what it never had."""
    column = f"{level}_fen - credited_{level}_fen"
    await engine.execute(
        f"with c as (select id, account_id, year, period, {column} as open from subsidy_due where county_code = $1"
        f" and {column} <> 0),"
        " sums as (select *, least(sum(greatest(open, 0)) over a, -sum(least(open, 0)) over a) as cancels,"
        " sum(abs(open)) over (partition by account_id, year, open > 0 order by period, id) - abs(open) as before from c"
        " window a as (partition by account_id, year)),"
        " parts as (select id, sign(open) * least(abs(open), cancels - before) as fen from sums where cancels > before)"
        f" update subsidy_due d set credited_{level}_fen = d.credited_{level}_fen + p.fen from parts p"
        " where d.county_code = $1 and d.id = p.id",
        county_code,
    )  # fmt: skip


async def distribute(
    county_code: int, document_id: int, level: str, arrived: int, value_on: date, first_line: int
) -> int:
    """Puts `arrived` 分 of one level on its claims as good lines of the document, from `first_line` + 1 on, and marks the
    claims; returns how many lines. The oldest month first, the month it does not cover pro rata by largest remainder, claims
    taken back in full. The caller has checked that no more arrived than is owed."""
    column = f"{level}_fen - credited_{level}_fen"
    row = await engine.fetchrow(
        f"with c as materialized (select id, account_id, year, period, {column} as open from subsidy_due where county_code = $1"
        f" and {column} <> 0),"
        " months as (select period, sum(open) filter (where open > 0) as total from c where open > 0 group by period),"
        " cover as (select period, total, greatest(0, least(total, $3::bigint - (select coalesce(sum(open), 0) from c"
        " where open < 0) - coalesce(sum(total) over (order by period rows between unbounded preceding and 1 preceding), 0)))"
        " as given from months),"
        " floors as (select c.*, m.given, case when c.open < 0 then c.open else div(c.open * m.given, m.total)::bigint end as fen,"
        " case when c.open > 0 then mod(c.open * m.given, m.total) else 0 end as rest from c left join cover m"
        " on m.period = c.period and c.open > 0),"
        " ranked as (select *, row_number() over (partition by period, open > 0 order by rest desc, id) as nth,"
        " given - sum(fen) filter (where open > 0) over (partition by period) as spare from floors),"
        " parts as materialized (select id, account_id, year, fen + (open > 0 and nth <= spare)::int as fen from ranked),"
        " lines as (insert into document_line (county_code, document_id, line_no, state, name, account_id, year, fund, amount_fen,"
        " value_on) select $1, $2, $4 + row_number() over (order by p.id), 'good', q.name, p.account_id, p.year, $5, p.fen, $6"
        " from parts p join individual_account a on a.county_code = $1 and a.id = p.account_id join person q"
        " on q.county_code = $1 and q.id = a.person_id where p.fen <> 0 returning 1),"
        f" marked as (update subsidy_due d set credited_{level}_fen = d.credited_{level}_fen + p.fen from parts p"
        " where d.county_code = $1 and d.id = p.id and p.fen <> 0 returning 1)"
        " select (select count(*) from lines) as lines, (select count(*) from marked) as marked",
        county_code, document_id, arrived, first_line, FUNDS.index(LEVELS[level]) + 1, value_on,
    )  # fmt: skip
    assert row is not None
    return int(row["lines"])
