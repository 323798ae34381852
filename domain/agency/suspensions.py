"""暂停和恢复发放 (规程第三十三条; R-292…R-302): found by a comparison or a list, decided by a person, told to whom it concerns."""

from collections.abc import Sequence
from datetime import date, datetime

from db.engine import transaction
from db.queries import pension as queries
from db.stores import audit, benefits, death_reports, messages, people
from db.stores import suspensions as store
from db.stores.suspensions import NewSuspension, Suspension
from domain import months
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_post
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.rules.imprisonment import STOPPING
from domain.runs.payment_month import next_pay

PROPOSERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_BENEFIT)
DECIDERS = (Post.COUNTY_BENEFIT,)
REASON_AT_LEAST = 4  # characters
MONTHS_BACK = 12
MONTHS_AHEAD = 2
MOST_AT_ONCE = 500
REASONS = {
    "not_certified": "没有按时办资格确认",
    "imprisoned": "被羁押或者服刑",
    "suspected_dual": "可能重复领取养老金",
    "suspected_death": "可能已经去世",
    "other": "其他原因",
}
# What the person can do, after the reason.
WHAT_TO_DO = {
    "not_certified": "请在手机上办资格确认，或者请村协办员上门、到任一窗口办理。确认以后马上恢复，停发的月份全部补发。",
    "imprisoned": "释放以后，请在“我的养老金”里申请恢复，或者到任一窗口办理，从那以后继续发放；没有被判有罪的，停发的月份补发。",
    "suspected_dual": "没有重复领取的，请在“我的养老金”里申请恢复，或者请到窗口说明。核实以后马上恢复，停发的月份补发。",
    "suspected_death": "如果弄错了，请在“我的养老金”里申请恢复，或者告诉村协办员，或者带身份证到任一窗口。核实以后马上恢复，停发的月份补发。",
    "other": "请在“我的养老金”里申请恢复，或者带身份证到乡镇（街道）窗口，或者打电话询问。核实以后仍然符合条件的，马上恢复，停发的月份补发。",
}  # fmt: skip


async def propose(
    county_code: int, person_id: int, reason: str, first_month: int, finding: str, by: Actor, at: datetime
) -> int:
    """A township's clerk for the own people, or the county's benefit desk. Refused where one of this reason is open."""
    if by.kind is not ActorKind.STAFF or by.scope.county_code != county_code or not any(by.holds(p) for p in PROPOSERS):
        raise NotFound
    if reason not in REASONS:
        raise Refused(Problem("no-reason", "请选择暂停的原因。", "reason"))
    finding = written(finding, "finding", "请写明查到了什么，本人会看到。")
    if not near(first_month, at.date()):
        raise Refused(Problem("month", "从哪个月起停发，只能写过去十二个月到以后两个月。", "first_month"))
    async with transaction():
        region = await store.region_of_pensioner(county_code, person_id)
        if region is None or not by.scope.covers(region):
            raise Refused(Problem("nobody", "您管的地方没有这个人在领取养老金。", "id_number"))
        new = NewSuspension(person_id=person_id, reason=reason, first_month=first_month, origin="desk", finding=finding)
        found = await store.propose(county_code, new, by.id, by.name, at)
        if found is None:
            raise Refused(Problem("open", "这个人已经有一条同样原因的暂停，请先处理。", "id_number"))
        await _log(county_code, found, "suspension.proposed", finding, by, at)
    return found


def near(first_month: int, on: date) -> bool:
    """Whether a suspension may begin with that month; what is longer ago is a matter of money that comes back."""
    now = months.month_of(on)
    return months.after(now, -MONTHS_BACK) <= first_month <= months.after(now, MONTHS_AHEAD)


def written(text: str, field: str, message: str) -> str:
    """Without blanks around. Refused when it is no sentence."""
    if len(text.strip()) < REASON_AT_LEAST:
        raise Refused(Problem("no-reason", message, field))
    return text.strip()


