"""Months of payments on behalf of others as pages and the domain read them. The first argument is the county."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from db import engine
from db.crypto import unseal, unseal_text
from db.queries.payments import FileRow
from db.stores.delegated_payments import MONTH, MonthRow
from db.stores.messages import EXCHANGE

__all__ = ["FileRow", "MonthRow"]


class TransferRow(Struct, frozen=True, kw_only=True):
    person_id: int
    name: str
    region_code: str
    bank: str
    tail: str
    amount_fen: int
    state: str
    why: str
    reason: str


class ReportRow(Struct, frozen=True, kw_only=True):
    """A person of a month, as the principal reads it. `months`: what was due, the first and the last."""

    name: str
    id_number: str
    amount_fen: int
    first_month: int | None
    last_month: int | None
    state: str
    why: str
    reason: str
    paid_on: date | None


class OwnAllowance(Struct, frozen=True, kw_only=True):
    """What somebody gets through the agency besides the pension, with the last payment of it."""

    name: str
    principal: str
    amount_fen: int
    from_month: int
    month: int | None
    paid_fen: int | None
    state: str | None
    why: str | None
    reason: str | None
    paid_on: date | None


async def months_of(county_code: int, programme_id: int, limit: int) -> list[MonthRow]:
    """Newest first."""
    rows = await engine.fetch(
        f"select {MONTH} from delegated_month where county_code = $1 and programme_id = $2 order by id desc limit $3",
        county_code, programme_id, limit,
    )  # fmt: skip
    return [MonthRow(**dict(row)) for row in rows]


async def month(county_code: int, month_id: int) -> MonthRow | None:
    row = await engine.fetchrow(
        f"select {MONTH} from delegated_month where county_code = $1 and id = $2", county_code, month_id
    )
    return MonthRow(**dict(row)) if row else None


_LAST = (
    " and not exists (select from delegated_transfer x where x.county_code = $1 and x.month_id = $2 and x.person_id = t.person_id"
    " and x.round > t.round)"
)


async def transfers(
    county_code: int, month_id: int, states: Sequence[str], *, after: int = 0, limit: int
) -> list[TransferRow]:
    """Everybody's last transfer, where it is in one of these states."""
    rows = await engine.fetch(
        "select t.person_id, p.name, t.region_code, t.bank, coalesce(a.account_tail, '') as tail, t.amount_fen, t.state, t.why, t.reason"
        " from delegated_transfer t join person p on p.county_code = $1 and p.id = t.person_id left join payment_account a"
        " on a.county_code = $1 and a.id = t.payment_account_id where t.county_code = $1 and t.month_id = $2 and t.person_id > $3"
        f" and t.state = any($4::text[]){_LAST} order by t.person_id limit $5",
        county_code, month_id, after, list(states), limit,
    )  # fmt: skip
    return [TransferRow(**dict(row)) for row in rows]


async def counts(county_code: int, month_id: int) -> dict[str, tuple[int, int]]:
    """State to (people, 分), by everybody's last transfer."""
    rows = await engine.fetch(
        "select t.state, count(*)::int as n, sum(t.amount_fen)::bigint as fen from delegated_transfer t where t.county_code = $1"
        f" and t.month_id = $2{_LAST} group by t.state",
        county_code, month_id,
    )  # fmt: skip
    return {row["state"]: (row["n"], row["fen"]) for row in rows}


async def files(county_code: int, month_id: int) -> list[FileRow]:
    rows = await engine.fetch(
        "select f.id, f.partner, f.file_name, f.row_count, f.total_fen, f.state, f.created_at,"
        " count(*) filter (where t.state = 'paid')::int as paid, count(*) filter (where t.state in ('failed', 'returned'))::int as failed"
        " from delegated_transfer t join exchange_file f on f.county_code = $1 and f.id = t.file_id where t.county_code = $1"
        " and t.month_id = $2 group by f.county_code, f.id order by f.id",
        county_code, month_id,
    )  # fmt: skip
    return [FileRow(**dict(row)) for row in rows]


async def file_body(county_code: int, file_id: int) -> tuple[str, bytes] | None:
    """(name, bytes) of a file."""
    row = await engine.fetchrow(
        "select file_name, body_sealed from exchange_file where county_code = $1 and id = $2 and kind = 'delegated' and direction = 'out'",
        county_code, file_id,
    )  # fmt: skip
    return (row["file_name"], unseal(row["body_sealed"], EXCHANGE)) if row else None


async def report(county_code: int, month_id: int) -> list[ReportRow]:
    """Everybody of a month with what became of it, those who were left out too."""
    rows = await engine.fetch(
        "select p.name, p.id_number_sealed, t.amount_fen, l.first_month, l.last_month, t.state, t.why, t.reason, t.paid_on"
        " from delegated_transfer t join person p on p.county_code = $1 and p.id = t.person_id left join lateral (select"
        " min(due_month) as first_month, max(due_month) as last_month from delegated_line l where l.county_code = $1 and l.month_id = $2"
        f" and l.person_id = t.person_id) l on true where t.county_code = $1 and t.month_id = $2{_LAST} order by t.person_id",
        county_code, month_id,
    )  # fmt: skip
    return [
        ReportRow(id_number=unseal_text(row["id_number_sealed"], "person.id_number"),
                  **{name: row[name] for name in ReportRow.__struct_fields__ if name != "id_number"})
        for row in rows
    ]  # fmt: skip


async def of_person(county_code: int, person_id: int, month: int) -> list[OwnAllowance]:
    """What somebody gets in the month or later."""
    rows = await engine.fetch(
        "select distinct on (g.id) g.name, g.principal, a.amount_fen, a.from_month, t.month, t.amount_fen as paid_fen, t.state, t.why,"
        " t.reason, t.paid_on from delegated_allowance a join delegated_programme g on g.county_code = $1 and g.id = a.programme_id"
        " left join lateral (select m.month, t.amount_fen, t.state, t.why, t.reason, t.paid_on from delegated_transfer t"
        " join delegated_month m on m.county_code = $1 and m.id = t.month_id and m.programme_id = g.id and m.state not in ('draft',"
        " 'cancelled') where t.county_code = $1 and t.person_id = $2 order by m.month desc, t.round desc limit 1) t on true"
        " where a.county_code = $1 and a.person_id = $2 and not a.void and coalesce(a.last_month, $3) >= $3 order by g.id, a.from_month",
        county_code, person_id, month,
    )  # fmt: skip
    return [OwnAllowance(**dict(row)) for row in rows]
