"""省内转移结算 (湖南省经办工作流程九 核心提示4; R-385): relations moved inside the province without their money; in the next year each
county settles what went and what came, net, county by county.

Both sides count a transfer in the year in which it was taken in: each county's books and its neighbours' agree without looking at
each other. The net goes between the county's 财政专户 and its in-transit account; totals of the province are sums of these runs.
"""

from datetime import datetime
from typing import Any

import msgspec

from db.queries import transfers as queries
from db.stores import books as store
from db.stores import transfers
from db.stores.books import NewDocument
from db.stores.runs import ChunkRow, RunRow
from domain import books
from domain.actor import Actor, Post
from domain.books import DocumentKind
from domain.errors import Problem, Refused
from domain.money import show
from domain.runs.run import Plan, RunKind, Worked

PLACE = "fiscal_account"


async def prepare(county_code: int, period: str, at: datetime) -> Plan:
    """`period`: the year whose transfers are settled, over by now."""
    year = int(period) if period.isascii() and period.isdigit() and len(period) == 4 else 0
    if not 2009 <= year < at.year:
        raise Refused(Problem("year", "请填写已经过完的年度，例如2025。省内转移的钱在次年结算。", "period"))
    waiting = await queries.to_settle(county_code, year)
    if not waiting:
        raise Refused(Problem("nothing", f"{year}年没有要结算的省内转移。", "period"))
    return Plan(settings={"year": year, "transfers": waiting}, chunks=[("全县", "")])


def facts(settings: dict[str, Any]) -> list[tuple[str, str]]:
    return [("转移年度", f"{settings['year']}年"), ("没有结算的转移", f"{settings['transfers']}件")]


async def begin(run: RunRow, by: Actor, at: datetime) -> int:
    new = NewDocument(
        kind=DocumentKind.PROVINCE_SETTLEMENT, business_on=at.date(), region_code=f"{run.county_code:06d}", run_id=run.id,
        number=f"{run.period}-{run.round}", title=f"{run.period}年度省内转移结算",
    )  # fmt: skip
    document_id = await store.insert(run.county_code, new, run.prepared_by, run.prepared_by_name, at)
    assert document_id is not None, "a round of a year is numbered once"
    document = await books.locked(run.county_code, document_id, "draft")
    await store.set_state(document, "approved", by.id, by.name, at)
    return document_id


async def work(run: RunRow, _chunk: ChunkRow, _at: datetime) -> Worked:
    """All transfers of the year that no run has counted."""
    done = await transfers.settle_province(run.county_code, run.id, msgspec.json.decode(run.settings)["year"])
    return Worked(
        rows=done.people_in + done.people_out, amount_fen=done.in_fen - done.out_fen,
        detail={"in": done.in_fen, "out": done.out_fen, "accounts": done.people_in + done.people_out},
    )  # fmt: skip


async def finish(run: RunRow, total: Worked, by: Actor, at: datetime) -> None:
    """The voucher, gross: what the county is owed comes, what it owes goes."""
    assert run.document_id is not None
    document = await books.locked(run.county_code, run.document_id, "approved")
    came, went = total.detail.get("in", 0), total.detail.get("out", 0)
    lines = [
        *books.sides(PLACE, came), *books.sides("transit", -came), *books.sides("transit", went), *books.sides(PLACE, -went),
    ]  # fmt: skip
    if lines:
        on = at.date()
        period = await books.open_period(run.county_code, on)
        await store.write_voucher(run.county_code, period, document.id, on, document.title, lines, by.id, by.name, at)
    await store.set_state(document, "booked", by.id, by.name, at)
    await books.log(run.county_code, at, by, "document.booked", document.id, f"收{show(came)}元，付{show(went)}元")


KIND = RunKind(
    code="province_settlement",
    title="省内转移结算",
    basis=("湖南省经办工作流程九",),
    makers=(Post.COUNTY_ACCOUNT,),
    reviewers=(Post.FINANCE_SUPERVISOR, Post.ACCOUNTANT),
    approvers=(Post.COUNTY_HEAD,),
    buckets={},
    facts=facts,
    prepare=prepare,
    begin=begin,
    work=work,
    finish=finish,
    sums={"in": "应收外县", "out": "应付外县"},
)
