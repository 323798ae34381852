"""A month of payments on behalf of others: its draft, files, results. Inside the caller's transaction.

Who is paid is reckoned the same way for the draft, at the review and before a file (db/delegated_stops.py).
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.delegated_stops import judged
from db.stores.benefits import BANK_ACCOUNT
from db.stores.payments import ToSend

_OF_PROGRAMME = judged("a.programme_id = $6")


class MonthRow(Struct, frozen=True, kw_only=True):
    """A row of delegated_month. The three documents are None until the step that makes them."""

    id: int
    programme_id: int
    month: int
    state: str
    pay_on: date
    people: int
    total_fen: int
    drafted_at: datetime
    drafted_by: int
    drafted_by_name: str
    reviewed_at: datetime | None
    reviewed_by_name: str
    funded_on: date | None
    arrival_id: int | None
    payment_id: int | None
    return_id: int | None
    closed_at: datetime | None
    closed_by_name: str


class Span(Struct, frozen=True):
    """`first` to `last`: months that may be due; `stopping`: situations in which no pension is paid."""

    first: int
    last: int
    stopping: list[str]


class Failed(Struct, frozen=True, kw_only=True):
    """Somebody's last transfer of a month."""

    person_id: int
    round: int
    state: str


MONTH = ", ".join(MonthRow.__struct_fields__)


async def add_month(
    county_code: int, programme_id: int, month: int, pay_on: date, by: int, by_name: str, at: datetime
) -> int | None:
    """None when the month is there already."""
    found: int | None = await engine.fetchval(
        "insert into delegated_month (county_code, programme_id, month, state, pay_on, drafted_at, drafted_by, drafted_by_name)"
        " values ($1, $2, $3, 'draft', $4, $5, $6, $7) on conflict do nothing returning id",
        county_code, programme_id, month, pay_on, at, by, by_name,
    )  # fmt: skip
    return found


async def lock_month(county_code: int, month_id: int) -> MonthRow | None:
    row = await engine.fetchrow(
        f"select {MONTH} from delegated_month where county_code = $1 and id = $2 for update", county_code, month_id
    )
    return MonthRow(**dict(row)) if row else None


async def set_month(county_code: int, month_id: int, state: str, **values: object) -> None:
    """`values`: columns of delegated_month by name."""
    named = "".join(f", {name} = ${place}" for place, name in enumerate(values, start=4))
    await engine.execute(
        f"update delegated_month set state = $3{named} where county_code = $1 and id = $2",
        county_code, month_id, state, *values.values(),
    )  # fmt: skip


async def draft(county_code: int, month_id: int, programme_id: int, span: Span) -> None:
    """A transfer for everybody who is due anything; who cannot be paid is left out with why."""
    await engine.execute(
        f"{_OF_PROGRAMME}, who as materialized (select person_id, coalesce(sum(amount_fen) filter (where why = ''), 0) as fen,"
        " (array_agg(why order by due_month desc))[1] as why, (array_agg(amount_fen order by due_month desc))[1] as newest_fen from judged"
        " group by person_id), made as (insert into delegated_transfer (county_code, month_id, person_id, payment_account_id, region_code,"
        " bank, amount_fen, state, why) select $1, $5, w.person_id, a.id, p.region_code, coalesce(a.bank, ''),"
        " case when w.fen > 0 then w.fen else w.newest_fen end, case when w.fen > 0 and a.id is not null then 'planned' else 'left_out' end,"
        " case when w.fen = 0 then w.why when a.id is null then 'no_account' else '' end from who w join person p on p.county_code = $1"
        " and p.id = w.person_id left join payment_account a on a.county_code = $1 and a.person_id = w.person_id and a.ended_at is null"
        " and a.state <> 'rejected' order by w.person_id returning person_id, state)"
        " insert into delegated_line (county_code, month_id, programme_id, person_id, due_month, amount_fen) select $1, $5, $6,"
        " j.person_id, j.due_month, j.amount_fen from judged j join made m on m.person_id = j.person_id and m.state = 'planned'"
        " where j.why = '' order by j.person_id, j.due_month",
        county_code, span.stopping, span.last, span.first, month_id, programme_id,
    )  # fmt: skip


