"""The append-only log of everything a clerk or a court may ask later. No lock: the worker seals the rows afterwards."""

from datetime import datetime

from db import engine


async def write(
    county_code: int,
    at: datetime,
    actor_kind: str,
    actor_id: int,
    actor_name: str,
    action: str,
    object_kind: str,
    object_id: str,
    reason: str | None = None,
    detail: str | None = None,
) -> None:
    """`detail` never holds an ID number, a phone or a bank account."""
    await engine.execute(
        "insert into audit_entry (county_code, at, actor_kind, actor_id, actor_name, action, object_kind, object_id,"
        " reason, detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        county_code, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, reason or "", detail or "",
    )  # fmt: skip
