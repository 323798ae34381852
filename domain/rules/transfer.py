"""关系转移 (规程第四十条至第四十五条; R-372…R-396): who may move his relation, how, on which day, and what travels."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct

from domain import months
from domain.errors import Finding, Weight
from domain.money import show

PROVINCE_DIGITS = 10_000  # the first two of the six digits of a county name its province


class Scope(StrEnum):
    SAME_COUNTY = "same_county"
    SAME_PROVINCE = "same_province"
    ACROSS = "across"


class Money(StrEnum):
    """How the balance follows: `central`, the province settles between its counties next year; `cash`, a payment next month."""

    CENTRAL = "central"
    CASH = "cash"


def scope_of(home: int, other: int) -> Scope:
    """Two counties by their codes of six digits."""
    if home == other:
        return Scope.SAME_COUNTY
    return Scope.SAME_PROVINCE if home // PROVINCE_DIGITS == other // PROVINCE_DIGITS else Scope.ACROSS


def money_of(scope: Scope, inside_province: Money) -> Money:
    """`inside_province`: what the place has chosen (R-385; 规程第四十三条). Across provinces money always follows."""
    return inside_province if scope is Scope.SAME_PROVINCE else Money.CASH


def valid_until(sent_on: date) -> date:
    """一个月 (R-380): the last day on which the letter may be used; where the next month has no such day, its last."""
    following = months.last_day(months.after(months.month_of(sent_on)))
    return following.replace(day=min(sent_on.day, following.day))


def out_on(decided_on: date, due_on: date, last_business_on: date | None) -> date:
    """转出时间 (R-383): the day of the decision; where that is late, the last day of business of this account. None: it never had any."""
    if decided_on <= due_on or last_business_on is None:
        return decided_on
    return min(last_business_on, decided_on)


def payment_month(out: date) -> int:
    """于次月划拨 (规程第四十三条; R-376)."""
    return months.after(months.month_of(out))


class Leaving(Struct, frozen=True, kw_only=True):
    """What the county knows of somebody whom another county wants. `open_business`: what is not finished, in words;
    `unreceived_fen`: subsidies of this year that are due and have not come; `carried`: they go along all the same."""

    participates: bool
    receives: bool
    suspended: bool
    same_person: bool
    on: date
    valid_until: date
    open_business: tuple[str, ...]
    unreceived_fen: int
    carried: bool


def findings(facts: Leaving) -> list[Finding]:
    """What bars the transfer out, and what whoever decides should see."""
    found = []
    if facts.receives:
        text = "已经领取城乡居民养老保险待遇，关系不转移，继续在这里领取。"
        found.append(Finding("receiving", text, basis="规程第四十条"))
    elif not facts.participates:
        found.append(Finding("not-participating", "现在没有在本县参保，没有可以转出的关系。", basis="规程第四十三条"))
    elif facts.suspended:
        text = "正处于暂停缴费状态，请先弄清暂停的原因并恢复，再办转移。"
        found.append(Finding("suspended", text, basis="规程第四十三条"))
    if not facts.same_person:
        found.append(Finding("identity-mismatch", "接收函上的姓名和本县登记的不一致。", basis="规程第四十三条"))
    if facts.on > facts.valid_until:
        text = f"接收函的有效期到{facts.valid_until:%Y年%m月%d日}，已经过期，请转入地重新发函。"
        found.append(Finding("letter-lapsed", text, basis="湖南省经办工作流程九 附件3"))
    if facts.open_business:
        text = f"还有没办完的业务：{'、'.join(facts.open_business)}。办完再转出。"
        found.append(Finding("open-business", text, basis="湖南省经办工作流程九 核心提示2"))
    if facts.unreceived_fen:
        found.append(_subsidies(facts))
    return found


def _subsidies(facts: Leaving) -> Finding:
    due = f"今年还有应到未到的政府补贴{show(facts.unreceived_fen)}元"
    if facts.carried:
        return Finding("subsidy-carried", f"{due}，一并转出。", basis="临政办字〔2012〕3号二（四）", weight=Weight.NOTE)
    return Finding("subsidy-later", f"{due}，到账以后补转。", basis="规程第四十三条", weight=Weight.NOTE)


def amount(balance: int, unreceived: int, *, carried: bool) -> int:
    """转出金额: the whole account, and where the place wants it the subsidies of the year that are still to come (R-387)."""
    return balance + (unreceived if carried else 0)


def years_together(own: Iterable[int], brought: Iterable[int]) -> list[int]:
    """Years add up; one that was paid in both places counts once (R-390)."""
    return sorted({*own, *brought})


def paid_outside(year: int, brought: Mapping[int, int]) -> bool:
    """A year already paid where one came from is not paid again (R-395)."""
    return brought.get(year, 0) > 0


def confirmed(lines_fen: int, total_fen: int, expected_name: str, name: str) -> str:
    """What is wrong with a form that came, in words; empty when it can be confirmed (R-381)."""
    if name != expected_name:
        return "审批表上的姓名和转入申请不一致"
    if lines_fen != total_fen:
        return f"审批表各项加起来是{show(lines_fen)}元，合计写的是{show(total_fen)}元"
    return ""
