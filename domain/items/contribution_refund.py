"""退费 (P-13; 人社部发〔2014〕17号第七条; R-170…R-174): who paid in the employee scheme too, or twice, gets it back.

Nothing is proved by paper: months of the employee scheme come by comparison (规程第六条), payments stand in our own books.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from db.queries import accounts, adjustments, refunds
from db.queries import spells as spell_query
from db.queries.accounts import Account
from db.queries.adjustments import Reversible
from db.queries.refunds import PaidYear
from db.queries.spells import Standing
from domain import books
from domain.actor import ActorKind
from domain.agency import payment_orders
from domain.agency.refunds import Back, give_back
from domain.case import person_change, sources
from domain.case.item import SOURCE_TITLES, Answer, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.case.person_change import RECEIVING
from domain.errors import Finding, Problem, Refused, Weight
from domain.funds import Fund
from domain.money import Fen, show, yuan
from domain.rules import refund as rule

REASONS = (("overlap", "同一年里又参加了职工养老保险"), ("repeated", "同一年缴了两次"))
BASIS = "人社部发〔2014〕17号第七条"


def _check_amount(text: str) -> str | None:
    try:
        return None if yuan(text) > 0 else "金额要大于0。"
    except ValueError as wrong:
        return str(wrong)


class ContributionRefund(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`from_month` to `to_month`: paid in the employee scheme too; `amount`: the payment that was one too many."""

    reason: Annotated[str, Meta(title="为什么退", extra={"widget": "radio", "choices": REASONS})]
    year: Annotated[int, Meta(title="退哪一年的", ge=2009, le=2100, extra={"widget": "digits"})]
    from_month: Annotated[int, Meta(title="职工养老保险从几月开始", description="参加了职工养老保险的才填", ge=1, le=12,
                                    extra={"widget": "digits"})] | None = None  # fmt: skip
    to_month: Annotated[int, Meta(title="到几月为止", description="只看这一年；到年底还在参加的填12", ge=1, le=12,
                                  extra={"widget": "digits"})] | None = None  # fmt: skip
    amount: Annotated[str, Meta(title="多缴的那一笔（元）", description="缴了两次的才填，例如200.00", max_length=20,
                                extra={"widget": "text", "check": _check_amount})] = ""  # fmt: skip
    payee: Annotated[
        str, Meta(title="收款人户名", description="要是本人的账户", max_length=50, extra={"widget": "text"})
    ]
    bank: Annotated[str, Meta(title="开户银行", max_length=60, extra={"widget": "text"})]
    bank_account: Annotated[str, Meta(title="银行账号", max_length=40, extra={
        "widget": "text", "check": payment_orders.check_account})]  # fmt: skip

    def __post_init__(self) -> None:
        structs.force_setattr(self, "bank_account", payment_orders.digits(self.bank_account))
        structs.force_setattr(self, "payee", self.payee.strip())
        if self.reason not in dict(REASONS):
            raise ValueError("请选择为什么退")
        if self.reason == "overlap" and not 1 <= (self.from_month or 0) <= (self.to_month or 0) <= rule.MONTHS:
            raise ValueError("请填写这一年里参加职工养老保险从几月到几月")
        if self.reason == "repeated" and _check_amount(self.amount):
            raise ValueError("请填写多缴的那一笔是多少元")

    @property
    def months(self) -> int:
        return (self.to_month or 0) - (self.from_month or 0) + 1


class Facts(Struct, frozen=True, kw_only=True):
    """`payments`: the own payments of the year, as far as nobody took them back."""

    on: date
    name: str
    id_index: bytes
    account: Account
    standing: Standing | None
    paid: PaidYear
    payments: tuple[Reversible, ...]
    answers: tuple[Answer, ...]


async def prefill(subject: Subject) -> dict[str, Any]:
    """Money goes to the person himself."""
    return {"payee": subject.name}


async def gather(ask: ContributionRefund, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    account = await accounts.account_of(person.county_code, person.id)
    assert account is not None, "every participant has an account"
    return Facts(
        on=on, name=person.name, id_index=person.id_index, account=account,
        standing=await spell_query.standing(person.county_code, person.id),
        paid=await refunds.paid_year(person.county_code, account.id, ask.year),
        payments=tuple(await adjustments.reversible(person.county_code, account.id, ask.year)),
        answers=await sources.ask(subject.county_code, person.id_index, (Source.EMPLOYEE_SCHEME, Source.DEATHS)),
    )  # fmt: skip


def examine(ask: ContributionRefund, facts: Facts) -> list[Finding]:
    found = list[Finding]()
    now = facts.standing
    settled = facts.account.status != "open" or now is None or now.participation_status == 4
    if problem := rule.problem(settled=settled, person=facts.name, payee=ask.payee):
        found.append(Finding(problem.code, problem.message, basis="规程第二十一条" if settled else "规程第四十八条"))
    if now is not None and now.contribution_status == RECEIVING:
        text = "已经在领取待遇，个人账户已经计发，不能退费。重复领取待遇的，另外办理。"
        found.append(Finding("receiving", text, basis="规程第二十一条"))
    found += _overlap_findings(ask, facts) if ask.reason == "overlap" else _repeated_findings(ask, facts)
    return [*found, *sources.deceased(facts.answers), *sources.unavailable(facts.answers)]


def _overlap_findings(ask: ContributionRefund, facts: Facts) -> list[Finding]:
    found = []
    if facts.paid.overlap_refunded:
        found.append(Finding("refunded", f"{ask.year}年重复参保的部分已经退过。", basis=BASIS))
    elif not amounts(ask, facts):
        found.append(Finding("nothing-paid", f"个人账户里没有{ask.year}年的个人缴费。", basis=BASIS))
    if date(ask.year, ask.to_month or 12, 1) > facts.on:
        found.append(Finding("future", "退的月份还没有到。", basis=BASIS))
    employee = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME)
    if employee.available and employee.record is None:
        text = "职工养老保险库里没有查到这个人，请核实参保的月份。"
        found.append(Finding("no-dual-coverage", text, basis="规程第六条", weight=Weight.NOTE))
    return found


