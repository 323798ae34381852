"""Recovery: writes and what is read under a lock. Inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from db import engine

_UNBOOKED = "('draft', 'declared', 'approved')"


class NewRecovery(Struct, frozen=True, kw_only=True):
    """As recovery."""

    person_id: int
    region_code: str
    origin: str
    cause: str
    facts: str
    principal_fen: int
    settlement_id: int | None = None
    debtor_name: str = ""
    debtor_index: bytes | None = None
    debtor_relation: str = ""


class Recovery(NewRecovery, frozen=True, kw_only=True):
    id: int
    limit_fen: int | None
    fraud: bool
    state: str
    recovered_fen: int
    written_off_fen: int
    open_fen: int
    due_on: date | None
    registered_by: int


class NewPayment(Struct, frozen=True, kw_only=True):
    """`parts`: JSON of 分 by item."""

    recovery_id: int
    document_id: int
    amount_fen: int
    parts: str
    payer: str
    way: str
    slip_no: str
    paid_on: date
    voluntary: bool


class Agreement(Struct, frozen=True, kw_only=True):
    id: int
    recovery_id: int
    total_fen: int
    recovered_before_fen: int


class Deduction(Struct, frozen=True, kw_only=True):
    id: int
    recovery_id: int
    person_id: int
    amount_fen: int
    before_fen: int
    after_plan_id: int
    recovered_fen: int


class Decision(Struct, frozen=True, kw_only=True):
    id: int
    recovery_id: int
    kind: str
    reason: str
    state: str
    asked_by: int


class Owing(Struct, frozen=True):
    """What a plan would take off a person's later months. `state`: of the benefit."""

    state: str
    carried_fen: int
    recheck_from: int | None


async def open_(
    county_code: int, new: NewRecovery, items: Mapping[str, int], by: int, by_name: str, at: datetime
) -> int | None:
    """None where the settlement has its case already."""
    names = ", ".join(NewRecovery.__struct_fields__)
    places = ", ".join(f"${place}" for place in range(5, 5 + len(NewRecovery.__struct_fields__)))
    found: int | None = await engine.fetchval(
        f"insert into recovery (county_code, state, registered_at, registered_by, registered_by_name, {names})"
        f" values ($1, 'registered', $2, $3, $4, {places}) on conflict do nothing returning id",
        county_code, at, by, by_name, *(getattr(new, name) for name in NewRecovery.__struct_fields__),
    )  # fmt: skip
    if found is not None:
        await engine.executemany(
            "insert into recovery_item (county_code, recovery_id, item, principal_fen) values ($1, $2, $3, $4)",
            [(county_code, found, item, fen) for item, fen in items.items() if fen],
        )
    return found


async def lock(county_code: int, recovery_id: int) -> Recovery | None:
    """Held until the transaction ends: two at once see each other's work."""
    row = await engine.fetchrow(
        f"select {', '.join(Recovery.__struct_fields__)} from recovery where county_code = $1 and id = $2 for update",
        county_code, recovery_id,
    )  # fmt: skip
    return Recovery(**dict(row)) if row else None


async def set_values(county_code: int, recovery_id: int, values: Mapping[str, Any]) -> None:
    """`values`: columns of recovery by name."""
    named = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, start=3))
    await engine.execute(
        f"update recovery set {named} where county_code = $1 and id = $2", county_code, recovery_id, *values.values()
    )


async def open_items(county_code: int, recovery_id: int) -> dict[str, int]:
    """分 still open by item, those that are done left out."""
    rows = await engine.fetch(
        "select i.item, (i.principal_fen - coalesce(sum(e.amount_fen), 0))::bigint as fen from recovery_item i left join recovery_entry e"
        " using (county_code, recovery_id, item) where i.county_code = $1 and i.recovery_id = $2 group by i.item, i.principal_fen"
        " having i.principal_fen > coalesce(sum(e.amount_fen), 0) order by i.item",
        county_code, recovery_id,
    )  # fmt: skip
    return {row["item"]: row["fen"] for row in rows}


async def pending(county_code: int, recovery_id: int) -> dict[str, int]:
    """分 by item of payments that are registered and not in the books yet."""
    rows = await engine.fetch(
        "select x.key as item, sum(x.value::bigint)::bigint as fen from recovery_payment p join fund_document d on d.county_code = $1"
        f" and d.id = p.document_id and d.state in {_UNBOOKED} cross join lateral jsonb_each_text(p.parts::jsonb) x"
        " where p.county_code = $1 and p.recovery_id = $2 group by 1",
        county_code, recovery_id,
    )  # fmt: skip
    return {row["item"]: row["fen"] for row in rows}


