"""Who turns sixty and is to be told, and who was told what. The first argument is the county."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.funds import FUNDS
from db.stores.people import ID_NUMBER


class Candidate(Struct, frozen=True, kw_only=True):
    """A participant with an open account who draws nothing here and was not told yet. `held`: 分 by source, interest included."""

    person_id: int
    account_id: int
    born_on: date
    enrolled_on: date
    by_phone: bool
    dead: bool
    other_pension: bool
    held: dict[str, int]


class YearPaid(Struct, frozen=True, kw_only=True):
    """A contribution year that counts."""

    year: int
    personal_fen: int
    subsidy_fen: int
    government_paid_fen: int


class NoticeRow(Struct, frozen=True, kw_only=True):
    """A notice and whose it is. `contents`: JSON of domain.benefit_notices.Contents."""

    id: int
    person_id: int
    kind: str
    period: int
    contents: str
    issued_at: datetime
    read_at: datetime | None
    handed_at: datetime | None
    handed_by_name: str
    name: str
    id_number: str
    region_code: str
    by_phone: bool


class Village(Struct, frozen=True, kw_only=True):
    """`told` by message all, `reached`: who has read it or has it on paper; `without_phone`: of the others those no text reaches."""

    code: str
    name: str
    told: int
    reached: int
    without_phone: int


def _newest(source: str) -> str:
    return f"(select id from source_batch where county_code = $1 and source = '{source}' order by as_of_on desc, id desc limit 1)"


_HELD = ", ".join(f"b.{fund}_fen + b.{fund}_interest_fen as {fund}" for fund in FUNDS)
_CANDIDATES = f"""
with dead as materialized (
  select id_index from source_record where county_code = $1 and source = 'deaths' and batch_id = {_newest("deaths")}),
employees as materialized (
  select id_index from source_record where county_code = $1 and source = 'employee_scheme'
     and batch_id = {_newest("employee_scheme")} and data::jsonb ->> 'status' = 'receiving')
select p.id as person_id, a.id as account_id, p.born_on, n.first_enrolled_on as enrolled_on, p.phone_sealed is not null as by_phone,
       d.id_index is not null as dead, e.id_index is not null as other_pension, {_HELD}
  from person p join participation n on n.county_code = p.county_code and n.person_id = p.id
  join individual_account a on a.county_code = p.county_code and a.person_id = p.id and a.status = 'open'
  join account_balance b on b.county_code = a.county_code and b.account_id = a.id
  left join dead d on d.id_index = p.id_index left join employees e on e.id_index = p.id_index
 where p.county_code = $1 and p.region_code >= $2 and p.region_code < $3 and p.born_on between $4 and $5
   and n.participation_status in (1, 2)
   and not exists (select from benefit f where f.county_code = $1 and f.person_id = p.id)
   and not exists (select from benefit_notice x where x.county_code = $1 and x.person_id = p.id and x.kind = $6 and x.period = $7)
 order by p.id
"""


async def candidates(
    county_code: int, first: str, beyond: str, born_first: date, born_last: date, kind: str, period: int
) -> list[Candidate]:
    """Born from `born_first` to `born_last`, living from `first` up to, not including, `beyond`."""
    rows = await engine.fetch(_CANDIDATES, county_code, first, beyond, born_first, born_last, kind, period)
    names = [name for name in Candidate.__struct_fields__ if name != "held"]
    return [Candidate(held={fund: row[fund] for fund in FUNDS}, **{name: row[name] for name in names}) for row in rows]


async def years_paid(county_code: int, accounts: Sequence[int]) -> dict[int, list[YearPaid]]:
    """By account, the oldest first; without those that paid nothing."""
    rows = await engine.fetch(
        "select account_id, year, personal_fen, province_fen + city_fen + county_fen as subsidy_fen, government_paid_fen"
        " from contribution_year where county_code = $1 and account_id = any($2::bigint[]) and counts order by account_id, year",
        county_code, list(accounts),
    )  # fmt: skip
    found: dict[int, list[YearPaid]] = {}
    for row in rows:
        paid = YearPaid(**{name: row[name] for name in YearPaid.__struct_fields__})
        found.setdefault(row["account_id"], []).append(paid)
    return found


_NOTICE = (
    "select n.id, n.person_id, n.kind, n.period, n.contents, n.issued_at, n.read_at, n.handed_at, n.handed_by_name, p.name,"
    " p.id_number_sealed, p.region_code, p.phone_sealed is not null as by_phone from benefit_notice n join person p"
    " on p.county_code = n.county_code and p.id = n.person_id where n.county_code = $1 and "
)


def _notice(row: engine.Record) -> NoticeRow:
    names = [name for name in NoticeRow.__struct_fields__ if name != "id_number"]
    return NoticeRow(id_number=unseal_text(row["id_number_sealed"], ID_NUMBER), **{name: row[name] for name in names})


async def notice(county_code: int, notice_id: int) -> NoticeRow | None:
    row = await engine.fetchrow(_NOTICE + "n.id = $2", county_code, notice_id)
    return _notice(row) if row else None


async def newest_of(county_code: int, person_id: int) -> NoticeRow | None:
    row = await engine.fetchrow(_NOTICE + "n.person_id = $2 order by n.id desc limit 1", county_code, person_id)
    return _notice(row) if row else None


async def in_village(county_code: int, village: str, period: int) -> list[NoticeRow]:
    rows = await engine.fetch(
        _NOTICE + "n.period = $3 and p.region_code like $2 || '%' order by p.region_code, p.name, p.id", county_code, village, period
    )  # fmt: skip
    return [_notice(row) for row in rows]


async def to_hand(county_code: int, village: str) -> list[NoticeRow]:
    """Those of a village who have neither read theirs nor have it on paper, the oldest first."""
    rows = await engine.fetch(
        _NOTICE + "p.region_code like $2 || '%' and n.read_at is null and n.handed_at is null order by n.period, p.name, p.id",
        county_code, village,
    )  # fmt: skip
    return [_notice(row) for row in rows]


async def periods(county_code: int) -> list[int]:
    """For which anybody was told, the newest run first."""
    rows = await engine.fetch(
        "select period, max(id) from benefit_notice where county_code = $1 group by period order by 2 desc", county_code
    )
    return [row["period"] for row in rows]


async def villages(county_code: int, prefix: str, period: int) -> list[Village]:
    """Those below `prefix` with anybody who was told, in order of code."""
    rows = await engine.fetch(
        "with told as (select left(p.region_code, 10) as code, count(*)::int as told, count(coalesce(n.read_at, n.handed_at))::int"
        " as reached, count(*) filter (where p.phone_sealed is null and n.read_at is null and n.handed_at is null)::int"
        " as without_phone from benefit_notice n join person p on p.county_code = n.county_code and p.id = n.person_id"
        " where n.county_code = $1 and n.period = $3 and p.region_code like $2 || '%' group by 1)"
        " select t.*, coalesce(r.full_name, t.code) as name from told t left join region r on r.code = t.code order by t.code",
        county_code, prefix, period,
    )  # fmt: skip
    return [Village(**dict(row)) for row in rows]