def _repeated_findings(ask: ContributionRefund, facts: Facts) -> list[Finding]:
    if len(facts.payments) < 2:
        return [Finding("not-repeated", f"个人账户里{ask.year}年没有两笔缴费。", basis="规程第十四条")]
    if surplus(ask, facts) is None:
        paid = "、".join(show(each.left_fen) for each in facts.payments)
        return [
            Finding(
                "no-such-payment", f"{ask.year}年没有正好{ask.amount}元的缴费，只有：{paid}元。", basis="规程第十四条"
            )
        ]
    return []


def surplus(ask: ContributionRefund, facts: Facts) -> Reversible | None:
    """The payment that was one too many: the last of that amount."""
    fitting = [each for each in facts.payments if each.left_fen == yuan(ask.amount)]
    return fitting[-1] if fitting else None


def amounts(ask: ContributionRefund, facts: Facts) -> dict[Fund, Fen]:
    """What goes back, by fund; empty where nothing can."""
    if ask.reason == "overlap":
        return rule.overlap({fund: facts.paid.booked[fund] for fund in rule.RETURNED}, ask.months)
    payment = surplus(ask, facts)
    return {Fund.PERSONAL: Fen(payment.left_fen)} if payment else {}


def compare(ask: ContributionRefund, facts: Facts) -> list[Comparison]:
    """What was paid, what goes back, and what the employee scheme says."""
    total = f"{show(sum(amounts(ask, facts).values()))}元"
    paid = "、".join(show(each.left_fen) for each in facts.payments) or "没有"
    lines = [Comparison(f"{ask.year}年应退金额", total, "个人账户", f"本人缴费：{paid}", None, None)]
    if ask.reason == "overlap":
        answer = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME)
        record = answer.record or {}
        says = "，".join(text for text in (record.get("unit", ""), record.get("since", "")) if text) or "在册"
        declared = f"{ask.year}年{ask.from_month}月到{ask.to_month}月"
        lines.append(Comparison("职工养老保险", declared, SOURCE_TITLES[Source.EMPLOYEE_SCHEME],
                                sources.said(answer, says if answer.record else "没有查到"), answer.as_of_on,
                                _began_before(ask, record.get("since", ""))))  # fmt: skip
    return lines


def _began_before(ask: ContributionRefund, since: str) -> bool | None:
    """Whether the employee scheme knows the person from the first month on; None where it does not say since when."""
    return since[:7] <= f"{ask.year}-{ask.from_month:02d}" if since else None


async def effect(ask: ContributionRefund, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    await books.open_period(person.county_code, by.on)  # one booking after the other: what is looked at now stays so
    facts = await gather(ask, by.subject, by.on)
    back = amounts(ask, facts)
    if not back:
        raise Refused(Problem("nothing", "这一年已经没有可以退的钱，请核对个人账户。"))
    payment = surplus(ask, facts) if ask.reason == "repeated" else None
    await give_back(person.county_code, Back(
        account_id=facts.account.id, name=facts.name, id_index=facts.id_index, year=ask.year, amounts=back,
        reverses=(payment.id, payment.value_on) if payment else None, counts=ask.months < rule.MONTHS,
        source=payment.document_id if payment else facts.paid.document_id, payee=ask.payee, bank=ask.bank.strip(),
        bank_account=ask.bank_account, case_id=by.case_id,
    ), by.actor, by.at)  # fmt: skip


ITEM = ServiceItem(
    code="contribution_refund",
    title="缴费退费",
    summary="同一年又在单位参加了职工养老保险，或者缴了两次的，退回多缴的钱",
    result="多缴的钱退到本人的银行账户，个人账户里同时减去。政府补贴不退。",
    basis=(BASIS, "规程第十四条"),
    payload=ContributionRefund,
    pages=(
        Page("reason", "为什么退", ("reason", "year")),
        Page("detail", "退哪些钱", ("from_month", "to_month", "amount")),
        Page("bank", "退到哪里", ("payee", "bank", "bank_account"), hint="只能退到本人的银行账户，户名和本人姓名一样"),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=3,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
