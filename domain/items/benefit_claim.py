"""待遇领取申请 (P-18; 规程第二十三条、第二十四条; R-216…R-237): who has reached sixty says where the money goes; the rest is looked up.

The only paper is a valid ID. What would be determined stands among the comparisons, so that submission, each desk and the
approval see the same figures or are told the difference (R-237).
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from db.queries import benefits as queries
from db.queries.benefits import BenefitRow
from db.stores import benefits as store
from db.stores.benefits import NewAccount
from db.stores.people import PersonRow
from domain import benefits, determination
from domain.actor import ActorKind
from domain.agency.payment_orders import check_account, digits
from domain.case import person_change, sources
from domain.case.item import Answer, Comparison, Effect, Material, Page, ServiceItem, Source, Subject
from domain.determination import Determination
from domain.errors import Finding, Problem, Weight
from domain.money import show
from domain.parameters import Missing
from domain.rules import eligibility
from domain.rules.eligibility import Facts as Conditions
from domain.rules.interest import NegativeBase

BASIS = "规程第二十四条"
KINDS = (("social_card", "社会保障卡"), ("card", "其他银行卡"), ("passbook", "存折"))
NONE = "none"  # the office has a bank open one
MANY = 2  # other people paid to the same account before somebody looks


Bank = Annotated[str, Meta(title="开户银行", description="例如：农商银行", max_length=60, extra={"widget": "text"})]
BankAccount = Annotated[str, Meta(title="银行账号", description="必须是本人的账户，卡上的一长串数字", max_length=40, extra={
    "widget": "bank_account", "check": check_account})]  # fmt: skip


class BenefitClaim(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The account must be the person's own (R-275). Who has none says so, and leaves the other two blank."""

    account_kind: Annotated[str, Meta(title="养老金发到哪里", description="一般用社会保障卡的银行账户", extra={
        "widget": "radio", "choices": (*KINDS, (NONE, "还没有账户，请社保经办机构联系银行开卡"))})] = "social_card"  # fmt: skip
    bank: Bank = ""
    bank_account: BankAccount = ""

    def __post_init__(self) -> None:
        if self.account_kind == NONE:
            structs.force_setattr(self, "bank", "")
            structs.force_setattr(self, "bank_account", "")
        else:
            tidy_account(self)


def tidy_account(form: Any) -> None:
    """Bank and number in their one stored form; ValueError in plain words when something is missing or wrong."""
    structs.force_setattr(form, "bank_account", digits(form.bank_account))
    structs.force_setattr(form, "bank", form.bank.strip())
    if form.account_kind not in dict(KINDS):
        raise ValueError("请选择养老金发到哪里")
    if not form.bank:
        raise ValueError("请填写开户银行")
    if wrong := check_account(form.bank_account):
        raise ValueError(wrong)


def account_by_staff(ask: BenefitClaim) -> tuple[str, Problem] | None:
    """Where the bank's write-back is the only source of numbers, nobody at a counter types one in (R-269)."""
    text = "账号不由窗口录入：请本人在网上填写，或者选“还没有账户”，由银行开卡后回写。"
    return None if ask.account_kind == NONE else ("staff_may_enter_bank_account", Problem("not-by-staff", text, "account_kind"))


class Facts(Struct, frozen=True, kw_only=True):
    """`found`: what would be determined; None when the conditions are not met, or `trouble` says why it cannot be reckoned."""

    on: date
    person: PersonRow
    conditions: Conditions
    benefit: BenefitRow | None
    found: Determination | None
    trouble: str
    shared_with: int
    answers: tuple[Answer, ...]


