"""Programmes of other bureaus, their lists, who gets what, and what was said when a pension stopped. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import seal, unseal_text
from db.stores.benefits import BANK_ACCOUNT

ID_NUMBER = "delegated_list.id_number"


class Term(Struct, frozen=True, kw_only=True):
    """A row of delegated_term. `last_month` None: it goes on."""

    id: int
    programme_id: int
    from_month: int
    last_month: int | None
    pay_day: int
    document: str
    state: str
    proposed_by: int


class NewLine(Struct, frozen=True, kw_only=True):
    """A line of a list, judged. `change`: begin, amount, end; `account`: digits, only where they are to be used."""

    line_no: int
    person_id: int | None
    name: str
    id_number: str
    change: str
    month: int
    amount_fen: int
    last_month: int | None
    bank: str
    account: str
    state: str
    reason: str


class ListRow(Struct, frozen=True, kw_only=True):
    id: int
    programme_id: int
    document: str
    state: str
    proposed_by: int


class Standing(Struct, frozen=True, kw_only=True):
    """Of one person: whether he draws a pension, has an account in use, and what he gets of one programme, by the last row of it.
    `paid_until`: the last month that stands in a payment; 0: none. `from_month` None: has never been given anything."""

    draws: bool
    has_account: bool
    paid_until: int
    from_month: int | None
    last_month: int | None
    amount_fen: int | None
    since_month: int | None


TERM = ", ".join(Term.__struct_fields__)


async def add_programme(
    county_code: int, name: str, principal: str, purpose: str, by: int, by_name: str, at: datetime
) -> int | None:
    """None when the name is taken."""
    found: int | None = await engine.fetchval(
        "insert into delegated_programme (county_code, name, principal, purpose, created_at, created_by, created_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id",
        county_code, name, principal, purpose, at, by, by_name,
    )  # fmt: skip
    return found


async def propose_term(
    county_code: int, programme_id: int, from_month: int, last_month: int | None, pay_day: int, document: str, by: int, by_name: str,
    at: datetime,
) -> int | None:  # fmt: skip
    """None while another one waits."""
    found: int | None = await engine.fetchval(
        "insert into delegated_term (county_code, programme_id, from_month, last_month, pay_day, document, state, proposed_at,"
        " proposed_by, proposed_by_name) values ($1, $2, $3, $4, $5, $6, 'proposed', $7, $8, $9) on conflict do nothing returning id",
        county_code, programme_id, from_month, last_month, pay_day, document, at, by, by_name,
    )  # fmt: skip
    return found


async def lock_term(county_code: int, term_id: int) -> Term | None:
    row = await engine.fetchrow(
        f"select {TERM} from delegated_term where county_code = $1 and id = $2 for update", county_code, term_id
    )
    return Term(**dict(row)) if row else None


async def decide_term(county_code: int, term_id: int, state: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update delegated_term set state = $3, decided_by = $4, decided_by_name = $5, decided_at = $6 where county_code = $1 and id = $2",
        county_code, term_id, state, by, by_name, at,
    )  # fmt: skip


async def lock_programme(county_code: int, programme_id: int) -> str | None:
    """Its name; lists and months of a programme wait for each other from here on. None when there is none."""
    await engine.fetchval("select pg_advisory_xact_lock(hashtext($1))", f"delegated {county_code} {programme_id}")
    name: str | None = await engine.fetchval(
        "select name from delegated_programme where county_code = $1 and id = $2", county_code, programme_id
    )
    return name


async def term_of(county_code: int, programme_id: int, month: int) -> Term | None:
    """What holds in a month; None before the programme begins."""
    row = await engine.fetchrow(
        f"select {TERM} from delegated_term where county_code = $1 and programme_id = $2 and state = 'approved' and from_month <= $3"
        " order by from_month desc, id desc limit 1",
        county_code, programme_id, month,
    )  # fmt: skip
    return Term(**dict(row)) if row else None


# ------------------------------------------------------------------ lists


async def standings(county_code: int, programme_id: int, people: Sequence[int]) -> dict[int, Standing]:
    rows = await engine.fetch(
        "select t.id, exists (select from benefit b where b.county_code = $1 and b.person_id = t.id) as draws, exists (select from"
        " payment_account x where x.county_code = $1 and x.person_id = t.id and x.ended_at is null) as has_account,"
        " coalesce((select max(l.due_month) from delegated_line l where l.county_code = $1 and l.programme_id = $2"
        " and l.person_id = t.id and not l.voided), 0) as paid_until, a.from_month, a.last_month, a.amount_fen,"
        " a.since_month from unnest($3::bigint[]) as t (id) left join lateral (select * from delegated_allowance a"
        " where a.county_code = $1 and a.programme_id = $2 and a.person_id = t.id and not a.void order by a.from_month desc limit 1) a on true",
        county_code, programme_id, list(people),
    )  # fmt: skip
    return {row["id"]: Standing(**{name: row[name] for name in Standing.__struct_fields__}) for row in rows}


async def add_list(
    county_code: int, programme_id: int, document: str, lines: Sequence[NewLine], by: int, by_name: str, at: datetime
) -> int | None:
    """None when a list of this number is there already."""
    good = sum(line.state == "good" for line in lines)
    list_id: int | None = await engine.fetchval(
        "insert into delegated_list (county_code, programme_id, document, state, good_count, refused_count, proposed_at, proposed_by,"
        " proposed_by_name) values ($1, $2, $3, 'proposed', $4, $5, $6, $7, $8) on conflict do nothing returning id",
        county_code, programme_id, document, good, len(lines) - good, at, by, by_name,
    )  # fmt: skip
    if list_id is None:
        return None
    records = [
        (county_code, list_id, line.line_no, line.person_id, line.name, seal(line.id_number, ID_NUMBER), line.change, line.month,
         line.amount_fen, line.last_month, line.bank, seal(line.account, BANK_ACCOUNT) if line.account else None, line.state,
         line.reason)
        for line in lines
    ]  # fmt: skip
    async with engine.connection() as held:
        await held.copy_records_to_table(
            "delegated_list_line",
            records=records,
            columns=["county_code", "list_id", "line_no", "person_id", "name", "id_number_sealed", "change", "month", "amount_fen",
                     "last_month", "bank", "account_sealed", "state", "reason"],
        )  # fmt: skip
    return list_id


async def lock_list(county_code: int, list_id: int) -> ListRow | None:
    row = await engine.fetchrow(
        "select id, programme_id, document, state, proposed_by from delegated_list where county_code = $1 and id = $2 for update",
        county_code, list_id,
    )  # fmt: skip
    return ListRow(**dict(row)) if row else None


async def good_lines(county_code: int, list_id: int) -> list[NewLine]:
    rows = await engine.fetch(
        "select * from delegated_list_line where county_code = $1 and list_id = $2 and state = 'good' order by line_no",
        county_code, list_id,
    )  # fmt: skip
    return [
        NewLine(
            id_number=unseal_text(row["id_number_sealed"], ID_NUMBER),
            account=unseal_text(row["account_sealed"], BANK_ACCOUNT) if row["account_sealed"] else "",
            **{name: row[name] for name in NewLine.__struct_fields__ if name not in ("id_number", "account")},
        )
        for row in rows
    ]  # fmt: skip


async def settle_lines(county_code: int, list_id: int, lines: Sequence[tuple[int, str, str]]) -> None:
    """`lines`: (number, state, reason)."""
    await engine.execute(
        "update delegated_list_line l set state = t.state, reason = t.reason from unnest($3::int[], $4::text[], $5::text[])"
        " as t (line_no, state, reason) where l.county_code = $1 and l.list_id = $2 and l.line_no = t.line_no",
        county_code, list_id, *(list(column) for column in zip(*lines, strict=True)),
    )  # fmt: skip


async def decide_list(county_code: int, list_id: int, state: str, by: int, by_name: str, at: datetime) -> None:
    await engine.execute(
        "update delegated_list d set state = $3, decided_by = $4, decided_by_name = $5, decided_at = $6, good_count = s.good,"
        " refused_count = s.bad from (select (count(*) filter (where state <> 'refused'))::int as good,"
        " (count(*) filter (where state = 'refused'))::int as bad from delegated_list_line where county_code = $1 and list_id = $2) s"
        " where d.county_code = $1 and d.id = $2",
        county_code, list_id, state, by, by_name, at,
    )  # fmt: skip


# ------------------------------------------------------------------ who gets what


async def begin(
    county_code: int,
    programme_id: int,
    list_id: int,
    person_id: int,
    month: int,
    last_month: int | None,
    amount_fen: int,
    since: int,
) -> None:
    """`since`: the first month of the spell, earlier than `month` where only the amount changes."""
    await engine.execute(
        "insert into delegated_allowance (county_code, programme_id, person_id, from_month, last_month, since_month, amount_fen, list_id)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        county_code, programme_id, person_id, month, last_month, since, amount_fen, list_id,
    )  # fmt: skip


async def end(county_code: int, programme_id: int, person_id: int, last_month: int) -> None:
    """Nothing after `last_month`: what would only have begun later has never been."""
    await engine.execute(
        "update delegated_allowance set void = from_month > $4, last_month = case when from_month > $4 then last_month else $4 end"
        " where county_code = $1 and programme_id = $2 and person_id = $3 and not void and coalesce(last_month, $4 + 1) > $4",
        county_code, programme_id, person_id, last_month,
    )  # fmt: skip


async def say(
    county_code: int, programme_id: int, person_id: int, stops: Sequence[tuple[str, int, str]], answer: str, reason: str, by: int,
    by_name: str, at: datetime,
) -> None:  # fmt: skip
    """`stops`: (kind, id, phase) of everything the answer is about."""
    await engine.executemany(
        "insert into delegated_decision (county_code, programme_id, person_id, stop_kind, stop_id, phase, answer, reason, decided_at,"
        " decided_by, decided_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            (county_code, programme_id, person_id, kind, number, phase, answer, reason, at, by, by_name)
            for kind, number, phase in stops
        ],
    )
