"""年度对账单 (规程第十九条; R-196): everybody is told that the year's statement is there, once its interest is settled.

A message to each, a text message beside it where a phone is known; who has none is put aside, for the village to print and hand
out. A second run of the same year tells only those who were not told yet.
"""

from datetime import datetime
from typing import Any

import msgspec

from db.queries import regions
from db.queries import runs as query
from db.queries import statements as statement_query
from db.stores import statements
from db.stores.runs import ChunkRow, RunRow
from domain.actor import Actor, Post
from domain.errors import Problem, Refused
from domain.runs.interest_settlement import chunks_of
from domain.runs.run import Plan, RunKind, Worked
from domain.statements import FIRST_YEAR

TITLE = "您{}年的对账单出来了"
BODY = (
    "您{}年的城乡居民基本养老保险个人账户对账单出来了。登录以后在“账户”里可以看、可以打印；也可以请村（社区）或者乡镇（街道）事务所打印，"
    "不收费。觉得不对的，请带上缴费凭据到事务所，马上核查。"
)  # fmt: skip
TOWNSHIP = 8  # digits of its code


async def prepare(county_code: int, period: str, at: datetime) -> Plan:
    """`period`: 2025, or 2025-43990101 for one township alone. The year's interest must be settled."""
    first, _, region = period.partition("-")
    year = int(first) if first.isascii() and first.isdigit() and len(first) == 4 else 0
    if not FIRST_YEAR <= year < at.year:
        raise Refused(Problem("year", "请填写已经过完的年度，例如2025。", "period"))
    if not await statement_query.is_settled(county_code, year):
        raise Refused(Problem("not-settled", f"{year}年还没有结息，先办年度结息，再发对账单。", "period"))
    chunks = chunks_of(await query.open_accounts_by_township(county_code))
    place = "全县"
    if region:
        found = await regions.find(county_code, region)
        if found is None or len(region) != TOWNSHIP:
            raise Refused(Problem("region", "没有这个乡镇（街道），请填写它的8位代码，例如2025-43990101。", "period"))
        place, chunks = found.name, [(found.name, f"{region}-{region}x")]
    return Plan(settings={"year": year, "place": place}, chunks=chunks)


def facts(settings: dict[str, Any]) -> list[tuple[str, str]]:
    year = settings["year"]
    return [("年度", f"{year}年"), ("范围", settings["place"]), ("消息", BODY.format(year))]


async def begin(_run: RunRow, _by: Actor, _at: datetime) -> None:
    """No money moves: there is no document."""


async def work(run: RunRow, chunk: ChunkRow, at: datetime) -> Worked:
    year = msgspec.json.decode(run.settings)["year"]
    first, _, beyond = chunk.key.partition("-")
    told = await statements.tell_region(
        run.county_code,
        year,
        first,
        beyond,
        run.id,
        at,
        TITLE.format(year),
        BODY.format(year),
        trial=run.state == "trying",
    )
    return Worked(
        rows=told.told, amount_fen=0, detail={"accounts": told.accounts, "by_phone": told.by_phone},
        aside=[*((a, "unsettled") for a in told.unsettled), *((a, "without_phone") for a in told.without_phone)],
    )  # fmt: skip


async def finish(_run: RunRow, _total: Worked, _by: Actor, _at: datetime) -> None:
    """Everything is told by then."""


KIND = RunKind(
    code="annual_statements",
    title="年度对账单",
    basis=("规程第十九条",),
    makers=(Post.COUNTY_ACCOUNT,),
    reviewers=(Post.COUNTY_COLLECTION, Post.COUNTY_AUDITOR),
    approvers=(Post.COUNTY_HEAD,),
    buckets={
        "unsettled": "这一年没有结息，先核对账户，这次没有告知",
        "without_phone": "没有登记手机，请村（社区）打印送到",
    },
    facts=facts,
    prepare=prepare,
    begin=begin,
    work=work,
    finish=finish,
    act="发送",
)
