"""更换发放账户 (P-21; R-269…R-278): where the pension goes from the next plan on.

In force at once, `unverified` until the bank has said whose it is; a plan that runs keeps the account it took. Who changed the
phone a short while ago is told on the old one, too: a thief changes the phone first.
"""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import benefits as queries
from db.queries import people as people_query
from db.queries.benefits import BenefitRow
from db.stores import benefits as store
from db.stores import messages
from db.stores.benefits import NewAccount
from db.stores.people import PersonRow
from domain.actor import ActorKind
from domain.case import person_change, sources
from domain.case.item import Answer, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.errors import Finding, Refused, Weight
from domain.items.benefit_claim import KINDS, MANY, Bank, BankAccount, tidy_account

BASIS = "规程第二十八条"
OLD_PHONE_FOR = timedelta(days=90)


class BankAccountChange(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The account must be the person's own (R-275)."""

    account_kind: Annotated[str, Meta(title="养老金发到哪里", description="一般用社会保障卡的银行账户", extra={
        "widget": "radio", "choices": KINDS})] = "social_card"  # fmt: skip
    bank: Bank
    bank_account: BankAccount

    def __post_init__(self) -> None:
        tidy_account(self)


class Facts(Struct, frozen=True, kw_only=True):
    """`same`: it is the account in use."""

    person: PersonRow
    benefit: BenefitRow | None
    same: bool
    shared_with: int
    answers: tuple[Answer, ...]


async def gather(ask: BankAccountChange, subject: Subject, _on: date) -> Facts:
    person = await person_change.person_of(subject)
    county = person.county_code
    return Facts(
        person=person, benefit=await queries.benefit(county, person.id), same=await store.is_in_use(county, person.id, ask.bank_account),
        shared_with=await store.used_by_others(county, person.id, ask.bank_account),
        answers=await sources.ask(subject.county_code, person.id_index, (Source.DEATHS,)),
    )  # fmt: skip


def examine(_ask: BankAccountChange, facts: Facts) -> list[Finding]:
    found = []
    if facts.benefit is None:
        found.append(Finding("no-benefit", "还没有核定养老金，申请领取的时候再填写账户。", basis="规程第二十三条"))
    elif facts.benefit.state in ("ended", "settled"):
        found.append(Finding("ended", "养老金已经停止发放，不用更换账户。", basis=BASIS))
    if facts.same:
        found.append(Finding("same-account", "这就是现在用的账户，不用换。", basis=BASIS))
    if facts.shared_with >= MANY:
        text = f"这个账户还有另外{facts.shared_with}个人在用，请核实是不是本人的账户。"
        found.append(Finding("shared-account", text, basis=BASIS, weight=Weight.NOTE))
    return [*found, *sources.deceased(facts.answers)]


def compare(_ask: BankAccountChange, _facts: Facts) -> list[Comparison]:
    return []  # the bank compares name and number


async def effect(ask: BankAccountChange, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    if wrong := [
        finding for finding in examine(ask, await gather(ask, by.subject, by.on)) if finding.weight is Weight.BARS
    ]:
        raise Refused(*wrong)
    before = await queries.payment_account(person.county_code, person.id)
    await store.set_account(person.county_code, NewAccount(
        person_id=person.id, kind=ask.account_kind, bank=ask.bank, holder_name=person.name, number=ask.bank_account,
        origin="change", case_id=by.case_id,
    ), by.at)  # fmt: skip
    await _tell(person, before.tail if before else "", f"{ask.bank}尾号{ask.bank_account[-4:]}", by)


async def _tell(person: PersonRow, tail: str, new: str, by: Effect) -> None:
    """To the phone in use, and to the one before it where that was changed lately."""
    before = f"原来是尾号{tail}的账户。" if tail else ""
    body = (
        f"您的养老金发放账户已经换成{new}。{before}银行核对户名以后，从下一次发放起发到新账户。"
        "如果不是您本人办理的，请马上联系社保经办机构。"
    )
    changes = await people_query.changes(person.county_code, person.id)
    phones = [change.before for change in changes if change.field == "phone" and by.at - change.at <= OLD_PHONE_FOR]
    for phone in dict.fromkeys(filter(None, [person.phone, *phones])):
        await messages.text(
            county_code=person.county_code, recipient_index=person.id_index, case_id=by.case_id, phone=phone,
            title="养老金发放账户已更换", body=body, at=by.at,
        )  # fmt: skip


ITEM = ServiceItem(
    code="bank_account_change",
    title="更换养老金发放账户",
    summary="银行卡换了、丢了，换一个本人的账户收养老金",
    result="新账户已经登记。银行核对户名以后，从下一次发放起发到新账户；已经在发的这一次，还是发到原来的账户。",
    basis=(BASIS,),
    payload=BankAccountChange,
    pages=(Page("account", "养老金发到哪里", ("account_kind", "bank", "bank_account"), "户名必须是本人"),),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.STAFF}),
    staff_switch="staff_may_enter_bank_account",
    assurance=3,
    fresh_login=True,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