async def confirm(county_code: int, ids: Sequence[int], by: Actor, at: datetime) -> int:
    """One or many, never by who proposed them (R-300). Returns how many; those that somebody else has decided are passed over."""
    require_post(by, county_code, DECIDERS)
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise Refused(Problem("nobody", f"请勾选要确认的人，一次最多{MOST_AT_ONCE}人。"))
    async with transaction():
        held = [each for each in await store.lock(county_code, ids) if each.state == "proposed"]
        if any(each.proposed_by == by.id for each in held if each.origin == "desk"):
            raise Refused(Problem("own", "自己提出的暂停，要由另一个人确认。"))
        for each in held:
            await stop(county_code, each, by, at)
    return len(held)


async def stop_by_case(county_code: int, new: NewSuspension, case_id: int, by: Actor, at: datetime) -> None:
    """In the transaction of a case that two people decided: in force at once, also what was proposed before for the same
    reason."""
    await store.propose(county_code, new, by.id, by.name, at)
    held = await store.open_of(county_code, new.person_id, new.reason)
    if held is None or held.state != "proposed":
        raise Refused(Problem("open", "这个人已经因为同样的原因暂停发放了。"))
    await stop(county_code, held, by, at, case_id=case_id)


async def stop(county_code: int, held: Suspension, by: Actor, at: datetime, *, case_id: int | None = None) -> None:
    """In the caller's transaction: a proposed one is in force, and its person knows why and what to do (R-302)."""
    await store.confirm(county_code, [held.id], by.id, by.name, at, case_id=case_id)
    await benefits.recheck(county_code, [held.person_id], held.first_month)
    what = f"从{months.in_words(held.first_month)}起，您的养老金暂停发放，原因：{REASONS[held.reason]}（{held.finding}）。{WHAT_TO_DO[held.reason]}"
    await tell(county_code, held.person_id, "养老金暂停发放", what, at)
    await _log(county_code, held.id, "suspension.confirmed", held.reason, by, at)


async def dismiss(county_code: int, suspension_id: int, reason: str, by: Actor, at: datetime) -> None:
    """A proposed one that is not right: the pension goes on, what a plan left out is paid by the next."""
    require_post(by, county_code, DECIDERS)
    reason = written(reason, "reason", "请写明为什么不暂停。")
    async with transaction():
        held = await _held(county_code, suspension_id, "proposed")
        await let_go(county_code, held, reason, by, at)


async def let_go(county_code: int, held: Suspension, reason: str, by: Actor, at: datetime) -> None:
    """In the caller's transaction: a proposed one is dismissed."""
    await store.dismiss(county_code, [held.id], reason, by.id, by.name, at)
    await benefits.recheck(county_code, [held.person_id], held.first_month)
    await tell(
        county_code,
        held.person_id,
        "养老金照常发放",
        "核实过了，您的养老金照常发放。前面没有发的月份，下一次一起补发。",
        at,
    )
    if held.reason == "suspected_death":
        await death_reports.settle_lines(county_code, held.person_id, ["death"], "false", reason, by.id, by.name, at)
    await _log(county_code, held.id, "suspension.dismissed", reason, by, at)


async def lift(
    county_code: int, suspension_id: int, reason: str, by: Actor, at: datetime, *, acquitted: bool = False
) -> None:
    """Restores at once (R-293). The stopped months are paid afterwards, but not those of somebody imprisoned, unless
    `acquitted` (R-363, R-369)."""
    require_post(by, county_code, DECIDERS)
    reason = written(reason, "reason", "请写明核实的结果。")
    async with transaction():
        held = await _held(county_code, suspension_id, "confirmed")
        await restore(county_code, held, reason, by, at, pays_arrears=held.reason != "imprisoned" or acquitted)


