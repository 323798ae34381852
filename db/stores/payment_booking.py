"""What a paid month takes out of the accounts, and its totals. Inside the caller's transaction."""

from datetime import date

from msgspec import Struct

from db import engine
from db.funds import AMOUNTS, FUNDS
from db.stores.payment_drafts import plan_for_many

PENSION = 40  # domain.ledger.Kind


class Charged(Struct, frozen=True):
    """分 that came out of the accounts, and 分 of account pensions for which nothing was left there (R-191, R-192)."""

    from_accounts: int
    beyond: int


def _each(template: str, glue: str = ", ") -> str:
    return glue.join(template.format(n=n, f=fund) for n, fund in enumerate(FUNDS, start=1))


# What the account parts of the month take from each source: first what was paid in, then its interest, never more than is
# there. What a deduction gives back goes no further than what pensions took before. `offset 0` keeps the steps apart.
_TAKEN = "case when w{n} < 0 then -least(-w{n}, greatest(x.t{n}, 0)) else least(w{n}, b.{f}_fen + b.{f}_interest_fen) end as c{n}"
_CHARGE = (
    f"with w as (select b.account_id, {_each('sum(l.account_{f}_fen)::bigint as w{n}')} from payment_transfer t join payment_line l"
    " on l.county_code = $1 and l.plan_id = $2 and l.person_id = t.person_id and not l.voided join benefit b on b.county_code = $1"
    " and b.person_id = t.person_id where t.county_code = $1 and t.plan_id = $2 and t.state = 'paid' group by b.account_id offset 0),"
    f" c as (select w.*, {_each('b.{f}_fen as p{n}')}, {_each(_TAKEN)} from w join account_balance b on b.county_code = $1"
    f" and b.account_id = w.account_id left join lateral (select {_each('coalesce(-sum(e.{f}_fen), 0)::bigint as t{n}')}"
    f" from ledger_entry e where e.county_code = $1 and e.account_id = w.account_id and e.kind = {PENSION}) x"
    f" on least({_each('w{n}')}) < 0 offset 0),"
    f" d as (select account_id, {_each('least(c{n}, p{n}) as p{n}')}, {_each('greatest(c{n} - p{n}, 0) as i{n}')} from c offset 0),"
    f" moved as (update account_balance b set {_each('{f}_fen = b.{f}_fen - d.p{n}')},"
    f" {_each('{f}_interest_fen = b.{f}_interest_fen - d.i{n}')} from d where b.county_code = $1 and b.account_id = d.account_id"
    " returning 1), written as (insert into ledger_entry (county_code, year, account_id, document_id, value_on, booked_on, kind,"
    f" is_interest, {AMOUNTS}) select $1, extract(year from $4::date)::int, account_id, $3::bigint, $4::date, $5::date, {PENSION}, false,"
    f" {_each('nullif(-p{n}, 0)')} from d where ({_each('p{n}')}) <> ({_each('0')}) union all"
    f" select $1, extract(year from $4::date)::int, account_id, $3::bigint, $4::date, $5::date, {PENSION}, true, {_each('nullif(-i{n}, 0)')}"
    f" from d where ({_each('i{n}')}) <> ({_each('0')}) returning 1)"
    f" select coalesce(sum({_each('c{n}', ' + ')}), 0)::bigint as charged, coalesce(sum({_each('w{n}', ' + ')}), 0)::bigint as wanted"
    " from c"
)


async def charge(county_code: int, plan_id: int, document_id: int, value_on: date, booked_on: date) -> Charged:
    await plan_for_many()
    row = await engine.fetchrow(_CHARGE, county_code, plan_id, document_id, value_on, booked_on)
    assert row is not None
    return Charged(row["charged"], row["wanted"] - row["charged"])


class Paid(Struct, frozen=True, kw_only=True):
    """分 of everybody who was paid: `net_fen` left the bank; `lines_fen` was owed; `deducted_fen` was taken off for earlier months,
    `carried_fen` is still to be taken off of later ones."""

    people: int
    net_fen: int
    lines_fen: int
    deducted_fen: int
    carried_fen: int


async def paid(county_code: int, plan_id: int) -> Paid:
    await plan_for_many()
    row = await engine.fetchrow(
        "select count(*)::int as people, coalesce(sum(t.net_fen), 0)::bigint as net_fen, coalesce(sum(l.fen), 0)::bigint as lines_fen,"
        " coalesce(sum(t.deducted_fen), 0)::bigint as deducted_fen, coalesce(sum(greatest(-l.fen, 0)), 0)::bigint as carried_fen"
        " from payment_transfer t join (select person_id, sum(total_fen)::bigint as fen from payment_line where county_code = $1"
        " and plan_id = $2 and not voided group by person_id) l on l.person_id = t.person_id where t.county_code = $1"
        " and t.plan_id = $2 and t.state = 'paid'",
        county_code, plan_id,
    )  # fmt: skip
    assert row is not None
    return Paid(**dict(row))