async def enter(
    county_code: int, recovery_id: int, source: str, reference: int, parts: Mapping[str, int], booked_on: date
) -> None:
    """Takes `parts` off the debt; what is left follows. Closed when nothing is."""
    await engine.executemany(
        "insert into recovery_entry (county_code, recovery_id, source, reference, item, amount_fen, booked_on)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        [(county_code, recovery_id, source, reference, item, fen, booked_on) for item, fen in parts.items() if fen],
    )  # fmt: skip
    column, done = ("written_off_fen", "written_off") if source == "write_off" else ("recovered_fen", "closed")
    await engine.execute(
        f"update recovery set {column} = {column} + $3, state = case when open_fen = $3 then $4 else state end,"
        " due_on = case when open_fen = $3 then null else due_on end where county_code = $1 and id = $2",
        county_code, recovery_id, sum(parts.values()), done,
    )  # fmt: skip


# ------------------------------------------------------------------ notices, files, payments


async def add_notice(
    county_code: int, recovery_id: int, kind: str, addressee: str, fen: int, deadline_on: date, by: int, by_name: str, at: datetime
) -> int:  # fmt: skip
    found: int = await engine.fetchval(
        "insert into recovery_notice (county_code, recovery_id, kind, addressee, amount_fen, deadline_on, issued_at, issued_by,"
        " issued_by_name) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        county_code, recovery_id, kind, addressee, fen, deadline_on, at, by, by_name,
    )  # fmt: skip
    return found


async def serve(
    county_code: int, recovery_id: int, notice_id: int, on: date, name: str, second: str, receiver: str, recording: str
) -> bool:
    """False where it was served before, or is none of this case."""
    done: int | None = await engine.fetchval(
        "update recovery_notice set served_on = $4, served_by_name = $5, second_name = $6, receiver = $7, recording = $8"
        " where county_code = $1 and recovery_id = $2 and id = $3 and served_on is null returning 1",
        county_code, recovery_id, notice_id, on, name, second, receiver, recording,
    )  # fmt: skip
    return done is not None


async def add_file(
    county_code: int, recovery_id: int, kind: str, filename: str, key: str, media_type: str, by_name: str, at: datetime
) -> int:  # fmt: skip
    found: int = await engine.fetchval(
        "insert into recovery_file (county_code, recovery_id, kind, filename, storage_key, media_type, added_at, added_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        county_code, recovery_id, kind, filename, key, media_type, at, by_name,
    )  # fmt: skip
    return found


async def add_payment(county_code: int, new: NewPayment) -> None:
    names = ", ".join(NewPayment.__struct_fields__)
    places = ", ".join(f"${place}" for place in range(2, 2 + len(NewPayment.__struct_fields__)))
    await engine.execute(
        f"insert into recovery_payment (county_code, {names}) values ($1, {places})",
        county_code, *(getattr(new, name) for name in NewPayment.__struct_fields__),
    )  # fmt: skip


async def payment(county_code: int, document_id: int) -> NewPayment | None:
    row = await engine.fetchrow(
        f"select {', '.join(NewPayment.__struct_fields__)} from recovery_payment where county_code = $1 and document_id = $2",
        county_code, document_id,
    )  # fmt: skip
    return NewPayment(**dict(row)) if row else None


# ------------------------------------------------------------------ agreements and deductions


async def agree(
    county_code: int, recovery_id: int, total_fen: int, before_fen: int, parts: Sequence[tuple[date, int]], on: date, by_name: str
) -> int | None:  # fmt: skip
    """None where one is in force."""
    found: int | None = await engine.fetchval(
        "insert into recovery_agreement (county_code, recovery_id, total_fen, recovered_before_fen, signed_on, agreed_by_name)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id",
        county_code, recovery_id, total_fen, before_fen, on, by_name,
    )  # fmt: skip
    if found is not None:
        await engine.executemany(
            "insert into recovery_instalment (county_code, agreement_id, number, due_on, amount_fen) values ($1, $2, $3, $4, $5)",
            [(county_code, found, number, due_on, fen) for number, (due_on, fen) in enumerate(parts, start=1)],
        )
    return found


async def agreement(county_code: int, recovery_id: int) -> Agreement | None:
    """The one in force."""
    row = await engine.fetchrow(
        f"select {', '.join(Agreement.__struct_fields__)} from recovery_agreement where county_code = $1 and recovery_id = $2"
        " and state = 'active'",
        county_code, recovery_id,
    )  # fmt: skip
    return Agreement(**dict(row)) if row else None


async def instalments(county_code: int, agreement_id: int) -> list[tuple[date, int, date | None]]:
    """(due, 分, told that it was missed)."""
    rows = await engine.fetch(
        "select due_on, amount_fen, missed_on from recovery_instalment where county_code = $1 and agreement_id = $2 order by number",
        county_code, agreement_id,
    )  # fmt: skip
    return [tuple(row) for row in rows]


async def set_missed(county_code: int, agreement_id: int, numbers: Sequence[int], on: date) -> None:
    await engine.execute(
        "update recovery_instalment set missed_on = $4 where county_code = $1 and agreement_id = $2 and number = any($3)",
        county_code, agreement_id, list(numbers), on,
    )  # fmt: skip


