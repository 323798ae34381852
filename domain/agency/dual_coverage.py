"""重复参保和重复领取 (人社部发〔2014〕17号第七条、第八条; R-299, R-359, R-404, R-405, R-407): the list of the employee scheme beside
ours. What is stopped before it is proved has to be cleared up within the year.

One person stops, another one finds that it is true; that it is not true either may find, and at once everything goes on.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.stores import audit, people, spells
from db.stores import dual_coverage as store
from db.stores import suspensions as suspension_store
from db.stores.dual_coverage import Finding
from db.stores.suspensions import NewSuspension
from domain import months, settlement
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.agency.suspensions import MOST_AT_ONCE, let_go, restore, stop, tell, written
from domain.errors import NotFound, Problem, Refused
from domain.rules.settlement import Cause
from domain.settlement import New, Payee

POSTS = (Post.COUNTY_BENEFIT, Post.COUNTY_ACCOUNT)
DRAWING, COVERAGE = "drawing", "coverage"
SUSPECTED = "suspected_dual"
SPELL_REASON = "dual_coverage"
ACTIVE, STOPPED = (1, 1), (2, 2)
OWN = "0"  # the person himself gets what is left


class Ended(Struct, frozen=True):
    """Of those that were ticked; `problems`: why the others were not."""

    done: int
    problems: tuple[Problem, ...]


async def follow(county_code: int, at: datetime) -> int:
    """The worker's round: whom the newest list names. Returns how many are new."""
    async with transaction():
        await store.close_left(county_code, at)
        return await store.find(county_code, at)


async def suspend(county_code: int, ids: Sequence[int], by: Actor, at: datetime) -> int:
    """Stopped before it is proved (R-407), from the first month that has not been sent. Returns how many; what somebody else has
    decided is passed over."""
    require_post(by, county_code, POSTS)
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise Refused(Problem("nobody", f"请勾选要暂停的人，一次最多{MOST_AT_ONCE}人。"))
    async with transaction():
        held = [each for each in await store.lock(county_code, ids) if each.state == "found"]
        for each in held:
            if each.kind == DRAWING:
                await _stop_pension(county_code, each, by, at)
            else:
                await _stop_contributions(county_code, each, at)
            await store.suspended(county_code, each.id, date(at.year, 12, 31), by.id, by.name, at)
            await _log(county_code, each, "dual.suspended", "", by, at)
    return len(held)


async def _stop_pension(county_code: int, each: Finding, by: Actor, at: datetime) -> None:
    first = max(months.month_of(at.date()), _following(await store.last_planned(county_code, each.person_id)))
    new = NewSuspension(
        person_id=each.person_id, reason=SUSPECTED, first_month=first, origin="comparison", finding=_finding(each, "领取养老金")
    )
    await suspension_store.propose(county_code, new, 0, "系统", at)
    open_one = await suspension_store.open_of(county_code, each.person_id, SUSPECTED)
    if open_one is not None and open_one.state == "proposed":
        await stop(county_code, open_one, by, at)


def _following(month: int) -> int:
    return months.after(month) if month else 0


async def _stop_contributions(county_code: int, each: Finding, at: datetime) -> None:
    if await store.contributes(county_code, each.person_id) == ACTIVE:
        await spells.begin_suspension(county_code, each.person_id, at.date(), SPELL_REASON, _finding(each, "参保"), None)
    body = (
        f"{_finding(each, '参保')}。同一时间不用两边都缴，您的城乡居民养老保险先暂停缴费，账户里的钱照样算利息，以后可以和职工养老保险衔接。"
        "如果弄错了，请到窗口说明，核实以后马上恢复。"
    )  # fmt: skip
    await tell(county_code, each.person_id, "暂停缴费", body, at)


def _finding(each: Finding, what: str) -> str:
    since = f"从{each.since_on:%Y年%m月%d日}起" if each.since_on else ""
    return f"职工养老保险库（{each.as_of_on:%Y年%m月%d日}）里写着{each.name}{since}在那边{what}"


