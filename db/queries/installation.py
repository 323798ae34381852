"""What this database was made for."""

from db import engine


async def mode() -> str:
    """demo, training, test or production; fixed when the database was made."""
    found: str = await engine.fetchval("select mode from installation")
    return found
