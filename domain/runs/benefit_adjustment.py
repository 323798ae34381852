"""待遇调整 (国发〔2014〕8号 六; 湖南省经办工作流程二十二; R-303…R-310): what a new parameter brings everybody who draws a pension.

Every affected month is reckoned anew: the one from which the parameter is in force and each later step somebody has already. The
account's part stays; the rest is what domain.rules.pension gives for that month. A non-routine power: the maker needs an authority
granted for it, in force until the approval (R-303).
"""

from datetime import datetime
from typing import Any

import msgspec

from db.queries import payments, reference
from db.queries import runs as query
from db.stores import benefit_adjustments as store
from db.stores.benefit_adjustments import Key, Raise, Reckoned
from db.stores.runs import ChunkRow, RunRow
from domain import benefit_news, months
from domain.actor import Actor, Post
from domain.agency.parameters_import import snapshot
from domain.determination import column_of
from domain.errors import Problem, Refused
from domain.parameters import KIND_TITLES, Funding, Kind, Missing, Parameters, Row
from domain.rules.imprisonment import RULES
from domain.rules.pension import LEVEL_TITLES, Standards, pension, standards
from domain.runs.interest_settlement import chunks_of
from domain.runs.run import Plan, RunKind, Worked

BUSINESS = "benefit_adjustment"
KINDS = (Kind.BASIC_PENSION, Kind.LONG_SUPPLEMENT, Kind.AGE_SUPPLEMENT)
FIRST_MONTH = 200909  # 新农保 began
OUTSIDE = [situation.value for situation, rule in RULES.items() if not rule.joins_increases]


async def prepare(county_code: int, period: str, at: datetime) -> Plan:
    """`period`: the month from which the parameter is in force, the next one at the latest. Refused where nothing changes with
    it."""
    month = month_in(period)
    latest = months.after(months.month_of(at.date()))
    if not FIRST_MONTH <= month <= latest:
        raise Refused(Problem("month", f"请填写新标准开始执行的月份，最晚到下个月，例如{latest}。", "period"))
    versions = await reference.parameter_versions(county_code)
    known = max(version.id for version in versions)
    changes = _changes(await _parameters(county_code, known), month)
    if not changes:
        raise Refused(
            Problem("no-change", f"{months.in_words(month)}没有新的待遇标准，请先录入政策参数，等另一个人复核。", "period")
        )
    settings = {"month": month, "known": known, "changes": changes, "document": _documents(versions, month, known)}
    return Plan(settings=settings, chunks=chunks_of(await query.open_accounts_by_township(county_code)))


def month_in(period: str) -> int:
    """0 for what is no month."""
    return months.parse(period) or 0


async def _parameters(county_code: int, known: int) -> Parameters:
    """As they stood when the run was prepared: the approval posts what the dry run showed."""
    versions = await reference.parameter_versions(county_code)
    return Parameters(Row(**msgspec.structs.asdict(version)) for version in versions if version.id <= known)


def _changes(parameters: Parameters, month: int) -> list[tuple[str, str]]:
    """(what, from what to what) of everything that is another than the month before."""
    first, before = months.first_day(month), months.first_day(months.after(month, -1))
    lines = []
    for kind in KINDS:
        then = {key: value for key, value, _ in parameters.entered(kind, before)}
        now = {key: value for key, value, _ in parameters.entered(kind, first)}
        lines += [
            (_title(kind, key), f"{then.get(key, '没有')} → {now.get(key, '没有')}")
            for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)
        ]  # fmt: skip
    return lines


def _title(kind: Kind, key: str) -> str:
    level, _, age = key.partition("/")
    return f"{KIND_TITLES[kind]}（{LEVEL_TITLES[Funding(level)]}{f'，满{age}周岁' if age else ''}）"


def _documents(versions: list[reference.ParameterVersion], month: int, known: int) -> str:
    """The papers the new values stand in."""
    first, before = months.first_day(month), months.first_day(months.after(month, -1))
    return "、".join(dict.fromkeys(
        v.document for v in versions if v.kind in KINDS and before < v.effective_on <= first and v.id <= known
    ))  # fmt: skip




def facts(settings: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("从哪个月起", months.in_words(settings["month"])),
        ("文件", settings["document"]),
        *((what, how) for what, how in settings["changes"]),
    ]


