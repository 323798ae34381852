"""个人账户异议核查 (P-16; 规程第二十条; R-199, R-200): somebody says that a year of his account is wrong.

He brings what he has to the desk on a day he chooses. 通过 means that an error was found: it is corrected by a 缴费调整,
which keeps the year before and after (R-193). 不予通过 means that there was none: the reasons say why, the ledger's own lines
stand beside them.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import accounts
from domain import account_story
from domain.account_story import YearStory
from domain.actor import ActorKind
from domain.calendar import Calendar
from domain.case import person_change
from domain.case.clock import load_calendar
from domain.case.item import Comparison, Effect, Page, ServiceItem, Subject
from domain.errors import Finding, Weight
from domain.money import show

WRONG = (
    ("missing", "少记了一笔缴费"),
    ("amount", "金额不对"),
    ("not_mine", "有一笔不是我的"),
    ("subsidy", "政府补贴或者集体补助不对"),
    ("interest", "利息不对"),
    ("other", "其他"),
)
PLACES = (("township", "乡镇（街道）事务所"), ("county", "县社保经办机构"))
BASIS = "规程第二十条"


class AccountDispute(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    year: Annotated[int, Meta(title="哪一年的账", description="例如2025", ge=2009, le=2100, extra={"widget": "digits"})]
    wrong: Annotated[str, Meta(title="哪里不对", extra={"widget": "radio", "choices": WRONG})]
    what: Annotated[str, Meta(title="请说清楚", description="例如：5月在村里交了200元，账上没有", min_length=4, max_length=500,
                              extra={"widget": "textarea"})]  # fmt: skip
    place: Annotated[str, Meta(title="到哪里核对", extra={"widget": "radio", "choices": PLACES})]
    day: Annotated[
        date, Meta(title="哪一天来", description="选一个工作日，收据、存折等凭据带上", extra={"widget": "date"})
    ]


class Facts(Struct, frozen=True, kw_only=True):
    on: date
    story: YearStory | None
    calendar: Calendar


async def gather(ask: AccountDispute, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    account = await accounts.account_of(person.county_code, person.id)
    story = await account_story.year_story(person.county_code, account.id, ask.year) if account else None
    return Facts(on=on, story=story, calendar=await load_calendar())


def examine(ask: AccountDispute, facts: Facts) -> list[Finding]:
    """Notes only: who says that something is wrong is heard, whatever the books say."""
    found = appointment(ask.day, facts.on, facts.calendar, BASIS)
    story = facts.story
    if story is None or not story.lines:
        found.append(_note("nothing-booked", f"账上{ask.year}年没有一笔记录。"))
    elif story.interest is not None:
        same = "一样" if story.agrees else "不一样"
        found.append(_note("interest-reckoned", f"按规定重新算了一遍{ask.year}年的利息，和记入的{same}。"))
    return found


def appointment(day: date, on: date, calendar: Calendar, basis: str) -> list[Finding]:
    """A note where the day somebody chose cannot be kept."""
    if not calendar.is_working_day(day):
        return [_note("not-working", f"约的{day}不是工作日，请电话改约。", basis)]
    return [_note("day-over", f"约的{day}已经过了，没有来过的请电话改约。", basis)] if day < on else []


def _note(code: str, text: str, basis: str = BASIS) -> Finding:
    return Finding(code, text, basis=basis, weight=Weight.NOTE)


def compare(ask: AccountDispute, facts: Facts) -> list[Comparison]:
    """What is said beside every line of the year."""
    place = dict(PLACES)[ask.place]
    lines = [Comparison(dict(WRONG)[ask.wrong], ask.what, "预约核对", f"{ask.day} {place}", None, None)]
    for line in facts.story.lines if facts.story else ():
        entry = line.entry
        says = f"{show(entry.total_fen)}元，单据{entry.document_number}"
        lines.append(Comparison(f"{entry.value_on} {line.title}", "", "个人账户", says, entry.booked_on, None))
    return lines


async def effect(_ask: AccountDispute, _by: Effect) -> None:
    """The case is the record. What was found wrong is mended by a 缴费调整 of its own, with its own two people (R-154)."""


ITEM = ServiceItem(
    code="account_dispute",
    title="个人账户核查",
    summary="觉得账户里的钱记错了，约个时间带上凭据来核对，我们查清楚告诉您",
    result="核查发现记账有错，我们会用缴费调整更正，改正前的记录照样保留。更正以后可以在“我的账户”里看到。",
    basis=(BASIS,),
    payload=AccountDispute,
    pages=(
        Page("wrong", "哪里不对", ("year", "wrong", "what")),
        Page("appointment", "约个时间", ("place", "day"), hint="凭据不用上传，来的那天带上就行"),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=2,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
