"""The settable business date, outside production only (the table's own check refuses it there)."""

from datetime import date, datetime

from db import engine


async def set_business_date(day: date | None, at: datetime) -> None:
    """None goes back to the real date. Raises asyncpg.CheckViolationError in production."""
    await engine.execute("update installation set business_date = $1, business_date_set_at = $2", day, at)