async def changed(county_code: int, month_id: int, programme_id: int, span: Span) -> dict[int, str]:
    """People who wait for their file and are not to be paid as the draft says any more, each with why."""
    rows = await engine.fetch(
        # A set difference, because the planner knows nothing of lines that were just written.
        f"{_OF_PROGRAMME}, gone as (select l.person_id, l.due_month, l.amount_fen from delegated_line l join delegated_transfer t"
        " on t.county_code = $1 and t.month_id = $5 and t.person_id = l.person_id and t.state = 'planned' where l.county_code = $1"
        " and l.month_id = $5 and not l.voided except select person_id, due_month, amount_fen from judged where why = '')"
        " select g.person_id, coalesce(min(j.why) filter (where j.why <> ''), 'changed') as why from gone g left join judged j"
        " on j.person_id = g.person_id and j.due_month = g.due_month group by g.person_id order by g.person_id",
        county_code, span.stopping, span.last, span.first, month_id, programme_id,
    )  # fmt: skip
    return {row["person_id"]: row["why"] for row in rows}


async def take_out(county_code: int, month_id: int, people: dict[int, str], state: str) -> None:
    """`state`: left_out, or returned where the principal's money is here already. Their months are not paid with this one."""
    await engine.execute(
        "update delegated_transfer t set state = $5, why = u.why from unnest($3::bigint[], $4::text[]) as u (person_id, why)"
        " where t.county_code = $1 and t.month_id = $2 and t.person_id = u.person_id and t.state = 'planned'",
        county_code, month_id, list(people), list(people.values()), state,
    )  # fmt: skip
    await void_lines(county_code, month_id, list(people))


async def void_lines(county_code: int, month_id: int, people: Sequence[int] | None = None) -> None:
    """Of these people; None: of everybody."""
    await engine.execute(
        "update delegated_line set voided = true where county_code = $1 and month_id = $2 and ($3::bigint[] is null"
        " or person_id = any($3)) and not voided",
        county_code, month_id, None if people is None else list(people),
    )  # fmt: skip


async def count_month(county_code: int, month_id: int) -> None:
    await engine.execute(
        "update delegated_month set (people, total_fen) = (select count(*)::int, coalesce(sum(amount_fen), 0)::bigint"
        " from delegated_transfer where county_code = $1 and month_id = $2 and round = 1 and state <> 'left_out')"
        " where county_code = $1 and id = $2",
        county_code, month_id,
    )  # fmt: skip


# ------------------------------------------------------------------ files


async def next_bank(county_code: int, month_id: int) -> str | None:
    bank: str | None = await engine.fetchval(
        "select min(bank) from delegated_transfer where county_code = $1 and month_id = $2 and state = 'planned'",
        county_code,
        month_id,
    )
    return bank


async def to_send(county_code: int, month_id: int, bank: str, limit: int) -> list[ToSend]:
    """In order of person: the same rows in the same order, however often it is asked."""
    rows = await engine.fetch(
        "select t.person_id, t.round, p.name, p.id_number_sealed, a.account_sealed, t.region_code, t.amount_fen from delegated_transfer t"
        " join person p on p.county_code = $1 and p.id = t.person_id join payment_account a on a.county_code = $1"
        " and a.id = t.payment_account_id where t.county_code = $1 and t.month_id = $2 and t.state = 'planned' and t.bank = $3"
        " order by t.person_id limit $4",
        county_code, month_id, bank, limit,
    )  # fmt: skip
    return [
        ToSend(
            person_id=row["person_id"], round=row["round"], name=row["name"],
            id_number=unseal_text(row["id_number_sealed"], "person.id_number"),
            account_no=unseal_text(row["account_sealed"], BANK_ACCOUNT), region_code=row["region_code"], net_fen=row["amount_fen"],
        )
        for row in rows
    ]  # fmt: skip


async def sent(county_code: int, month_id: int, file_id: int, people: Sequence[int]) -> None:
    """`people`: in the order of the file."""
    await engine.execute(
        "update delegated_transfer t set state = 'sent', file_id = $3, row_no = u.row_no from unnest($4::bigint[]) with ordinality"
        " as u (person_id, row_no) where t.county_code = $1 and t.month_id = $2 and t.person_id = u.person_id and t.state = 'planned'",
        county_code, month_id, file_id, list(people),
    )  # fmt: skip


async def month_of_file(county_code: int, file_id: int) -> int | None:
    found: int | None = await engine.fetchval(
        "select month_id from delegated_transfer where county_code = $1 and file_id = $2 limit 1", county_code, file_id
    )
    return found