async def clear(county_code: int, finding_id: int, note: str, by: Actor, at: datetime) -> None:
    """It is not true: the pension goes on with what was stopped, contributions may be paid again (R-299)."""
    require_post(by, county_code, POSTS)
    note = written(note, "note", "请写明怎样核实的，本人会看到。")
    async with transaction():
        held = await _held(county_code, finding_id, "found", "suspended")
        if held.kind == DRAWING:
            open_one = await suspension_store.open_of(county_code, held.person_id, SUSPECTED)
            if open_one is not None:
                await (let_go if open_one.state == "proposed" else restore)(county_code, open_one, note, by, at)
        elif held.state == "suspended" and await store.contributes(county_code, held.person_id) == STOPPED:
            await spells.end_suspension(county_code, held.person_id, at.date(), None)
            await tell(county_code, held.person_id, "可以接着缴费", f"核实过了，您的城乡居民养老保险可以接着缴费：{note}。", at)
        await store.decided(county_code, held.id, "cleared", held.since_on, note, None, by.id, by.name, at)
        await _log(county_code, held, "dual.cleared", note, by, at)


async def end(
    county_code: int, finding_id: int, since_on: date | None, note: str, by: Actor, at: datetime, *, field: bool = True
) -> None:
    """It is true, found by somebody else than who stopped it (R-016). Who draws both leaves here: the account without subsidies
    against the pensions drawn since (17号第八条; R-405). `since_on`: as verified; None: as the list says. `field`: the office found out
    itself, not only the list."""
    require_post(by, county_code, POSTS)
    note = written(note, "note", "请写明怎样核实的。")
    async with transaction():
        held = await _held(county_code, finding_id, "suspended")
        if held.suspended_by == by.id:
            raise Refused(Problem("own", "自己暂停的，要由另一位同事决定。"))
        day = since_on or held.since_on
        settled = None
        if held.kind == DRAWING:
            if day is None:
                raise Refused(Problem("no-day", "请填写从哪一天起领取职工养老金。", "since_on"))
            settled = await _terminate(county_code, held, day, note, by, at, field=field)
        else:
            body = (
                f"核实过了，您正在参加职工养老保险：{note}。城乡居民养老保险暂停缴费，账户保留。"
                "同一年两边都缴了的月份，可以申请“缴费退费”退回个人缴费；到退休年龄以后，可以申请和职工养老保险衔接。"
            )  # fmt: skip
            await tell(county_code, held.person_id, "已经参加职工养老保险", body, at)
        await store.decided(county_code, held.id, "ended", day, note, settled, by.id, by.name, at)
        await _log(county_code, held, "dual.ended", note, by, at)


async def _terminate(
    county_code: int, held: Finding, day: date, note: str, by: Actor, at: datetime, *, field: bool
) -> int:
    person = await people.read(county_code, held.person_id, lock=True)
    assert person is not None, "a finding is about somebody here"
    himself = Payee(name=person.name, id_type=person.id_type, id_number=person.id_number, relation=OWN)
    new = New(
        person_id=person.id, cause=Cause.OTHER_PENSION, happened_on=day, evidence="field" if field else "comparison", evidence_note=note,
        payees=(himself,), use_old_account=True,
    )  # fmt: skip
    settlement_id = await settlement.register(county_code, new, by, at)
    await settlement.settle(county_code, settlement_id, by, at)
    return settlement_id


async def end_clean(county_code: int, ids: Sequence[int], by: Actor, at: datetime) -> Ended:
    """Those about whom the newest list, the name and the day leave nothing to ask; each in a transaction of its own."""
    require_post(by, county_code, POSTS)
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise Refused(Problem("nobody", f"请勾选核实属实的人，一次最多{MOST_AT_ONCE}人。"))
    done, problems = 0, list[Problem]()
    for finding_id in ids:
        async with transaction():
            held = await _held(county_code, finding_id)
        if held.state != "suspended":
            continue
        if not held.still or held.name != held.own_name or held.since_on is None:
            problems.append(Problem("not-clean", f"{held.own_name}：姓名、日期或者最新的数据对不上，请逐个核实。"))
            continue
        try:
            note = f"和{held.as_of_on:%Y年%m月%d日}的职工养老保险库比对一致"
            await end(county_code, finding_id, None, note, by, at, field=False)
            done += 1
        except Refused as refused:
            problems += [Problem(each.code, f"{held.own_name}：{each.message}") for each in refused.problems]
    return Ended(done, tuple(problems))


async def _held(county_code: int, finding_id: int, *states: str) -> Finding:
    held = await store.lock(county_code, [finding_id])
    if not held:
        raise NotFound
    if states and held[0].state not in states:
        raise Refused(Problem("decided", "这一条已经有人处理过了，请看最新的名单。"))
    return held[0]


async def _log(county_code: int, held: Finding, action: str, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "dual_finding", f"{held.id}", detail=detail)
