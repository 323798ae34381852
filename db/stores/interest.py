"""A year's interest of many accounts in one statement: domain/rules/interest.py in whole-number SQL (R-178, R-183, R-184).

Per account: fund-months of each source = 12 × what stood there on 1 January + the year's movements × (12 − month); one
rounding of the whole; the parts by largest remainder; less what was posted for the year before; one entry and one balance.
Interest of the year itself has the month 12 and so the weight 0.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine
from db.funds import AMOUNTS, FUNDS

N = range(1, len(FUNDS) + 1)
# Above this many fund-months (some 50 million yuan) products would leave bigint: a person looks at such an account.
TOO_LARGE = 60_000_000_000
# Some 1 kB an account of a chunk; with less the aggregate goes to disk, which takes half as long again.
WORK_MEMORY = "128MB"
_NUMBERED = list(enumerate(FUNDS, start=1))


class Settled(Struct, frozen=True):
    """`by_fund`: 分 by fund; `aside`: (account, bucket)."""

    accounts: int
    changed: int
    by_fund: dict[str, int]
    aside: list[tuple[int, str]]


def each(template: str, glue: str = ", ") -> str:
    """The template for each fund: {n} its number, {f} its name."""
    return glue.join(template.format(n=n, f=fund) for n, fund in _NUMBERED)


def _rank(j: int) -> str:
    """How many remainders come before this one."""
    return " + ".join(f"(r{i} {'>=' if i < j else '>'} r{j})::int" for i in N if i != j)


# Also an account that was opened later than its first money came: that money bears interest from its own day.
_ACCOUNTS_OF_REGION = (
    "acc as materialized (select a.id from person p join individual_account a on a.county_code = p.county_code and a.person_id ="
    " p.id where p.county_code = $1 and p.region_code >= $8 and p.region_code < $9 and a.status = 'open'"
    " and (a.opened_on < make_date($2 + 1, 1, 1) or exists (select from ledger_entry e where e.county_code = $1"
    " and e.account_id = a.id and e.year <= $2)))"
)
_SETTLED_ACCOUNTS = (
    "acc as materialized (select a.id from individual_account a join account_balance b on b.county_code = a.county_code and"
    " b.account_id = a.id where a.county_code = $1 and a.id = any($8::bigint[]) and a.status = 'open' and b.settled_year >= $2)"
)


def _statement(accounts: str) -> str:
    """Fund-months without a sum of the opening: 12 × balance now less, for every later entry, its month (12 for one of a
    later year) × amount. Who is settled for the year already is looked up one by one: in a first run there is nobody.

    `offset 0` keeps the planner from writing each step out inside the next, which makes expressions of millions of terms.
    """
    moved = each("sum(e.{f}_fen * e.weight)::bigint as m{n}")
    posted = each("coalesce(sum(e.{f}_fen), 0)::bigint as p{n}")
    months = each(
        "12 * (b.{f}_fen + b.{f}_interest_fen) - coalesce(m.m{n}, 0) as w{n}, coalesce(p.p{n}, 0) as p{n},"
        " b.{f}_interest_fen as i{n}"
    )
    bucket = (
        "case when settled_year < $2 - 1 and exists (select from ledger_entry e where e.county_code = $1 and e.account_id ="
        " a2.id and e.year < $2) then 'year_before' when least("
        + each("w{n}")
        + f") < 0 then 'negative' when w > {TOO_LARGE} then 'too_large' end"
    )
    differences = ", ".join(f"f{j} + (({_rank(j)}) < rest)::int - p{j} as d{j}" for j in N)
    good = "aside is null and " + each("i{n} + d{n} >= 0", " and ")
    return (
        f"with {accounts},"
        f" m as (select e.account_id, {moved} from acc join (select account_id, month as weight, {AMOUNTS} from ledger_entry"
        " where county_code = $1 and year = $2 union all"
        f" select account_id, 12::smallint, {AMOUNTS} from ledger_entry where county_code = $1 and year > $2) e"
        " on e.account_id = acc.id group by e.account_id),"
        f" p as (select acc.id, x.* from acc join account_balance b on b.county_code = $1 and b.account_id = acc.id"
        f" and b.settled_year >= $2 cross join lateral (select count(*) > 0 as again, {posted} from ledger_entry e"
        " where e.county_code = $1 and e.account_id = acc.id and e.year = $2 and e.kind in (10, 11)) x),"
        f" a1 as (select acc.id, b.settled_year, coalesce(p.again, false) as again, {months} from acc join account_balance b"
        " on b.county_code = $1 and b.account_id = acc.id left join m on m.account_id = acc.id left join p on p.id = acc.id offset 0),"
        f" a2 as (select *, {each('w{n}', ' + ')} as w from a1 offset 0),"
        f" a3 as (select *, {bucket} as aside from a2 offset 0),"
        " a4 as (select *, case when aside is null and w > 0 then (2 * w * $3::bigint + 12000000) / 24000000 else 0 end as total"
        " from a3 offset 0),"
        f" a5 as (select *, {each('total * w{n} / greatest(w, 1) as f{n}, total * w{n} % greatest(w, 1) as r{n}')}"
        " from a4 offset 0),"
        f" a6 as (select *, total - ({each('f{n}', ' + ')}) as rest from a5 offset 0),"
        f" a7 as (select *, {differences} from a6 offset 0),"
        f" done as materialized (select id, again, settled_year, aside, {each('d{n}')}, {good} as good,"
        f" ({each('d{n}')}) <> ({', '.join('0' for _ in N)}) as differs from a7),"
        " written as (insert into ledger_entry (county_code, year, account_id, document_id, value_on, booked_on, kind,"
        f" is_interest, {AMOUNTS}) select $1, $2, id, $4, $5, $6, case when again then 11 else 10 end, true,"
        f" {each('nullif(d{n}, 0)')} from done where good and differs and $7 order by id returning 1),"
        f" moved as (update account_balance b set {each('{f}_interest_fen = b.{f}_interest_fen + done.d{n}')},"
        " settled_year = greatest(b.settled_year, $2) from done where b.county_code = $1 and b.account_id = done.id"
        " and done.good and $7 and (done.differs or done.settled_year < $2) returning 1)"
        " select count(*) as accounts, count(*) filter (where good and differs) as changed, "
        + each("coalesce(sum(d{n}) filter (where good), 0)::bigint as {f}")
        + ", array(select id from done where not good order by id) as aside,"
        " array(select coalesce(aside, 'negative') from done where not good order by id) as buckets,"
        " (select count(*) from written) as written from done"
    )


_BY_REGION = _statement(_ACCOUNTS_OF_REGION)
_AGAIN = _statement(_SETTLED_ACCOUNTS)


async def settle_region(
    county_code: int, year: int, ppm: int, document_id: int, booked_on: date, first: str, beyond: str, *, trial: bool
) -> Settled:
    """Every open account of the people whose region code lies from `first` up to, not including, `beyond`.

    A trial is the same statement without its two writes: rolled back, they would leave dead rows by the hundred thousand.
    The planner takes a county's townships for a few people and would look up each account by itself.
    """
    await engine.execute(f"set local work_mem = '{WORK_MEMORY}'; set local enable_nestloop = off")
    return await _run(
        _BY_REGION, county_code, year, ppm, document_id, booked_on, write=not trial, chosen=(first, beyond)
    )


async def settle_again(
    county_code: int, year: int, ppm: int, document_id: int, booked_on: date, accounts: Sequence[int]
) -> Settled:
    """Those of the open accounts for which the year is settled already."""
    return await _run(_AGAIN, county_code, year, ppm, document_id, booked_on, write=True, chosen=(list(accounts),))


async def _run(
    sql: str, county_code: int, year: int, ppm: int, document_id: int, booked_on: date, *, write: bool,
    chosen: tuple[object, ...],
) -> Settled:  # fmt: skip
    end = date(year, 12, 31)
    row = await engine.fetchrow(sql, county_code, year, ppm, document_id, end, booked_on, write, *chosen)
    assert row is not None
    assert not write or row["written"] == row["changed"], "every difference is one entry"
    by_fund = {fund: row[fund] for fund in FUNDS if row[fund]}
    return Settled(row["accounts"], row["changed"], by_fund, list(zip(row["aside"], row["buckets"], strict=True)))


async def last_settled(county_code: int, accounts: Sequence[int]) -> int:
    """The last year any of them was settled for; 0 for none."""
    year: int = await engine.fetchval(
        "select coalesce(max(settled_year), 0) from account_balance where county_code = $1 and account_id = any($2::bigint[])",
        county_code, list(accounts),
    )  # fmt: skip
    return year
