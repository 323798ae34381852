"""What the pages of a pension show, to the resident and to staff the same: the standard and its reckoning, what was paid and why
not, where it goes, what stands in its way."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from db.queries import accounts, benefits, cards, one_off, pension
from db.queries.benefits import BenefitRow, StandardRow
from db.queries.pension import Payment, Redetermination, Suspension
from db.queries.portal import PersonRow
from domain import months, redetermination
from domain.agency import suspensions
from domain.agency.sentences import TITLES
from domain.determination import title_of
from domain.parameters import Missing
from domain.redetermination import Step
from domain.rules.imprisonment import STOPPING, Situation
from domain.rules.pension import PART_TITLES
from domain.runs.payment_month import next_pay
from domain.trace import Trace
from web.documents.benefit_contents import PensionPart

PAYMENTS_SHOWN = 36
PAYERS = {"central": "中央财政", "province": "省财政", "city": "市财政", "county": "县财政"}
RULES = {
    "pension": "每月养老金", "increase": "这一次重新算的部分，每月",
    "redetermination": "重新核定以后每月", "resident_monthly_v1": "账户利息", **{part.value: title for part, title in PART_TITLES.items()},
}  # fmt: skip
STATES = {
    "planned": ("等待发放", "info"), "sent": ("已送银行", "info"), "paid": ("已发放", "good"), "failed": ("没有发成", "bad"),
    "left_out": ("这个月没有发", "warn"), "void": ("不再通过银行发", "neutral"),
}  # fmt: skip
LINES = {"regular": "当月养老金", "arrears": "补发", "deduction": "扣回", "one_off": "一次性发放"}
ACCOUNT_STATES = {
    "unverified": ("等银行核对户名", "warn"),
    "verified": ("银行已核对", "good"),
    "rejected": ("银行核对没有通过", "bad"),
}


class Stop(Struct, frozen=True):
    """A suspension with why it is and what the person can do."""

    row: Suspension
    why: str
    what_to_do: str


class Sentence(Struct, frozen=True):
    """What stops the pension without a suspension: a detention, a sentence (规程第三十条)."""

    first_month: int
    what: str
    what_to_do: str


class Correction(Struct, frozen=True):
    """A redetermination with what it would make of every step. `steps` is empty when the parameters are missing."""

    row: Redetermination
    steps: list[Step]


class Next(Struct, frozen=True):
    """What is paid next: of which month, on which day. `planned`: it is in a plan already."""

    month: int
    on: date
    planned: bool


async def benefit_contents(county_code: int, person: PersonRow, benefit: BenefitRow, today: date) -> dict[str, Any]:
    """For benefit/_*.html."""
    said = await benefits.standards(county_code, person.id)
    this = max(months.month_of(today), benefit.first_month)
    standard = await benefits.standard_of(county_code, person.id, this)
    assert standard is not None, "a benefit has its first standard from the beginning"
    paid = await pension.payments(county_code, person.id, PAYMENTS_SHOWN)
    stops = [_stop(row) for row in await pension.suspensions(county_code, person.id)]
    return {
        "benefit": benefit, "standard": standard, "parts": await parts_of(standard.amounts), "trace": trace_of(standard),
        "standards": said, "reasons": REASONS, "word_month": months.in_words, "rules": RULES, "states": STATES, "line_titles": LINES,
        "payments": paid, "next": await _next(county_code, benefit, paid, today), "stops": stops,
        "stopped": next((stop for stop in stops if stop.row.state == "confirmed" and stop.row.last_month is None), None),
        "sentence": await _sentence(county_code, person.id, today),
        "account": await benefits.payment_account(county_code, person.id), "account_states": ACCOUNT_STATES,
        "card_asked": await cards.asked_of(county_code, person.id),
        "correction": await _correction(county_code, person, benefit), "one_offs": await one_off.waiting(county_code, person.id),
    }  # fmt: skip


REASONS = {
    "determination": "首次核定", "redetermination": "重新核定", "increase": "调整", "age": "高龄加发", "opening": "以前系统转来",
}  # fmt: skip


async def parts_of(amounts: dict[str, int]) -> list[PensionPart]:
    """Each part with whose money it is."""
    funds = await accounts.fund_titles()
    return [
        PensionPart(title=title_of(item), payer=_payer(item, funds), amount_fen=fen) for item, fen in amounts.items()
    ]


def _payer(item: str, funds: dict[str, str]) -> str:
    prefix, _, source = item.partition("_")
    return f"个人账户（{funds[source]}）" if prefix == "account" else PAYERS[source]


def trace_of(standard: StandardRow) -> Trace | None:
    """None for what an older system reckoned."""
    return msgspec.json.decode(standard.trace, type=Trace) if standard.trace else None


def walk(trace: Trace, depth: int = 0) -> Iterator[tuple[int, Trace]]:
    """From the whole down, each step with its depth."""
    yield depth, trace
    for child in trace.children:
        yield from walk(child, depth + 1)


def _stop(row: Suspension) -> Stop:
    return Stop(row, suspensions.REASONS[row.reason], suspensions.WHAT_TO_DO[row.reason])


async def _sentence(county_code: int, person_id: int, today: date) -> Sentence | None:
    found = await pension.sentence(county_code, person_id, STOPPING, months.month_of(today))
    if found is None:
        return None
    return Sentence(found.first_month, TITLES[Situation(found.situation)], suspensions.WHAT_TO_DO["imprisoned"])


async def _correction(county_code: int, person: PersonRow, benefit: BenefitRow) -> Correction | None:
    """The open one."""
    found = next(
        (
            row
            for row in await pension.redeterminations(county_code, person.id)
            if row.state in ("proposed", "approved")
        ),
        None,
    )
    if found is None:
        return None
    try:
        return Correction(found, await redetermination.steps(benefit, person, found))
    except Missing:
        return Correction(found, [])


async def _next(county_code: int, benefit: BenefitRow, paid: list[Payment], today: date) -> Next | None:
    """None while nothing is paid: not confirmed, or ended."""
    if benefit.state != "confirmed":
        return None
    under_way = next((each for each in paid if each.state in ("planned", "sent")), None)
    if under_way is not None:
        return Next(under_way.month, under_way.pay_on, planned=True)
    return Next(*await next_pay(county_code, today, benefit.first_month), planned=False)