async def answered(county_code: int, file_id: int, failed: dict[int, str], paid_on: date) -> None:
    """`failed`: rows that the bank could not pay, each with its reason; all others are paid."""
    await engine.execute(
        "update delegated_transfer t set state = case when u.row_no is null then 'paid' else 'failed' end, reason = coalesce(u.reason,"
        " ''), paid_on = case when u.row_no is null then $5::date end from delegated_transfer s left join unnest($3::int[], $4::text[])"
        " as u (row_no, reason) on u.row_no = s.row_no where s.county_code = $1 and s.file_id = $2 and s.state = 'sent'"
        " and t.county_code = $1 and t.month_id = s.month_id and t.person_id = s.person_id and t.round = s.round",
        county_code, file_id, list(failed), list(failed.values()), paid_on,
    )  # fmt: skip


async def recipients_of_rows(county_code: int, file_id: int, rows: Sequence[int]) -> dict[int, bytes]:
    """Row to the keyed index by which messages find the person."""
    found = await engine.fetch(
        "select t.row_no, p.id_index from delegated_transfer t join person p on p.county_code = $1 and p.id = t.person_id"
        " where t.county_code = $1 and t.file_id = $2 and t.row_no = any($3::int[])",
        county_code, file_id, list(rows),
    )  # fmt: skip
    return {row["row_no"]: row["id_index"] for row in found}


# ------------------------------------------------------------------ what failed, what it comes to


async def lock_transfer(county_code: int, month_id: int, person_id: int) -> Failed | None:
    row = await engine.fetchrow(
        "select person_id, round, state from delegated_transfer where county_code = $1 and month_id = $2 and person_id = $3"
        " order by round desc limit 1 for update",
        county_code, month_id, person_id,
    )  # fmt: skip
    return Failed(**dict(row)) if row else None


async def next_round(county_code: int, month_id: int, person_id: int) -> bool:
    """The failed transfer anew, to the account in use; False without an account that can be used."""
    tag = await engine.execute(
        "insert into delegated_transfer (county_code, month_id, person_id, round, payment_account_id, region_code, bank, amount_fen, state)"
        " select t.county_code, t.month_id, t.person_id, t.round + 1, a.id, t.region_code, a.bank, t.amount_fen, 'planned'"
        " from delegated_transfer t join payment_account a on a.county_code = $1 and a.person_id = t.person_id and a.ended_at is null"
        " and a.state <> 'rejected' where t.county_code = $1 and t.month_id = $2 and t.person_id = $3 order by t.round desc limit 1",
        county_code, month_id, person_id,
    )  # fmt: skip
    return tag.endswith(" 1")


async def give_up(county_code: int, month_id: int, transfer: Failed, reason: str) -> None:
    await engine.execute(
        "update delegated_transfer set state = 'returned', why = 'failed', reason = $5 where county_code = $1 and month_id = $2"
        " and person_id = $3 and round = $4",
        county_code, month_id, transfer.person_id, transfer.round, reason,
    )  # fmt: skip


_LAST = (
    " and not exists (select from delegated_transfer x where x.county_code = $1 and x.month_id = $2 and x.person_id = t.person_id"
    " and x.round > t.round)"
)


async def unfinished(county_code: int, month_id: int) -> bool:
    """Whether anybody's last transfer is neither paid nor given up."""
    found: bool = await engine.fetchval(
        "select exists (select from delegated_transfer t where t.county_code = $1 and t.month_id = $2"
        f" and t.state in ('planned', 'sent', 'failed'){_LAST})",
        county_code, month_id,
    )  # fmt: skip
    return found


async def outcome(county_code: int, month_id: int) -> tuple[int, int, int]:
    """(people paid, 分 paid, 分 that go back)."""
    row = await engine.fetchrow(
        "select (count(*) filter (where t.state = 'paid'))::int, coalesce(sum(t.amount_fen) filter (where t.state = 'paid'), 0)::bigint,"
        " coalesce(sum(t.amount_fen) filter (where t.state = 'returned'), 0)::bigint from delegated_transfer t where t.county_code = $1"
        f" and t.month_id = $2{_LAST}",
        county_code, month_id,
    )  # fmt: skip
    assert row is not None
    return row[0], row[1], row[2]