async def gather(ask: BenefitClaim, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    answers = await sources.ask(subject.county_code, person.id_index, (Source.NATIONAL_REGISTRY, Source.EMPLOYEE_SCHEME, Source.DEATHS))
    dead = sources.answer_of(answers, Source.DEATHS).record
    employee = sources.answer_of(answers, Source.EMPLOYEE_SCHEME).record or {}
    conditions = await determination.eligibility(
        subject.county_code, person, on, died_on=_day((dead or {}).get("died_on")),
        other_pension="职工养老保险待遇" if employee.get("status") == "receiving" else "",
    )  # fmt: skip
    found, trouble = None, ""
    if not eligibility.problems(conditions, on):
        try:
            found = await determination.reckon(subject.county_code, person, on)
        except Missing as missing:
            trouble = str(missing)
        except NegativeBase:
            trouble = "个人账户有一项资金支出多于存入，请先核对账户。"
    return Facts(
        on=on, person=person, conditions=conditions, benefit=await queries.benefit(person.county_code, person.id), found=found,
        trouble=trouble, answers=answers,
        shared_with=await store.used_by_others(person.county_code, person.id, ask.bank_account) if ask.bank_account else 0,
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def examine(ask: BenefitClaim, facts: Facts) -> list[Finding]:
    if facts.benefit is not None:
        return [Finding("has-benefit", "已经核定过待遇，不用再申请。对标准有疑问的，请提出待遇标准异议。", basis=BASIS)]
    problems = eligibility.problems(facts.conditions, facts.on)
    found = [Finding(problem.code, problem.message, basis="国发〔2014〕8号 七") for problem in problems if problem.code != "died"]
    if facts.found is not None:  # among the findings, so that a changed figure is told before anybody approves it
        found.append(Finding("determination", f"核定结果：{determination.in_words(facts.found)}。", basis=BASIS, weight=Weight.NOTE))
    if facts.trouble:
        found.append(Finding("cannot-reckon", facts.trouble, basis=BASIS))
    if ask.account_kind == NONE:
        text = "申请人还没有银行账户，核定以后请代理银行开卡。"
        found.append(Finding("no-account", text, basis="规程第二十八条", weight=Weight.NOTE))
    if facts.shared_with >= MANY:
        text = f"这个账户还有另外{facts.shared_with}个人在用，请核实是不是本人的账户。"
        found.append(Finding("shared-account", text, basis="规程第二十八条", weight=Weight.NOTE))
    return [*found, *sources.deceased(facts.answers), *sources.unavailable(facts.answers)]


def compare(_ask: BenefitClaim, facts: Facts) -> list[Comparison]:
    lines = [
        sources.absence_line("职工养老保险", Source.EMPLOYEE_SCHEME, facts.answers),
        sources.absence_line("是否健在", Source.DEATHS, facts.answers),
        Comparison("缴费年限", "", "缴费记录", f"{len(facts.conditions.years)}年", facts.on, None),
    ]
    if facts.found is not None:
        balance = f"{show(sum(facts.found.balances.values()))}元"
        lines.append(Comparison("个人账户储存额", "", "个人账户", balance, facts.found.eligible_on, None))
    return lines


async def effect(ask: BenefitClaim, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    found = await determination.reckon(person.county_code, person, by.on)
    account_id = await queries.account_id(person.county_code, person.id)
    await benefits.begin(person.county_code, person.id, account_id, by.case_id, found, by.actor, by.at)
    if ask.account_kind == NONE or await store.is_in_use(person.county_code, person.id, ask.bank_account):
        return  # a bank opens one, or has opened this one before and vouched for it
    await store.set_account(person.county_code, NewAccount(
        person_id=person.id, kind=ask.account_kind, bank=ask.bank, holder_name=person.name, number=ask.bank_account,
        origin="claim", case_id=by.case_id,
    ), by.at)  # fmt: skip


ITEM = ServiceItem(
    code="benefit_claim",
    title="申请领取养老金",
    summary="满60周岁了，申请按月领取养老金",
    result="待遇已经核定。请在“我的养老金”里看核定表，确认以后从下一个发放日起按月发放。",
    basis=("规程第二十三条", "规程第二十四条", "规程第二十六条"),
    payload=BenefitClaim,
    pages=(Page("account", "养老金发到哪里", ("account_kind", "bank", "bank_account"), "户名必须是本人"),),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    materials=(Material("id_document", "有效身份证件", "规程第二十三条", hint="身份证正反两面，各拍一张"),),
    assurance=3,
    fresh_login=True,
    not_by_staff=account_by_staff,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
