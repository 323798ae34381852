"""A process of its own, to be killed: `python -m tests.contributions.booking` takes in a file of one payment when there is no
document yet, and else books what is ready."""

import asyncio
import os

from db import crypto, engine
from domain import contributions
from tests.contributions.ways import AT, paid, taken
from tests.make import COUNTY, WORKER


async def main() -> None:
    crypto.load_keys(os.environ["PENSION_KEYS"])
    await engine.open_pool()
    if await engine.fetchval("select count(*) from fund_document"):
        await contributions.book_ready(COUNTY, WORKER, AT)
    else:
        await taken(paid(20000, external_no="T1"))
    await engine.close_pool()


asyncio.run(main())
