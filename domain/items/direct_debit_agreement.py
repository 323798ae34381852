"""代扣代缴协议 (P-07; 湖南省经办工作流程十三; R-116…R-121): a payer lets a bank pay for people in an order he chooses.

Another account or more people make a new agreement; a tier or fewer people amend the one there is, before the year's debit
(R-119). The bank is asked about name and account afterwards (domain.agency.direct_debit); nothing is debited before that.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from db.queries import agreements, books
from db.queries import people as people_query
from db.queries.agreements import Agreement, Member
from db.stores import agreements as store
from db.stores import people
from db.stores.agreements import NewAgreement, NewMember
from db.stores.people import PersonRow
from domain import identity
from domain.actor import ActorKind
from domain.agency import payment_orders
from domain.agency.parameters_import import snapshot
from domain.case import fields, person_change
from domain.case.item import Comparison, Effect, Page, ServiceItem, Subject
from domain.codes import RELATIONS
from domain.errors import Finding, Refused, Weight
from domain.parameters import Missing

ACTIONS = (("sign", "签订新协议"), ("amend", "改档次、减少代缴的人"), ("end", "终止代扣"))
WITH_PAYER = (("0", "本人"), *RELATIONS)
CONTRIBUTING = (1, 1)
MOST = 20
BASIS = "湖南省经办工作流程十三"


def check_account(text: str) -> str | None:
    """A complaint in plain words, or None. A card number (GB/T 15694.1: 62…) carries a check digit, a passbook's does not."""
    number = payment_orders.digits(text)
    if wrong := payment_orders.check_account(text):
        return wrong
    if number.startswith("62") and 16 <= len(number) <= 19 and not _luhn(number):
        return "银行卡号不对，请照着卡再看一遍。"
    return None


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(number))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


class DebitedPerson(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    name: fields.Name
    id_number: fields.IdNumber
    relation: Annotated[str, Meta(title="是您的什么人", extra={"widget": "select", "choices": WITH_PAYER})]
    tier: Annotated[str, Meta(title="每年缴多少（元）", description="只填档次，例如200；以后按当年的标准扣", pattern=r"^\d{2,6}$",
                              extra={"widget": "digits"})]  # fmt: skip

    def __post_init__(self) -> None:
        number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, self.id_number)
        if wrong := identity.check(identity.IdType.RESIDENT_ID_CARD, number):
            raise ValueError(wrong)
        structs.force_setattr(self, "id_number", number)
        structs.force_setattr(self, "name", self.name.strip())


