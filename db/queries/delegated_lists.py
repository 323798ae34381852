"""Programmes of other bureaus, their lists and people, and who is asked for. The first argument is the county."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.delegated_stops import CODE, MATTERS, judged
from db.stores.delegated_lists import ID_NUMBER
from db.stores.delegated_payments import Span


class ProgrammeRow(Struct, frozen=True, kw_only=True):
    """With what holds in a month; the term's fields are None where nothing has been approved for it."""

    id: int
    name: str
    principal: str
    purpose: str
    from_month: int | None
    last_month: int | None
    pay_day: int | None
    waits: bool
    people: int


class TermRow(Struct, frozen=True, kw_only=True):
    id: int
    from_month: int
    last_month: int | None
    pay_day: int
    document: str
    state: str
    proposed_by: int
    proposed_by_name: str
    decided_by_name: str


class ListRow(Struct, frozen=True, kw_only=True):
    id: int
    programme_id: int
    document: str
    state: str
    good_count: int
    refused_count: int
    proposed_at: datetime
    proposed_by: int
    proposed_by_name: str
    decided_by_name: str


class ListLine(Struct, frozen=True, kw_only=True):
    line_no: int
    name: str
    id_number: str
    change: str
    month: int
    amount_fen: int
    last_month: int | None
    state: str
    reason: str


class Recipient(Struct, frozen=True, kw_only=True):
    """Somebody who gets an allowance now or later. `tail`: the last digits of the account in use; empty: none."""

    id: int
    person_id: int
    name: str
    born_on: date
    region_name: str
    amount_fen: int
    from_month: int
    last_month: int | None
    draws: bool
    bank: str
    tail: str


class Stop(Struct, frozen=True):
    """Why an allowance is asked for. `last_month` None: the pension stands still."""

    kind: str
    id: int
    first_month: int
    last_month: int | None
    reason: str


class Asked(Struct, frozen=True, kw_only=True):
    """`phase`: stopped, or over when the pension has come back. `months`, `fen`: what is held."""

    programme_id: int
    programme: str
    person_id: int
    name: str
    born_on: date
    region_name: str
    months: int
    fen: int
    stops: tuple[Stop, ...]

    @property
    def phase(self) -> str:
        return "over" if all(stop.last_month for stop in self.stops) else "stopped"


class Answered(Struct, frozen=True, kw_only=True):
    programme: str
    name: str
    phase: str
    answer: str
    reason: str
    decided_at: datetime
    decided_by_name: str


_PROGRAMME = (
    "select p.id, p.name, p.principal, p.purpose, t.from_month, t.last_month, t.pay_day, exists (select from delegated_term w"
    " where w.county_code = $1 and w.programme_id = p.id and w.state = 'proposed') as waits, (select count(distinct a.person_id)::int"
    " from delegated_allowance a where a.county_code = $1 and a.programme_id = p.id and not a.void and coalesce(a.last_month, $2) >= $2)"
    " as people from delegated_programme p left join lateral (select from_month, last_month, pay_day from delegated_term t"
    " where t.county_code = $1 and t.programme_id = p.id and t.state = 'approved' order by (t.from_month <= $2) desc,"
    " case when t.from_month <= $2 then -t.from_month else t.from_month end, t.id desc limit 1) t on true where p.county_code = $1"
)


async def programmes(county_code: int, month: int) -> list[ProgrammeRow]:
    rows = await engine.fetch(f"{_PROGRAMME} order by p.id", county_code, month)
    return [ProgrammeRow(**dict(row)) for row in rows]


async def programme(county_code: int, programme_id: int, month: int) -> ProgrammeRow | None:
    row = await engine.fetchrow(f"{_PROGRAMME} and p.id = $3", county_code, month, programme_id)
    return ProgrammeRow(**dict(row)) if row else None


async def terms(county_code: int, programme_id: int) -> list[TermRow]:
    rows = await engine.fetch(
        f"select {', '.join(TermRow.__struct_fields__)} from delegated_term where county_code = $1 and programme_id = $2 order by id desc",
        county_code, programme_id,
    )  # fmt: skip
    return [TermRow(**dict(row)) for row in rows]


async def last_month_of(county_code: int, programme_id: int) -> int:
    """The last month that is, or was, paid; 0: none."""
    found: int = await engine.fetchval(
        "select coalesce(max(month), 0) from delegated_month where county_code = $1 and programme_id = $2 and state <> 'cancelled'",
        county_code, programme_id,
    )  # fmt: skip
    return found


# ------------------------------------------------------------------ lists and people

_LIST = ", ".join(ListRow.__struct_fields__)


async def lists(county_code: int, programme_id: int, limit: int) -> list[ListRow]:
    """Newest first."""
    rows = await engine.fetch(
        f"select {_LIST} from delegated_list where county_code = $1 and programme_id = $2 order by id desc limit $3",
        county_code, programme_id, limit,
    )  # fmt: skip
    return [ListRow(**dict(row)) for row in rows]


