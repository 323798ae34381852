"""The relation that ends: participation, account and benefit as they are, and what becomes of them. Inside the caller's
transaction."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from db import engine
from db.crypto import unseal_text
from db.stores.benefits import BANK_ACCOUNT


async def standing(county_code: int, person_id: int) -> dict[str, Any] | None:
    """Participation, account and benefit as they are, held for this transaction; None for nobody here."""
    row = await engine.fetchrow(
        "select n.participation_status, n.contribution_status, a.id as account_id, a.status as account_status from participation n"
        " join individual_account a on a.county_code = $1 and a.person_id = n.person_id where n.county_code = $1 and n.person_id = $2"
        " for update",
        county_code, person_id,
    )  # fmt: skip
    if row is None:
        return None
    benefit = await engine.fetchrow(
        "select state as benefit_state, ended_month, end_reason, carried_fen, recheck_from, paid_until from benefit"
        " where county_code = $1 and person_id = $2 for update",
        county_code, person_id,
    )  # fmt: skip
    return dict(row) | (dict(benefit) if benefit else {"benefit_state": None})


async def set_participation(county_code: int, person_id: int, participation: int, contribution: int) -> None:
    await engine.execute(
        "update participation set participation_status = $3, contribution_status = $4, version = version + 1 where county_code = $1"
        " and person_id = $2",
        county_code, person_id, participation, contribution,
    )  # fmt: skip


async def set_account(county_code: int, account_id: int, status: str) -> None:
    await engine.execute(
        "update individual_account set status = $3 where county_code = $1 and id = $2", county_code, account_id, status
    )


async def settle_benefit(county_code: int, person_id: int, last_month: int, reason: str) -> None:
    """No plan looks at it any more."""
    await engine.execute(
        "update benefit set state = 'settled', ended_month = $3, end_reason = $4, version = version + 1 where county_code = $1"
        " and person_id = $2",
        county_code, person_id, last_month, reason,
    )  # fmt: skip


async def benefit_is_settled(county_code: int, person_id: int, last_month: int) -> None:
    """What was owed and paid up to now has been compared and set off."""
    await engine.execute(
        "update benefit set recheck_from = null, carried_fen = 0, paid_until = greatest(paid_until, $3), version = version + 1"
        " where county_code = $1 and person_id = $2",
        county_code, person_id, last_month,
    )  # fmt: skip


async def restore_benefit(county_code: int, person_id: int, before: dict[str, Any], recheck_from: int) -> None:
    await engine.execute(
        "update benefit set state = $3, ended_month = $4, end_reason = $5, carried_fen = $6, recheck_from = $7, version = version + 1"
        " where county_code = $1 and person_id = $2",
        county_code, person_id, before["benefit_state"], before["ended_month"], before["end_reason"], before["carried_fen"],
        recheck_from,
    )  # fmt: skip


async def carried(county_code: int, person_id: int) -> int:
    """分 of earlier months that a plan still had to deduct."""
    fen: int | None = await engine.fetchval(
        "select carried_fen from benefit where county_code = $1 and person_id = $2", county_code, person_id
    )
    return fen or 0


async def leave_debits(county_code: int, person_id: int, on: date) -> None:
    await engine.execute(
        "update debit_member set until_on = $3, end_reason = 'terminated' where county_code = $1 and person_id = $2"
        " and until_on is null",
        county_code, person_id, on,
    )  # fmt: skip


async def open_suspensions(county_code: int, person_id: int) -> list[tuple[int, str, int, str]]:
    """(id, reason, first month, state) of those that are proposed or confirmed, held for this transaction."""
    rows = await engine.fetch(
        "select id, reason, first_month, state from benefit_suspension where county_code = $1 and person_id = $2"
        " and state in ('proposed', 'confirmed') order by id for update",
        county_code, person_id,
    )  # fmt: skip
    return [tuple(row) for row in rows]


async def served(county_code: int, person_id: int, month: int, stopping: Sequence[str]) -> bool:
    """Whether the person was in prison in that month."""
    found: bool = await engine.fetchval(
        "select exists (select from sentence_spell where county_code = $1 and person_id = $2 and situation = any($4::text[])"
        " and not acquitted and $3 between first_month and coalesce(last_month, $3))",
        county_code, person_id, month, list(stopping),
    )  # fmt: skip
    return found


async def account_in_use(county_code: int, person_id: int) -> tuple[str, str, str] | None:
    """(holder, bank, digits) of where the pension goes."""
    row = await engine.fetchrow(
        "select holder_name, bank, account_sealed from payment_account where county_code = $1 and person_id = $2 and ended_at is null"
        " and state <> 'rejected'",
        county_code, person_id,
    )  # fmt: skip
    return (row["holder_name"], row["bank"], unseal_text(row["account_sealed"], BANK_ACCOUNT)) if row else None


async def benefit_state(county_code: int, person_id: int) -> str | None:
    """None for somebody who never drew a pension."""
    state: str | None = await engine.fetchval(
        "select state from benefit where county_code = $1 and person_id = $2", county_code, person_id
    )
    return state
