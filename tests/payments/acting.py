"""A payment month in steps, each by its post and from what stands in the database alone; `python -m tests.payments.acting STEP`
is a process that takes one, to be killed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

from db import crypto, engine
from domain import payments
from domain.runs import interest_settlement, run
from ops import settings
from tests.contributions.ways import CASHIER
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, FENG_YUAN
from tests.payments import month as way
from tests.payments.month import AT, KIND
from tests.runs.conftest import REVIEWER

FAILING = {"老人乙": "账户已冻结", "老人丁": "账户不存在"}  # at the first try
AGAIN, GIVEN_UP = FAILING
WHY = "下个月一起发"


def in_small_parts() -> None:
    """Several files of a bank, and a chunk of a run for each township."""
    payments.ROWS = 2
    interest_settlement.CHUNK = 1


async def plan() -> int:
    return int(await engine.fetchval("select id from payment_plan where state <> 'cancelled'"))


async def run_id() -> int:
    return int(await engine.fetchval("select id from batch_run where kind = $1", KIND.code))


async def person(name: str) -> int:
    return int(await engine.fetchval("select id from person where name = $1", name))


async def prepare() -> None:
    await run.prepare(KIND, COUNTY, f"{way.MONTH}", LIN_JING, AT)


async def decide() -> None:
    await way.accepted(await plan())


async def review() -> None:
    await run.review(KIND, COUNTY, await run_id(), REVIEWER, AT)


async def approve() -> None:
    await run.approve(KIND, COUNTY, await run_id(), FENG_YUAN, AT)


async def request() -> None:
    await payments.request(COUNTY, await plan(), AT.date(), REVIEWER, AT)


async def fund() -> None:
    await payments.fund(COUNTY, await plan(), AT.date(), REVIEWER, AT)


async def transfer() -> None:
    await payments.transfer(COUNTY, await plan(), "T1", AT.date(), "", CASHIER, AT)


async def write() -> None:
    await payments.write_files(COUNTY, await plan(), CASHIER, AT)


async def take_returns() -> None:
    for file_id in await way.open_files():
        await way.returned(file_id, await failing(file_id))


async def failing(file_id: int) -> dict[int, str]:
    rows = await engine.fetch(
        "select person_id, name from payment_transfer join person on id = person_id where file_id = $1 and round = 1",
        file_id,
    )
    return {row["person_id"]: FAILING[row["name"]] for row in rows if row["name"] in FAILING}


async def reissue() -> None:
    await payments.reissue(COUNTY, await plan(), await person(AGAIN), LIN_JING, AT)


async def void() -> None:
    await payments.void(COUNTY, await plan(), await person(GIVEN_UP), WHY, LIN_JING, AT)


async def book() -> None:
    await payments.book(COUNTY, await plan(), REVIEWER, AT)


async def close() -> None:
    await payments.close(COUNTY, await plan(), REVIEWER, AT)


STEPS: dict[str, Callable[[], Awaitable[None]]] = {
    "prepare": prepare, "draft": way.work, "decide": decide, "review": review, "approve": approve, "take in": way.work,
    "request": request, "fund": fund, "transfer": transfer, "write": write, "take returns": take_returns, "reissue": reissue,
    "void": void, "write again": write, "take returns again": take_returns, "book": book, "close": close,
}  # fmt: skip


async def main(step: str) -> None:
    crypto.load_keys(settings.keys())
    in_small_parts()
    await engine.open_pool()
    await STEPS[step]()
    await engine.close_pool()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
