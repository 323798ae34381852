"""制度衔接 (P-31; 人社部发〔2014〕17号; R-397…R-406, R-410): between the employee scheme and this one, once, before any pension is drawn.

Approval sends 《联系函》 to the office of the employee scheme, or, where that office has sent its letter, closes the account here
and sends it there whole; what follows is domain/agency/linkage.py.
"""

import contextlib
from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from db.queries import accounts
from db.queries.accounts import Account
from db.stores.people import PersonRow
from domain.actor import ActorKind
from domain.agency import linkage, payment_orders
from domain.agency.linkage import Asked
from domain.case import person_change, sources
from domain.case.item import SOURCE_TITLES, Answer, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.errors import Finding, Weight
from domain.money import show
from domain.rules import linkage as rule
from domain.rules.interest import NegativeBase
from domain.rules.linkage import BASIS, Direction

DIRECTIONS = (
    ("to_employee", "从城乡居民养老保险转到职工养老保险（职工养老保险缴满15年的）"),
    ("to_resident", "从职工养老保险转到城乡居民养老保险（职工养老保险不满15年的）"),
)


class SchemeLinkage(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    direction: Annotated[str, Meta(title="往哪边转", extra={"widget": "radio", "choices": DIRECTIONS})]
    agency: Annotated[str, Meta(title="职工养老保险的社保机构", description="参保缴费凭证上写着；在几个地方缴过的，先归集到一处再来办",
                                min_length=2, max_length=60, extra={"widget": "text"})]  # fmt: skip
    employee_months: Annotated[int, Meta(title="职工养老保险一共缴了多少个月", description="照参保缴费凭证填写", ge=1, le=720,
                                         extra={"widget": "digits"})]  # fmt: skip
    retired_on: Annotated[date, Meta(title="哪一天到职工养老保险的退休年龄", extra={"widget": "date"})]
    letter_no: Annotated[str, Meta(title="联系函编号", description="转到职工养老保险的才填，照那边发来的联系函", max_length=40,
                                   extra={"widget": "text"})] = ""  # fmt: skip
    payee: Annotated[str, Meta(title="收款户名", description="转到职工养老保险的，写联系函上的账户；转来的，写本人的账户，用来退重复缴的钱",
                               max_length=60, extra={"widget": "text"})]  # fmt: skip
    bank: Annotated[str, Meta(title="开户银行", max_length=60, extra={"widget": "text"})]
    bank_account: Annotated[str, Meta(title="银行账号", max_length=40, extra={
        "widget": "text", "check": payment_orders.check_account})]  # fmt: skip

    def __post_init__(self) -> None:
        structs.force_setattr(self, "bank_account", payment_orders.digits(self.bank_account))
        for name in ("payee", "bank", "letter_no", "agency"):
            structs.force_setattr(self, name, getattr(self, name).strip())
        if self.direction not in dict(DIRECTIONS):
            raise ValueError("请选择往哪边转")
        if self.leaves and not self.letter_no:
            raise ValueError("转到职工养老保险的，要有那边发来的联系函，请填写编号")
        if not self.leaves and self.letter_no:
            raise ValueError("转到城乡居民养老保险的，联系函由我们发出，编号不用填")

    @property
    def leaves(self) -> bool:
        return self.direction == Direction.TO_EMPLOYEE

    @property
    def asked(self) -> Asked:
        return Asked(
            direction=Direction(self.direction), agency=self.agency, letter_no=self.letter_no, retired_on=self.retired_on,
            employee_months=self.employee_months, payee=self.payee, bank=self.bank, bank_account=self.bank_account,
        )  # fmt: skip


class Facts(Struct, frozen=True, kw_only=True):
    """`worth`: 分 in the account today; None: it cannot be reckoned."""

    person: PersonRow
    account: Account | None
    standing: rule.Facts | None
    worth: int | None
    answers: tuple[Answer, ...]


async def prefill(subject: Subject) -> dict[str, Any]:
    return {"payee": subject.name}


async def gather(ask: SchemeLinkage, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    account = await accounts.account_of(person.county_code, person.id)
    answers = await sources.ask(subject.county_code, person.id_index, (Source.EMPLOYEE_SCHEME, Source.DEATHS))
    there = (sources.answer_of(answers, Source.EMPLOYEE_SCHEME).record or {}).get("status") == "receiving"
    standing = await linkage.standing(ask.asked, person, account, on, None, draws_there=there) if account else None
    worth = None
    with contextlib.suppress(NegativeBase):
        worth = await linkage.worth(account, person.county_code, on) if account else None
    return Facts(person=person, account=account, standing=standing, worth=worth, answers=answers)


def examine(ask: SchemeLinkage, facts: Facts) -> list[Finding]:
    found = list[Finding]()
    if facts.standing is None:
        found.append(Finding("no-account", "没有个人账户，没有可以衔接的关系。", basis=f"{BASIS}第四条"))
    else:
        found += rule.findings(Direction(ask.direction), facts.standing)
    if ask.leaves and facts.account is not None and facts.worth is None:
        found.append(Finding("interest", "账户里有来源的钱支出多于存入，请先核对个人账户。", basis=f"{BASIS}第五条"))
    if not ask.leaves and ask.payee != facts.person.name:
        found.append(Finding("payee", "重复缴的钱只能退到本人的银行账户，户名要和本人姓名一样。", basis=f"{BASIS}第七条"))
    employee = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME)
    if employee.available and employee.record is None:
        text = "职工养老保险库里没有查到这个人，请核实参保缴费凭证。"
        found.append(Finding("not-in-employee-scheme", text, basis=f"{BASIS}第九条", weight=Weight.NOTE))
    return [*found, *sources.deceased(facts.answers), *sources.unavailable(facts.answers)]


def compare(ask: SchemeLinkage, facts: Facts) -> list[Comparison]:
    answer = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME)
    record = answer.record or {}
    says = "，".join(text for text in (record.get("unit", ""), record.get("since", "")) if text) or "在册"
    lines = [
        Comparison("职工养老保险", f"{ask.agency}，{rule.in_words(ask.employee_months)}", SOURCE_TITLES[Source.EMPLOYEE_SCHEME],
                   sources.said(answer, says if answer.record else "没有查到"), answer.as_of_on,
                   answer.record is not None if answer.available else None),
    ]  # fmt: skip
    if ask.leaves and facts.worth is not None:
        lines.append(Comparison("转出金额", f"{show(facts.worth)}元", "个人账户", "全部本息", None, None))
    return lines


async def effect(ask: SchemeLinkage, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    await linkage.begin(person.county_code, person.id, ask.asked, by.case_id, by.actor, by.at)


ITEM = ServiceItem(
    code="scheme_linkage",
    title="城乡养老保险制度衔接",
    summary="到了退休年龄，职工养老保险和城乡居民养老保险都缴过的，转到一边领养老金",
    result="制度衔接已经开始办理，办到哪一步随时可以查。两边的社保机构互相联系，您不用跑。",
    basis=(f"{BASIS}第三条", f"{BASIS}第九条"),
    payload=SchemeLinkage,
    pages=(
        Page("which", "往哪边转", ("direction",), hint="职工养老保险满15年的，转到职工养老保险；不满的，转到城乡居民养老保险"),
        Page("employee", "职工养老保险", ("agency", "employee_months", "retired_on", "letter_no")),
        Page("bank", "钱转到哪里", ("payee", "bank", "bank_account")),
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