async def set_agreement(county_code: int, agreement_id: int, state: str) -> None:
    await engine.execute(
        "update recovery_agreement set state = $3 where county_code = $1 and id = $2", county_code, agreement_id, state
    )


async def owing(county_code: int, person_id: int) -> Owing | None:
    """Held for this transaction; no plan is begun meanwhile."""
    await engine.fetchval("select pg_advisory_xact_lock(hashtext($1))", f"payment plan {county_code}")
    row = await engine.fetchrow(
        "select state, carried_fen, recheck_from from benefit where county_code = $1 and person_id = $2 for update",
        county_code, person_id,
    )  # fmt: skip
    return Owing(*row) if row else None


async def add_carried(county_code: int, person_id: int, fen: int) -> None:
    await engine.execute(
        "update benefit set carried_fen = carried_fen + $3, version = version + 1 where county_code = $1 and person_id = $2",
        county_code, person_id, fen,
    )  # fmt: skip


async def hand_over(
    county_code: int, recovery_id: int, person_id: int, fen: int, before_fen: int, by_name: str, at: datetime
) -> int | None:  # fmt: skip
    """None where this person has one open already."""
    found: int | None = await engine.fetchval(
        "insert into recovery_deduction (county_code, recovery_id, person_id, amount_fen, before_fen, after_plan_id, agreed_at,"
        " agreed_by_name) select $1, $2, $3, $4, $5, coalesce((select max(id) from payment_plan where county_code = $1), 0), $6, $7"
        " on conflict do nothing returning id",
        county_code, recovery_id, person_id, fen, before_fen, at, by_name,
    )  # fmt: skip
    return found


async def deduction(county_code: int, recovery_id: int) -> Deduction | None:
    """The open one."""
    row = await engine.fetchrow(
        f"select {', '.join(Deduction.__struct_fields__)} from recovery_deduction where county_code = $1 and recovery_id = $2"
        " and state = 'open'",
        county_code, recovery_id,
    )  # fmt: skip
    return Deduction(**dict(row)) if row else None


async def set_deduction(county_code: int, deduction_id: int, recovered_fen: int, state: str) -> None:
    await engine.execute(
        "update recovery_deduction set recovered_fen = $3, state = $4 where county_code = $1 and id = $2",
        county_code, deduction_id, recovered_fen, state,
    )  # fmt: skip


async def taken(county_code: int, person_id: int, after_plan_id: int) -> tuple[int, int]:
    """(last plan, 分) that booked plans after `after_plan_id` have taken off."""
    row = await engine.fetchrow(
        "select coalesce(max(n.id), 0)::bigint, coalesce(sum(t.deducted_fen), 0)::bigint from payment_plan n cross join lateral ("
        "select t.state, t.deducted_fen from payment_transfer t where t.county_code = $1 and t.plan_id = n.id and t.person_id = $2"
        " order by t.round desc limit 1) t where n.county_code = $1 and n.id > $3 and n.document_id is not null and t.state = 'paid'",
        county_code, person_id, after_plan_id,
    )  # fmt: skip
    assert row is not None
    return row[0], row[1]


# ------------------------------------------------------------------ decisions


async def ask(
    county_code: int, recovery_id: int, kind: str, reason: str, by: int, by_name: str, at: datetime
) -> int | None:
    """None where something is asked already."""
    found: int | None = await engine.fetchval(
        "insert into recovery_decision (county_code, recovery_id, kind, reason, asked_at, asked_by, asked_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id",
        county_code, recovery_id, kind, reason, at, by, by_name,
    )  # fmt: skip
    return found


async def asked(county_code: int, recovery_id: int) -> Decision | None:
    """What waits for the head."""
    row = await engine.fetchrow(
        f"select {', '.join(Decision.__struct_fields__)} from recovery_decision where county_code = $1 and recovery_id = $2"
        " and state = 'asked'",
        county_code, recovery_id,
    )  # fmt: skip
    return Decision(**dict(row)) if row else None


async def decide(
    county_code: int, decision_id: int, state: str, fen: int, by: int, by_name: str, at: datetime
) -> None:  # fmt: skip
    await engine.execute(
        "update recovery_decision set state = $3, amount_fen = $4, decided_at = $5, decided_by = $6, decided_by_name = $7"
        " where county_code = $1 and id = $2",
        county_code, decision_id, state, fen, at, by, by_name,
    )  # fmt: skip


async def add_neglect(
    county_code: int, recovery_id: int, region_code: str, finding: str, by: int, by_name: str, at: datetime
) -> bool:
    """False where one is recorded."""
    done: int | None = await engine.fetchval(
        "insert into recovery_neglect (county_code, recovery_id, region_code, finding, recorded_at, recorded_by, recorded_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning 1",
        county_code, recovery_id, region_code, finding, at, by, by_name,
    )  # fmt: skip
    return done is not None


async def handed_over_at(county_code: int, deduction_id: int) -> datetime:
    at: datetime = await engine.fetchval(
        "select agreed_at from recovery_deduction where county_code = $1 and id = $2", county_code, deduction_id
    )
    return at
