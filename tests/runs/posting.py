"""A worker of its own, to be killed: `python -m tests.runs.posting` works on the batches until none is waiting."""

import asyncio

from db import crypto, engine
from domain.runs import KINDS, run
from ops import settings
from tests.make import COUNTY
from tests.runs.conftest import AT


async def main() -> None:
    crypto.load_keys(settings.keys())
    await engine.open_pool()
    while await engine.fetchval("select exists (select from batch_run where state in ('trying', 'approved'))"):
        await run.advance(KINDS, COUNTY, AT)
    await engine.close_pool()


asyncio.run(main())