async def restore(
    county_code: int, held: Suspension, reason: str, by: Actor, at: datetime, *, pays_arrears: bool = True, told: bool = True,
    last: int | None = None, case_id: int | None = None,
) -> None:  # fmt: skip
    """In the caller's transaction: a confirmed one is over. `last`: its last month; None: the one before this."""
    last = last or months.after(months.month_of(at.date()), -1)
    await store.lift(
        county_code, [held.id], last, reason, pays_arrears=pays_arrears, by=by.id, by_name=by.name, at=at, case_id=case_id
    )  # fmt: skip
    await benefits.recheck(county_code, [held.person_id], held.first_month)
    if held.reason == "suspected_death":
        await death_reports.settle_lines(county_code, held.person_id, ["death"], "false", reason, by.id, by.name, at)
    if told:
        arrears = "停发的月份按当时的标准，下一次一起补发。" if pays_arrears else "停发的月份按规定不补发。"
        owed = await arrears_in_words(county_code, held.person_id, held.first_month, at.date())
        await tell(county_code, held.person_id, "养老金恢复发放", f"您的养老金已经恢复发放：{reason}。{arrears}{owed}", at)
    await _log(county_code, held.id, "suspension.lifted", reason, by, at)


async def arrears_in_words(county_code: int, person_id: int, first: int, on: date, *, lifting: str = "") -> str:
    """Roughly how much comes for which months since `first`, and when; empty when nothing does. `lifting`: a reason whose
    suspension is taken as lifted already."""
    before = months.after(months.month_of(on), -1)
    owed = await queries.unpaid(county_code, person_id, first, before, STOPPING, lifting)
    if not owed.count:
        return ""
    span = months.in_words(owed.first) + (f"到{months.in_words(owed.last)}" if owed.last != owed.first else "")
    _, day = await next_pay(county_code, on)
    return f"补发{span}共{owed.count}个月，大约{show(owed.fen)}元，{day.month}月{day.day}日前后和当月的一起发。"


async def verify_death(county_code: int, suspension_id: int, died_on: date, note: str, by: Actor, at: datetime) -> None:
    """The death is true: the pension ends with its month (规程第三十七条); what was paid beyond comes back by the plans."""
    require_post(by, county_code, DECIDERS)
    note = written(note, "note", "请写明怎样核实的，例如看过哪一种证明。")
    if died_on > at.date():
        raise Refused(Problem("died-on", "死亡日期不能晚于今天。", "died_on"))
    async with transaction():
        held = await _held(county_code, suspension_id, "confirmed")
        if held.reason != "suspected_death":
            raise NotFound
        last = months.month_of(died_on)
        await death_reports.settle_lines(county_code, held.person_id, ["death"], "true", note, by.id, by.name, at)
        await restore(county_code, held, note, by, at, told=False)
        await store.end_benefit(county_code, held.person_id, last, "死亡")
        await benefits.recheck(county_code, [held.person_id], min(held.first_month, months.after(last)))
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "benefit.ended", "person", f"{held.person_id}", note, f"{last}"
        )


async def settle_open(county_code: int, person_id: int, reason: str, why: str, by: Actor, at: datetime) -> bool:
    """In the caller's transaction: the open one of a reason is over, whatever its state, and its months are paid. False without
    one."""
    held = await store.open_of(county_code, person_id, reason)
    if held is None:
        return False
    if held.state == "proposed":
        await let_go(county_code, held, why, by, at)
    else:
        await restore(county_code, held, why, by, at)
    return True


async def follow_deaths(county_code: int, at: datetime) -> int:
    """The worker's round: the newest list of deaths beside those who draw a pension. Returns how many were proposed."""
    async with transaction():
        return await store.propose_dead(county_code, "系统", at)


async def _held(county_code: int, suspension_id: int, state: str) -> Suspension:
    held = await store.lock(county_code, [suspension_id])
    if not held:
        raise NotFound
    if held[0].state != state:
        raise Refused(Problem("decided", "这一条已经有人处理过了，请看最新的名单。"))
    return held[0]


async def tell(county_code: int, person_id: int, title: str, body: str, at: datetime) -> None:
    person = await people.read(county_code, person_id)
    assert person is not None, "a benefit belongs to a person"
    await messages.tell(
        county_code=county_code, recipient_index=person.id_index, case_id=None, title=title, body=body, at=at, phone=person.phone
    )  # fmt: skip


async def _log(county_code: int, suspension_id: int, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(
        county_code, at, by.kind, by.id, by.name, action, "benefit_suspension", f"{suspension_id}", detail=detail
    )