async def list_of(county_code: int, list_id: int) -> ListRow | None:
    row = await engine.fetchrow(
        f"select {_LIST} from delegated_list where county_code = $1 and id = $2", county_code, list_id
    )
    return ListRow(**dict(row)) if row else None


async def list_lines(county_code: int, list_id: int, *, refused: bool, after: int = 0, limit: int) -> list[ListLine]:
    """`refused`: only what could not be used."""
    rows = await engine.fetch(
        "select * from delegated_list_line where county_code = $1 and list_id = $2 and line_no > $3 and (not $4 or state = 'refused')"
        " order by line_no limit $5",
        county_code, list_id, after, refused, limit,
    )  # fmt: skip
    return [
        ListLine(id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
                 **{name: row[name] for name in ListLine.__struct_fields__ if name != "id_number"})
        for row in rows
    ]  # fmt: skip


async def recipients(
    county_code: int,
    programme_id: int,
    month: int,
    *,
    name: str = "",
    without_account: bool = False,
    after: int = 0,
    limit: int,
) -> list[Recipient]:
    """In order of entry; those who get something in the month or later. `name`: as it stands in the register, whole."""
    rows = await engine.fetch(
        "select a.id, a.person_id, p.name, p.born_on, coalesce(r.full_name, '') as region_name, a.amount_fen, a.from_month, a.last_month,"
        " exists (select from benefit b where b.county_code = $1 and b.person_id = a.person_id and b.state <> 'ended') as draws,"
        " coalesce(x.bank, '') as bank, coalesce(x.account_tail, '') as tail from delegated_allowance a join person p"
        " on p.county_code = $1 and p.id = a.person_id left join region r on r.county_code = $1 and r.code = p.region_code"
        " left join payment_account x on x.county_code = $1 and x.person_id = a.person_id and x.ended_at is null"
        " and x.state <> 'rejected' where a.county_code = $1 and a.programme_id = $2 and not a.void and coalesce(a.last_month, $3) >= $3"
        " and ($4 = '' or p.name = $4) and (not $5 or x.id is null) and a.id > $6 order by a.id limit $7",
        county_code, programme_id, month, name, without_account, after, limit,
    )  # fmt: skip
    return [Recipient(**dict(row)) for row in rows]


# ------------------------------------------------------------------ who is asked for

_ASKED = (
    judged("a.person_id in (select person_id from stop) and ($6::bigint is null or a.person_id = $6) and ($7::bigint is null"
           " or a.programme_id = $7)")
    + ", held as (select person_id, programme_id, count(*)::int as months, sum(amount_fen)::bigint as fen from judged where why = 'asked'"
    " and (person_id, programme_id) > ($8::bigint, $9::bigint) group by person_id, programme_id order by person_id, programme_id limit $10),"
    " open as (select distinct s.programme_id, s.person_id, s.kind, s.id, s.first_month, s.last_month, s.reason from told s join due u"
    f" on u.programme_id = s.programme_id and u.person_id = s.person_id where s.first_month <= u.due_month and {MATTERS}"
    f" and {CODE} = 'asked')"
    " select h.*, g.name as programme, p.name, p.born_on, coalesce(r.full_name, '') as region_name, (select json_agg(json_build_object("
    "'kind', o.kind, 'id', o.id, 'first_month', o.first_month, 'last_month', o.last_month, 'reason', o.reason) order by o.first_month)"
    " from open o where o.programme_id = h.programme_id and o.person_id = h.person_id) as stops from held h join delegated_programme g"
    " on g.county_code = $1 and g.id = h.programme_id join person p on p.county_code = $1 and p.id = h.person_id left join region r"
    " on r.county_code = $1 and r.code = p.region_code order by h.person_id, h.programme_id"
)  # fmt: skip


async def asked(
    county_code: int, span: Span, *, person_id: int | None = None, programme_id: int | None = None, after: tuple[int, int] = (0, 0),
    limit: int,
) -> list[Asked]:  # fmt: skip
    """Allowances for which a word is wanted, in order of person; `after`: (person, programme) of the last one seen."""
    rows = await engine.fetch(
        _ASKED, county_code, span.stopping, span.last, span.first, 0, person_id, programme_id, *after, limit
    )
    return [
        Asked(stops=msgspec.json.decode(row["stops"], type=tuple[Stop, ...]),
              **{name: row[name] for name in Asked.__struct_fields__ if name != "stops"})
        for row in rows
    ]  # fmt: skip


async def answered(county_code: int, *, limit: int) -> list[Answered]:
    """The newest words."""
    rows = await engine.fetch(
        "select g.name as programme, p.name, d.phase, d.answer, d.reason, d.decided_at, d.decided_by_name from delegated_decision d"
        " join delegated_programme g on g.county_code = $1 and g.id = d.programme_id join person p on p.county_code = $1"
        " and p.id = d.person_id where d.county_code = $1 order by d.id desc limit $2",
        county_code, limit,
    )  # fmt: skip
    return [Answered(**dict(row)) for row in rows]
