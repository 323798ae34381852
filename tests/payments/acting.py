"""A server of its own, to be killed: `python -m tests.payments.acting files PLAN` or `return FILE FAILING`."""

import asyncio
import sys

from db import crypto, engine
from domain import payments
from ops import settings
from tests.contributions.ways import CASHIER
from tests.make import COUNTY
from tests.payments.month import AT, answer, lines_of


async def main(what: str, number: int, *failing: str) -> None:
    crypto.load_keys(settings.keys())
    payments.ROWS = 2
    await engine.open_pool()
    if what == "files":
        await payments.write_files(COUNTY, number, CASHIER, AT)
    else:
        success, failure, total = answer(await lines_of(number), {int(person): "账户已冻结" for person in failing})
        await payments.take_return(COUNTY, number, success, failure, total, AT.date(), CASHIER, AT)
    await engine.close_pool()


asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
