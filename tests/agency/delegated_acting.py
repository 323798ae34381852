"""A server of its own, to be killed: `python -m tests.agency.delegated_acting files MONTH`, `return FILE FAILING` or `draft PROGRAMME`."""

import asyncio
import sys

from db import crypto, engine
from domain.agency import delegated_files
from ops import settings
from tests.agency import delegating as way
from tests.contributions.ways import CASHIER
from tests.make import COUNTY


async def main(what: str, number: int, *failing: str) -> None:
    crypto.load_keys(settings.keys())
    delegated_files.ROWS = 2
    await engine.open_pool()
    if what == "draft":
        await way.drafted(number)
    elif what == "files":
        await delegated_files.write_files(COUNTY, number, CASHIER, way.AT)
    else:
        await way.returned(number, {int(person): "账户已冻结" for person in failing})
    await engine.close_pool()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
