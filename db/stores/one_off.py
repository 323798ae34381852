"""一次性待遇调整 (R-304). Inside the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from db import engine
from db.benefit_items import ITEMS

PARTS = tuple(
    item for item in ITEMS if not item.startswith("account_")
)  # what somebody can be given beside the account


class OneOff(Struct, frozen=True, kw_only=True):
    """`planned`: a line of a plan that counts names it."""

    id: int
    person_id: int
    id_index: bytes
    reason: str
    state: str
    total_fen: int
    proposed_by: int
    planned: bool


async def hold(county_code: int) -> None:
    """No plan is begun meanwhile (payment_drafts.open_plan)."""
    await engine.execute("select pg_advisory_xact_lock(hashtext($1))", f"payment plan {county_code}")


async def propose(
    county_code: int, person_id: int, amounts: Mapping[str, int], reason: str, document: str, by: int, by_name: str, at: datetime
) -> int | None:  # fmt: skip
    """`amounts`: 分 by PARTS. None while another one of this person waits for its review."""
    names = "".join(f", {part}_fen" for part in PARTS)
    values = "".join(f", ${place}" for place, _ in enumerate(PARTS, start=8))
    found: int | None = await engine.fetchval(
        f"insert into benefit_one_off (county_code, person_id, reason, document, proposed_by, proposed_by_name, proposed_at{names})"
        f" values ($1, $2, $3, $4, $5, $6, $7{values}) on conflict do nothing returning id",
        county_code, person_id, reason, document, by, by_name, at, *(amounts.get(part, 0) for part in PARTS),
    )  # fmt: skip
    return found


async def lock(county_code: int, one_off_id: int) -> OneOff | None:
    row = await engine.fetchrow(
        "select o.id, o.person_id, p.id_index, o.reason, o.state, o.total_fen, o.proposed_by, exists (select from payment_line l"
        " where l.county_code = $1 and l.one_off_id = o.id and l.kind = 'one_off' and not l.voided) as planned"
        " from benefit_one_off o join person p on p.county_code = $1 and p.id = o.person_id where o.county_code = $1 and o.id = $2"
        " for update of o",
        county_code, one_off_id,
    )  # fmt: skip
    return OneOff(**dict(row)) if row else None


async def decide(
    county_code: int, one_off_id: int, state: str, by: int, by_name: str, at: datetime, *, reason: str = ""
) -> None:  # fmt: skip
    await engine.execute(
        "update benefit_one_off set state = $3, decided_by = $4, decided_by_name = $5, decided_at = $6, cancel_reason = $7"
        " where county_code = $1 and id = $2",
        county_code, one_off_id, state, by, by_name, at, reason,
    )  # fmt: skip