class DirectDebitAgreement(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`people`: all of them, in the order in which the bank debits."""

    action: Annotated[str, Meta(title="办哪一项", extra={"widget": "radio", "choices": ACTIONS})]
    bank: Annotated[str, Meta(title="开户银行", max_length=60, extra={"widget": "text"})] = ""
    branch: Annotated[str, Meta(title="网点", description="知道的话就填", max_length=60, extra={"widget": "text"})] = ""
    bank_account: Annotated[str, Meta(title="扣款账号", description="要是您本人的账户", max_length=40, extra={
        "widget": "text", "check": check_account})] = ""  # fmt: skip
    people: Annotated[list[DebitedPerson], Meta(title="代缴的人", max_length=MOST, extra={"widget": "rows"})] = []

    def __post_init__(self) -> None:
        structs.force_setattr(self, "bank", self.bank.strip())
        structs.force_setattr(self, "bank_account", payment_orders.digits(self.bank_account))
        if self.action not in dict(ACTIONS):
            raise ValueError("请选择办哪一项")
        if self.action != "end" and not self.people:
            raise ValueError("请至少填写一位代缴的人")
        if self.action == "sign" and (not self.bank or check_account(self.bank_account)):
            raise ValueError("请填写开户银行和本人的扣款账号")
        numbers = [person.id_number for person in self.people]
        if len(set(numbers)) != len(numbers):
            raise ValueError("同一个人填了两次")


class Facts(Struct, frozen=True, kw_only=True):
    """`found`: by ID number, the participants of this county; `busy`: who of them is on another payer's agreement;
    `debited`: this year's debit is under way or done; `tiers`: what there is to choose this year."""

    payer: PersonRow
    current: Agreement | None
    members: tuple[Member, ...]
    found: dict[str, PersonRow]
    busy: set[int]
    banks: tuple[str, ...]
    tiers: tuple[str, ...]
    debited: bool


async def prefill(subject: Subject) -> dict[str, Any]:
    """What is agreed on now, to be amended."""
    payer = await person_change.person_of(subject)
    current = await agreements.in_force(payer.county_code, payer.id_index)
    if current is None:
        return {"action": "sign"}
    return {
        "action": "amend", "bank": current.bank, "branch": current.branch, "bank_account": current.bank_account,
        "people": [{"name": m.name, "id_number": m.id_number, "relation": m.relation, "tier": m.tier}
                   for m in await agreements.members(payer.county_code, current)],
    }  # fmt: skip


async def gather(ask: DirectDebitAgreement, subject: Subject, on: date) -> Facts:
    payer = await person_change.person_of(subject)
    county, current = payer.county_code, await agreements.in_force(payer.county_code, payer.id_index)
    found: dict[str, PersonRow] = {}
    for each in ask.people:
        home = await people.find(people_query.id_index_of(each.id_number))
        person = await people.read(county, home[1]) if home and home[0] == county else None
        if person:
            found[each.id_number] = person
    try:
        rules = (await snapshot(county)).rules(on)
    except Missing:
        rules = ()
    return Facts(
        payer=payer, current=current, members=tuple(await agreements.members(county, current)) if current else (), found=found,
        busy=await agreements.on_another(county, [p.id for p in found.values()], current.id if current else 0),
        banks=tuple(dict.fromkeys(a.bank for a in await books.bank_accounts(county) if a.until_on is None)),
        tiers=tuple(dict.fromkeys(rule.tier for rule in rules)),
        debited=current is not None and await agreements.debited(county, current.id, on.year),
    )  # fmt: skip


def examine(ask: DirectDebitAgreement, facts: Facts) -> list[Finding]:
    found = []
    if ask.action != "sign" and facts.current is None:
        return [Finding("no-agreement", "现在没有生效的代扣协议。", basis=BASIS)]
    if ask.action == "sign" and facts.banks and ask.bank not in facts.banks:
        names = "、".join(facts.banks)
        found.append(Finding("no-such-bank", f"可以办代扣的银行是：{names}。开户银行要照这样写。", basis=BASIS))
    if ask.action == "amend":
        found += _amendment(ask, facts)
    if ask.action != "end":
        found += [finding for each in ask.people for finding in _about(each, facts)]
    return found


def _amendment(ask: DirectDebitAgreement, facts: Facts) -> list[Finding]:
    """What an amendment may not do (R-119)."""
    assert facts.current is not None
    found = []
    account = (ask.bank, ask.bank_account)
    if any(account) and account != (facts.current.bank, facts.current.bank_account):
        found.append(Finding("new-account", "换扣款账户要重新签协议，请选“签订新协议”。", basis=BASIS))
    if {each.id_number for each in ask.people} - {member.id_number for member in facts.members}:
        found.append(Finding("more-people", "增加代缴的人要重新签协议，请选“签订新协议”。", basis=BASIS))
    if facts.debited:
        text = "今年的扣款已经开始，档次和人员要等明年再改。不想再扣的，可以终止代扣。"
        found.append(Finding("debited", text, basis=BASIS))
    return found


def _about(each: DebitedPerson, facts: Facts) -> list[Finding]:
    person = facts.found.get(each.id_number)
    if person is None:
        return [Finding("unknown", f"没有查到{each.name}在本县的参保登记。", basis=BASIS)]
    found = []
    if person.name != each.name:
        found.append(Finding("other-name", f"{each.name}的姓名和参保登记的不一致。", basis=BASIS))
    if (person.participation_status, person.contribution_status) != CONTRIBUTING:
        found.append(Finding("not-contributing", f"{each.name}现在不是正常缴费状态，不用缴费。", basis=BASIS))
    if person.id in facts.busy:
        found.append(Finding("on-another", f"{each.name}已经在别人的代扣协议里，要先从那份协议里减去。", basis=BASIS))
    if facts.tiers and each.tier not in facts.tiers:
        text = f"没有每年{each.tier}元的档次，可以选：{'、'.join(facts.tiers)}。"
        found.append(Finding("no-tier", text, basis="规程第十一条"))
    if not facts.tiers:
        found.append(Finding("no-rules", "今年的缴费档次还没有公布。", basis="规程第十一条", weight=Weight.WAITS))
    return found


def compare(ask: DirectDebitAgreement, facts: Facts) -> list[Comparison]:
    """Payer and people beside the register; with an amendment what is agreed on now."""
    lines = []
    if ask.action == "sign":
        says = f"{facts.payer.name}（本人），户名和账号由银行校验"
        lines.append(Comparison("扣款账户", f"{ask.bank} {ask.bank_account}", "参保登记", says, None, None))
    agreed = {member.id_number: member for member in facts.members}
    for each in ask.people:
        person, now = facts.found.get(each.id_number), agreed.get(each.id_number)
        says = f"{person.name if person else '没有查到'}" + (f"，现在每年{now.tier}元" if now else "")
        agrees = person is not None and person.name == each.name
        lines.append(Comparison("代缴的人", f"{each.name} 每年{each.tier}元", "参保登记", says, None, agrees))
    return lines


async def effect(ask: DirectDebitAgreement, by: Effect) -> None:
    payer = await person_change.person_of(by.subject, lock=True)
    county = payer.county_code
    await store.lock_payer(county, payer.id_index)
    facts = await gather(ask, by.subject, by.on)
    if wrong := [finding for finding in examine(ask, facts) if finding.weight is Weight.BARS]:
        raise Refused(*wrong)
    asked = [NewMember(n, facts.found[each.id_number].id, each.relation, each.tier) for n, each in enumerate(ask.people, start=1)]  # fmt: skip
    if ask.action == "amend":
        await _amend(county, facts, asked, by.on)
        return
    if facts.current is not None:
        await store.end(county, facts.current.id, by.on, "replaced" if ask.action == "sign" else "by-payer")
    if ask.action == "sign":
        await store.sign(county, NewAgreement(
            payer_name=payer.name, payer_id_type=payer.id_type, payer_id_number=payer.id_number, payer_index=payer.id_index,
            bank=ask.bank, branch=ask.branch.strip(), bank_account=ask.bank_account, phone=payer.phone, address=payer.address,
            signed_on=by.on, case_id=by.case_id,
        ), asked, by.actor.name, by.at)  # fmt: skip


async def _amend(county_code: int, facts: Facts, asked: list[NewMember], on: date) -> None:
    """Whose line stays as it was keeps it."""
    assert facts.current is not None
    before = {NewMember(m.position, m.person_id, m.relation, m.tier) for m in facts.members}
    staying = {member.person_id for member in asked}
    removed = [member.person_id for member in before if member.person_id not in staying]
    changed = [member for member in asked if member not in before]
    await store.end_members(county_code, facts.current.id, removed, on, "removed")
    await store.end_members(county_code, facts.current.id, [m.person_id for m in changed], on, "amended")
    await store.add_members(county_code, facts.current.id, changed, on)


ITEM = ServiceItem(
    code="direct_debit_agreement",
    title="银行代扣缴费协议",
    summary="签一份协议，每年由银行从您的账户里给自己和家人扣缴保险费，也可以改或者终止",
    result="代扣协议已经登记。新签的协议由银行核对户名和账号以后，开始按名单的顺序扣款。",
    basis=(BASIS,),
    payload=DirectDebitAgreement,
    pages=(
        Page("action", "办哪一项", ("action",), hint="换账户、增加人要签新协议；改档次、减少人在原协议上改"),
        Page("account", "从哪个账户扣", ("bank", "branch", "bank_account"), hint="终止代扣的，这一页不用填"),
        Page("people", "给谁缴", ("people",), hint="照扣款的先后填，钱不够扣下一个人时就停下。自己也要缴的，把自己也填上。终止代扣的不用填"),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    assurance=3,
    fresh_login=True,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "debit_agreement", "result"),
)  # fmt: skip