async def begin(run: RunRow, _by: Actor, _at: datetime) -> None:
    """No money moves before the next plan. Refused while one is a draft: everybody in it would be another and be left out."""
    plan = await payments.latest(run.county_code)
    if plan and plan.state == "draft":
        raise Refused(Problem("draft", f"{months.in_words(plan.month)}的发放计划还没有批准，先办完它，再批准待遇调整。"))


async def work(run: RunRow, chunk: ChunkRow, at: datetime) -> Worked:
    settings = msgspec.json.decode(run.settings)
    first, _, beyond = chunk.key.partition("-")
    asked = Raise(
        month=settings["month"], first=first, beyond=beyond, outside=OUTSIDE, run_id=run.id, document=settings["document"],
        at=run.approved_at or at, by=run.approved_by or 0, by_name=run.approved_by_name,
    )  # fmt: skip
    parameters = await _parameters(run.county_code, settings["known"])
    await store.hold(run.county_code, alone=False)
    keys = await store.keys(run.county_code, asked)
    done = await store.raise_region(run.county_code, asked, reckoned(parameters, keys))
    if run.state != "trying":
        await benefit_news.tell_risen(run.county_code, run.id, settings["document"], at, (first, beyond))
    return Worked(
        rows=done.people, amount_fen=sum(done.monthly.values()), aside=done.aside,
        detail=done.monthly | {"arrears": done.arrears_fen, "unchanged": done.unchanged},
    )  # fmt: skip


def reckoned(parameters: Parameters, keys: list[Key]) -> list[Reckoned]:
    """What does not come from the account, by the rule itself: a county has some hundreds of such cases, not one for each
    person. Refused while a month has no basic pension."""
    try:
        valid = {key.step: standards(parameters, months.first_day(key.step)) for key in keys}
    except Missing as missing:
        raise Refused(Problem("no-standard", str(missing))) from None
    return [_one(key, valid[key.step]) for key in keys]


def _one(key: Key, valid: Standards) -> Reckoned:
    """The trace is of what is reckoned anew, and says so: what the account pays stays as it was."""
    found = pension({}, key.years, key.age, valid)
    trace = msgspec.structs.replace(found.trace, rule="increase")
    return Reckoned(
        key=key, amounts={column_of(item): item.fen for item in found.items},
        trace=msgspec.json.encode(trace).decode(), versions=sorted(trace.all_versions()),
    )  # fmt: skip


async def finish(_run: RunRow, _total: Worked, _by: Actor, _at: datetime) -> None:
    """The next plan pays the difference of the months that are planned already."""


async def follow_ages(county_code: int, at: datetime) -> int:
    """Who has reached a higher band of the age supplement by next month is owed it from the month in which he reached it (R-226):
    how many. A matter of the calendar, not of a decision, so nobody has to start it; a changed parameter waits for its run all
    the same, because only who has grown older is looked at. In the caller's transaction."""
    await store.hold(county_code, alone=True)
    month = months.after(months.month_of(at.date()))
    parameters = await snapshot(county_code)
    bands = sorted(
        {int(key.partition("/")[2]) for key, _, _ in parameters.entered(Kind.AGE_SUPPLEMENT, months.first_day(month))}
    )
    if not bands:
        return 0
    cases = [
        _one(Key(step, 0, band), Standards(basic=(), ages=standards(parameters, months.first_day(step)).ages))
        for step, band in await store.grown_older(county_code, month, bands, OUTSIDE)
    ]  # fmt: skip
    written = await store.add_age_steps(county_code, month, bands, OUTSIDE, cases, at) if cases else 0
    if written:
        await benefit_news.tell_risen(county_code, None, "高龄加发", at)
    return written


KIND = RunKind(
    code=BUSINESS,
    title="待遇调整",
    basis=("国发〔2014〕8号 六", "湖南省经办工作流程二十二"),
    makers=(Post.COUNTY_BENEFIT,),
    reviewers=(Post.FINANCE_SUPERVISOR, Post.ACCOUNTANT),
    approvers=(Post.COUNTY_HEAD,),
    buckets={
        "dispute": "有没有办完的待遇异议或者重新核定，办完以后再调",
        "serving": "正在服刑（包括缓刑、监外执行、假释），按政策不参加这次调整",
        "behind": "服刑期间没有参加以前的调整，要一个人一个人核定",
    },
    facts=facts,
    prepare=prepare,
    begin=begin,
    work=work,
    finish=finish,
    act="调整",
    authority=BUSINESS,
    sums={level.value: f"{title}，每月" for level, title in LEVEL_TITLES.items()},
)
