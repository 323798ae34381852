"""年度结息 (规程第十八条; R-175…R-195): the year's interest of every open account, after the year has ended.

A second run of the same year posts only what has changed since, as 利息更正 (R-184). A suspended account earns as any other
(R-189). Who cannot be reckoned is put aside with the reason; nobody else waits for him.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from db.queries import runs as query
from db.queries.runs import Township
from db.stores import books as store
from db.stores import interest
from db.stores.books import NewDocument
from db.stores.runs import ChunkRow, RunRow
from domain import books
from domain.actor import Actor, Post
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.errors import Problem, Refused
from domain.money import percent
from domain.parameters import Missing
from domain.rules.interest import NAME, millionths
from domain.runs.run import Plan, RunKind, Worked

FIRST_YEAR = 2009  # 新农保 began
BEYOND = "x"  # after every region code
CHUNK = 50_000  # accounts: each chunk reads the year's entries of the county once, so few and large ones are quick


async def _rate(county_code: int, year: int) -> dict[str, Any]:
    """Refused while the year's rate is not published (R-181)."""
    try:
        found = (await snapshot(county_code)).rate_of_year(year)
        ppm = millionths(found.rate)
    except Missing as missing:
        raise Refused(Problem("no-rate", str(missing))) from None
    return {
        "year": year,
        "rate": f"{found.rate:f}",
        "ppm": ppm,
        "document": found.document,
        "versions": [found.version],
    }


async def prepare(county_code: int, period: str, at: datetime) -> Plan:
    """`period`: the year, whole and over. A chunk is whole townships, at most CHUNK accounts where they are small."""
    year = int(period) if period.isascii() and period.isdigit() and len(period) == 4 else 0
    if not FIRST_YEAR <= year < at.year:
        raise Refused(Problem("year", "请填写已经过完的年度，例如2025。一年结束以后才能结息。", "period"))
    changed = await query.changed_since_settled(county_code, year)
    settings = await _rate(county_code, year) | {"convention": NAME, "changed": {f"{y}": n for y, n in changed.items()}}
    chunks = chunks_of(await query.open_accounts_by_township(county_code))
    return Plan(settings=settings, chunks=chunks)


def facts(settings: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("记账利率", f"一年{percent(settings['rate'])}"),
        ("利率文件", settings["document"]),
        *(
            (f"{year}年", f"结息以后有{people}人的账又有变动，请先再办一次{year}年的结息")
            for year, people in settings["changed"].items()
        ),
    ]


def chunks_of(townships: Sequence[Township]) -> list[tuple[str, str]]:
    """(names, "first code-code beyond"): all codes without a gap, in order; also those that are no place of the county any more."""
    groups: list[list[Township]] = []
    for each in townships:
        if groups and sum(t.accounts for t in groups[-1]) + each.accounts <= CHUNK:
            groups[-1].append(each)
        else:
            groups.append([each])
    first = ["", *(group[0].code for group in groups[1:])]
    beyond = [*first[1:], BEYOND]
    titles = ["、".join(t.name for t in group) for group in groups] or ["全县"]
    return [(title, f"{low}-{high}") for title, low, high in zip(titles, first, beyond, strict=True)]


async def begin(run: RunRow, by: Actor, at: datetime) -> int:
    """The settlement sheet all its entries stand under."""
    new = NewDocument(
        kind=DocumentKind.INTEREST, business_on=at.date(), region_code=f"{run.county_code:06d}", run_id=run.id,
        number=f"{run.period}-{run.round}", title=f"{run.period}年度个人账户结息",
    )  # fmt: skip
    document_id = await store.insert(run.county_code, new, run.prepared_by, run.prepared_by_name, at)
    assert document_id is not None, "a round of a year is numbered once"
    document = await books.locked(run.county_code, document_id, "draft")
    await store.set_state(document, "approved", by.id, by.name, at)
    return document_id


async def work(run: RunRow, chunk: ChunkRow, at: datetime) -> Worked:
    settings = msgspec.json.decode(run.settings)
    first, _, beyond = chunk.key.partition("-")
    booked_on = (run.approved_at or at).date()  # a run that goes on past midnight stays one day's work
    done = await interest.settle_region(
        run.county_code, settings["year"], settings["ppm"], run.document_id or 0, booked_on, first, beyond,
        trial=run.state == "trying",
    )  # fmt: skip
    detail = done.by_fund | {"accounts": done.accounts}
    return Worked(rows=done.changed, amount_fen=sum(done.by_fund.values()), detail=detail, aside=done.aside)


async def finish(run: RunRow, total: Worked, by: Actor, at: datetime) -> None:
    """The voucher. Refused when the entries do not add up to what the chunks say they wrote."""
    assert run.document_id is not None
    assert run.approved_at is not None
    year = int(run.period)
    posted = await store.sums_by_fund(run.county_code, run.document_id, [year])
    if sum(posted.values()) != total.amount_fen:
        raise Refused(Problem("control", "结息分录合计和各乡镇合计不一致，已停下，请联系技术人员。"))
    document = await books.locked(run.county_code, run.document_id, "approved")
    await books.finish(document, "", run.approved_at.date(), [year], by, at)


async def resettle(county_code: int, accounts: Sequence[int], from_year: int, document_id: int, on: date) -> int:
    """After a correction in settled years: each of those years anew, the earliest first, in the caller's transaction and
    under the caller's document. Returns the difference in 分. Years never settled are left to their run."""
    parameters, total = await snapshot(county_code), 0
    for year in range(from_year, await interest.last_settled(county_code, accounts) + 1):
        rate = parameters.rate_of_year(year)
        done = await interest.settle_again(county_code, year, millionths(rate.rate), document_id, on, accounts)
        if done.aside:
            raise Refused(Problem("interest", f"{year}年的利息不能重算，请先核对这个账户。"))
        total += sum(done.by_fund.values())
    return total


KIND = RunKind(
    code="interest_settlement",
    title="年度结息",
    basis=("规程第十七条", "规程第十八条"),
    makers=(Post.COUNTY_ACCOUNT,),
    reviewers=(Post.FINANCE_SUPERVISOR, Post.ACCOUNTANT),
    approvers=(Post.COUNTY_HEAD,),
    buckets={
        "year_before": "上一年度没有结息",
        "negative": "有来源的钱支出多于存入，或利息更正后小于零",
        "too_large": "金额过大，要人工核对",
    },
    facts=facts,
    prepare=prepare,
    begin=begin,
    work=work,
    finish=finish,
)
