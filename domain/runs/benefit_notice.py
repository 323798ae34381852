"""待遇领取告知 (规程第二十二条; R-210…R-215): who turns sixty is told in time what he has and how to claim it.

Every month for those who turn sixty in the next one, and before the year's end for everybody who will in the new year, so that
who is short of years can still pay them. A second run tells only those who were not told yet.
"""

from datetime import date, datetime
from typing import Any

import msgspec

from db.queries import benefit_notices as queries
from db.queries import runs as run_query
from db.queries import sources
from db.queries.benefit_notices import Candidate
from db.stores import benefit_notices as store
from db.stores.benefit_notices import NewNotice
from db.stores.runs import ChunkRow, RunRow
from domain import months
from domain.actor import Actor, Post
from domain.agency.parameters_import import snapshot
from domain.benefit_notices import TITLE, Contents, contents_of
from domain.case.item import SOURCE_TITLES, Source
from domain.errors import Problem, Refused
from domain.parameters import Missing
from domain.rules.contribution import CLAIM_AGE
from domain.rules.pension import standards
from domain.runs.interest_settlement import chunks_of
from domain.runs.run import Plan, RunKind, Worked

MONTHS_AHEAD = 1  # by when at the latest people are told, where the county has not set another
EARLIEST = 12  # months ahead
TURNING_SIXTY, NEXT_YEAR = "turning_sixty", "next_year"
ASKED = (Source.DEATHS, Source.EMPLOYEE_SCHEME)
_WHERE = "登录以后在“待遇领取告知书”里看您的缴费情况、大约能领多少、怎样申请。不会用手机的，请村（社区）协办员帮忙看、帮忙打印，不收费。"
TEXTS = (
    f"您快满60周岁了。缴费年限已经够了，满60周岁以后就可以申请领养老金。{_WHERE}",
    f"您快满60周岁了。缴费年限还不够，要补缴够了才能按月领养老金，请尽早补缴。{_WHERE}",
)  # by whether years are missing


async def prepare(county_code: int, period: str, at: datetime) -> Plan:
    """`period`: the month in which people turn sixty, or the coming year."""
    today = at.date()
    kind, number = _kind(period), int(period) if period.isascii() and period.isdigit() else 0
    this = months.month_of(today)
    good = {
        TURNING_SIXTY: 1 <= number % 100 <= 12 and this <= number <= months.after(this, EARLIEST),
        NEXT_YEAR: number == today.year + 1,
    }  # fmt: skip
    if not good.get(kind):
        example = months.after(this, MONTHS_AHEAD)
        raise Refused(Problem(
            "period", f"请填写满60周岁的月份，例如{example}；明年满60周岁的全部告知，填写{today.year + 1}。", "period"
        ))  # fmt: skip
    try:
        parameters = await snapshot(county_code)
        parameters.rules(today)
        standards(parameters, today)
    except Missing as missing:
        raise Refused(Problem("no-parameters", str(missing))) from None
    asked = await sources.ask(county_code, b"", [source.value for source in ASKED])
    compared = [
        (SOURCE_TITLES[Source(each.source)], f"{each.as_of_on:%Y年%m月%d日}" if each.as_of_on else "") for each in asked
    ]
    settings = {"kind": kind, "period": number, "compared": compared}
    return Plan(settings=settings, chunks=chunks_of(await run_query.open_accounts_by_township(county_code)))


def _kind(period: str) -> str:
    return {6: TURNING_SIXTY, 4: NEXT_YEAR}.get(len(period), "")


def facts(settings: dict[str, Any]) -> list[tuple[str, str]]:
    number = settings["period"]
    when = f"{number}年" if settings["kind"] == NEXT_YEAR else months.in_words(number)
    compared = [(title, f"数据截至{on}" if on else "没有数据，没有比对") for title, on in settings["compared"]]
    return [
        ("哪些人", f"{when}满60周岁的参保人"),
        *compared,
        ("消息（年限够的）", TEXTS[0]),
        ("消息（年限不够的）", TEXTS[1]),
    ]


def born(kind: str, period: int) -> tuple[date, date]:
    """The first and the last birth date of those who turn sixty then; 29 February stays in its month."""
    if kind == NEXT_YEAR:
        return date(period - CLAIM_AGE, 1, 1), date(period - CLAIM_AGE, 12, 31)
    month = period - CLAIM_AGE * 100
    return months.first_day(month), months.last_day(month)


async def begin(_run: RunRow, _by: Actor, _at: datetime) -> None:
    """No money moves: there is no document."""


async def work(run: RunRow, chunk: ChunkRow, at: datetime) -> Worked:
    settings = msgspec.json.decode(run.settings)
    first, _, beyond = chunk.key.partition("-")
    kind, period = settings["kind"], settings["period"]
    found = await queries.candidates(run.county_code, first, beyond, *born(kind, period), kind, period)
    good = [who for who in found if not _bucket(who)]
    made = await _contents(run.county_code, good, at.date())
    new = [
        NewNotice(person_id=person_id, contents=msgspec.json.encode(contents).decode(), text=1 if contents.missing else 0)
        for person_id, contents in made.items()
    ]  # fmt: skip
    told = await store.tell(run.county_code, kind, period, run.id, TITLE, TEXTS, new, at)
    aside = [(who.account_id, bucket) for who in found if (bucket := _bucket(who))]
    return Worked(
        rows=told, amount_fen=0,
        detail={"accounts": len(found), "by_phone": sum(who.by_phone for who in good), "short": sum(each.text for each in new)},
        aside=[*aside, *((who.account_id, "without_phone") for who in good if not who.by_phone)],
    )  # fmt: skip


def _bucket(who: Candidate) -> str:
    return "dead" if who.dead else "other_pension" if who.other_pension else ""


async def _contents(county_code: int, people: list[Candidate], on: date) -> dict[int, Contents]:
    """By person."""
    parameters = await snapshot(county_code)
    years = await queries.years_paid(county_code, [who.account_id for who in people])
    return {who.person_id: contents_of(parameters, who, years.get(who.account_id, []), on) for who in people}


async def finish(_run: RunRow, _total: Worked, _by: Actor, _at: datetime) -> None:
    """Everybody is told by then."""


KIND = RunKind(
    code="benefit_notice",
    title="待遇领取告知",
    basis=("规程第二十二条",),
    makers=(Post.COUNTY_BENEFIT,),
    reviewers=(Post.COUNTY_BENEFIT, Post.COUNTY_AUDITOR),
    approvers=(Post.COUNTY_HEAD,),
    buckets={
        "dead": "在死亡人员名单里，没有告知，请先核实",
        "other_pension": "已经在领职工养老保险待遇，没有告知，请先核实",
        "without_phone": "没有登记手机，请村（社区）打印告知书送到",
    },
    facts=facts,
    prepare=prepare,
    begin=begin,
    work=work,
    finish=finish,
    act="发送",
)
