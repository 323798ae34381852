"""Public questions whose answers could be guessed one after the other are asked a few times only."""

from datetime import datetime
from math import ceil

from db.stores.security import attempts
from domain.errors import Problem, Refused


async def count(limit: attempts.Limit, key: str, at: datetime) -> None:
    """One more attempt. Refused, in words, when there were too many. `at`: real time."""
    until = await attempts.take(limit, key, at)
    if until is not None:
        minutes = max(ceil((until - at).total_seconds() / 60), 1)
        raise Refused(Problem("locked", f"试的次数太多了，请{minutes}分钟以后再试。"))


async def count_paper(address: str, at: datetime) -> None:
    """Numbers of papers run one after the other: nobody is to read off how many there are, or their amounts."""
    await count(attempts.PAPERS, address, at)


async def count_bereaved(account_id: int, at: datetime) -> None:
    """Names and numbers tried one after the other: nobody is to find out who has died."""
    await count(attempts.BEREAVED, f"{account_id}", at)
