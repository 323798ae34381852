"""待遇发放月度计划 (规程第二十八条; R-242…R-247, R-259): who is paid what this month, looked at and signed by three people.

The dry run writes the plan as a draft and keeps it: the list to be looked at is worked line by line while the plan is reviewed.
With the approval everything is reckoned once more; whoever is not as he was, waits for a word, or was refused is left out,
with the reason told, and a later plan pays him what he is still owed.
"""

from datetime import date, datetime
from typing import Any

import msgspec

from db.queries import payments as query
from db.queries import pension
from db.queries import runs as run_query
from db.stores import payment_drafts as drafts
from db.stores import payments as store
from db.stores.payment_drafts import Drafted, Month
from db.stores.runs import ChunkRow, RunRow
from domain import months, payment_list
from domain.actor import Actor, Post
from domain.agency.parameters_import import snapshot
from domain.errors import Problem, Refused
from domain.payment_days import pay_day_of
from domain.rules.imprisonment import STOPPING
from domain.runs.interest_settlement import chunks_of
from domain.runs.run import Plan, RunKind, Worked


async def prepare(county_code: int, period: str, at: datetime) -> Plan:
    """`period`: this month or the next one, 202612. Refused while another plan is a draft, and for a month that is planned."""
    today = at.date()
    this = months.month_of(today)
    if period not in (f"{this}", f"{months.after(this)}"):
        raise Refused(Problem("month", f"请填写这个月或者下个月，例如{this}。", "period"))
    month = int(period)
    last = await query.latest(county_code)
    if last and last.state == "draft":
        raise Refused(Problem("draft", f"{last.month}的发放计划还没有批准，先办完再编下一个。", "period"))
    if last and last.month >= month:
        raise Refused(Problem("planned", f"{last.month}的发放计划已经编过，一个月只有一个计划。", "period"))
    pay_on = await pay_day_of(county_code, month)
    if pay_on < today:
        raise Refused(
            Problem(
                "too-late",
                f"{month}的发放日是{pay_on:%m月%d日}，已经过了。没有发的，编下个月的计划时一起补发。",
                "period",
            )
        )
    cycle = (await snapshot(county_code)).certification_cycle(months.first_day(month))
    settings = {"month": month, "pay_on": f"{pay_on}", "cycle": cycle}
    return Plan(settings=settings, chunks=chunks_of(await run_query.open_accounts_by_township(county_code)))


async def next_pay(county_code: int, today: date, since: int = 0) -> tuple[int, date]:
    """(month, day) of the next payment that no approved plan holds yet; `since`: not before this month."""
    planned = await pension.planned_until(county_code)
    month = max(since, months.month_of(today), months.after(planned) if planned else 0)
    while (on := await pay_day_of(county_code, month)) < today:
        month = months.after(month)
    return month, on


def facts(settings: dict[str, Any]) -> list[tuple[str, str]]:
    month, pay_on = settings["month"], date.fromisoformat(settings["pay_on"])
    return [("发放月份", months.in_words(month)), ("发放日", f"{pay_on:%Y年%m月%d日}")]


def month_of(run: RunRow) -> Month:
    month, cycle = int(run.period), msgspec.json.decode(run.settings)["cycle"]
    return Month(
        month=month, before=months.after(month, -1), stopping=list(STOPPING),
        expired=months.after(month, -cycle - 1), expiring=months.after(month, -cycle),
    )  # fmt: skip


async def begin(_run: RunRow, _by: Actor, _at: datetime) -> None:
    """The plan stands already; its document is made when it is booked."""


async def work(run: RunRow, chunk: ChunkRow, at: datetime) -> Worked:
    first, _, beyond = chunk.key.partition("-")
    return await (_draft if run.state == "trying" else _approve)(run, first, beyond, at)


async def _draft(run: RunRow, first: str, beyond: str, at: datetime) -> Worked:
    pay_on = date.fromisoformat(msgspec.json.decode(run.settings)["pay_on"])
    plan_id = await drafts.open_plan(run.county_code, run.id, int(run.period), pay_on, at)
    done: Drafted = await drafts.draft_region(run.county_code, plan_id, month_of(run), first, beyond)
    return Worked(rows=done.people, amount_fen=done.net_fen, detail=done.levels, aside=done.aside)


async def _approve(run: RunRow, first: str, beyond: str, at: datetime) -> Worked:
    plan_id = await _plan(run)
    left = await drafts.judge_region(run.county_code, plan_id, month_of(run), first, beyond)
    await payment_list.leave_out(run.county_code, plan_id, int(run.period), left, at, taken_in=False)
    people, fen = await drafts.take_in_region(run.county_code, plan_id, int(run.period), first, beyond)
    return Worked(rows=people, amount_fen=fen, detail={"left_out": len(left)})


async def _plan(run: RunRow) -> int:
    found = await drafts.plan_of_run(run.county_code, run.id)
    assert found is not None, "the dry run made it"
    return found


async def finish(run: RunRow, total: Worked, _by: Actor, _at: datetime) -> None:
    """Refused when the transfers do not add up to what the chunks say."""
    plan_id = await _plan(run)
    await store.count_plan(run.county_code, plan_id)
    plan = await store.lock_plan(run.county_code, plan_id)
    if plan is None or (plan.people, plan.total_fen) != (total.rows, total.amount_fen):
        raise Refused(Problem("control", "发放明细合计和各乡镇合计不一致，已停下，请联系技术人员。"))
    await store.set_plan(run.county_code, plan_id, "approved")


async def cancel(run: RunRow) -> None:
    plan_id = await drafts.plan_of_run(run.county_code, run.id)
    if plan_id is not None:
        await drafts.cancel(run.county_code, plan_id)


KIND = RunKind(
    code="payment_month",
    title="待遇发放计划",
    basis=("规程第二十八条", "规程第二十九条"),
    makers=(Post.COUNTY_BENEFIT,),
    reviewers=(Post.FINANCE_SUPERVISOR, Post.ACCOUNTANT),
    approvers=(Post.COUNTY_HEAD,),
    buckets={"no_account": "没有可以用的发放账户", "suspension_proposed": "有等待核实的暂停"},
    facts=facts,
    prepare=prepare,
    begin=begin,
    work=work,
    finish=finish,
    cancel=cancel,
    keeps_trial=True,
    act="发放",
)
