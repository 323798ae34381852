"""注销登记 (P-26; 规程第三十七条至第三十九条; R-314…R-345): a relation ends, and what is left is paid to whom it belongs.

No death certificate and no proof of kinship may be asked for (规程第三十八条): comparison confirms, or the office finds out itself
(R-323); what nobody can look up the applicant promises.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from db.queries import leaving
from db.queries import people as people_query
from db.queries.people import BeneficiaryRow
from db.stores import commitments, messages
from db.stores.commitments import Verification
from db.stores.people import PersonRow
from domain import codes, identity, settlement, settlement_reversal
from domain.actor import ActorKind
from domain.agency import payment_orders
from domain.case import fields, person_change, sources
from domain.case.item import (
    SOURCE_TITLES,
    Answer,
    CommitmentText,
    Comparison,
    Effect,
    Page,
    ServiceItem,
    Source,
    Subject,
)
from domain.errors import Finding, Problem, Refused, Weight
from domain.money import show
from domain.parameters import Missing
from domain.rules.settlement import CAUSE_TITLES, Cause
from domain.settlement import New, Payee, Trial

BASIS = "规程第三十九条"
CAUSES = (
    ("death", "去世"),
    ("declared_dead", "法院宣告死亡"),
    ("nationality", "丧失中国国籍"),
    ("other_pension", "已经领取职工养老保险等其他基本养老金"),
)
CAUSE_OF = {"death": Cause.DEATH, "declared_dead": Cause.DEATH, "nationality": Cause.NATIONALITY, "other_pension": Cause.OTHER_PENSION}
SELF = "0"
RELATIONS = ((SELF, "本人"), *codes.RELATIONS)
FIRST_ORDER = frozenset({"1", "2", "3", "5"})  # 配偶、子女、父母 (民法典第一千一百二十七条)
PAY_TO = (("named", "下面写的账户"), ("old", "原来发养老金的账户"))
FUNERAL = (("here", "在这里领，没有在别处领过"), ("elsewhere", "已经在别处领了，或者要在别处领"))
ADULT, OWN_INCOME = 18, 16
CITIZEN = "resident_id_card"

COMMITMENT = CommitmentText(
    code="deregistration",
    version="2026-1",
    title="注销登记承诺书",
    text=(
        "依据城乡居民基本养老保险经办规程第三十八条，办理注销登记不用交死亡证明、火化证明、户口注销证明和亲属关系证明。\n"
        "我承诺：\n"
        "一、我填写的注销原因和日期是真实的；\n"
        "二、我是指定受益人或者法定继承人（本人办理的，是参保人本人），填写的领取人和份额已经和其他继承人商量好，由此引起的纠纷由我负责；\n"
        "三、申请丧葬补助金的，没有在其他地方重复领取；\n"
        "四、去世以后多领的养老金，同意从账户余额和丧葬补助金里扣回，不够的退还。\n"
        "社保经办机构可以向公安、民政、卫生、人社等部门核对，也可以上门核实。在审核决定以前，我可以修改或者撤回这份承诺。"
        "如果承诺不实，多领的钱要退回，以后不能再用承诺的方式办理，直到改正。"
    ),
    not_demanded=("死亡证明", "亲属关系证明"),
)


class Receiver(Struct, frozen=True, kw_only=True):
    """Who gets a share. Without an account it is kept until one is brought."""

    name: fields.Name
    id_type: fields.IdType = identity.IdType.RESIDENT_ID_CARD
    id_number: fields.IdNumber
    relation: Annotated[str, Meta(title="与参保人关系", extra={"widget": "select", "choices": RELATIONS})]
    share_percent: Annotated[int, Meta(title="份额（%）", description="一个人代领的写100", ge=1, le=100, extra={"widget": "digits"})]
    bank: Annotated[str, Meta(title="开户银行", description="用原来账户的不填", max_length=60, extra={"widget": "text"})] = ""
    bank_account: Annotated[str, Meta(title="银行账号", description="没有的可以以后补", max_length=40, extra={"widget": "text"})] = ""
    guardian_name: Annotated[str, Meta(title="监护人姓名", description="不满18岁的才填", max_length=50, extra={"widget": "text"})] = ""
    guardian_number: Annotated[str, Meta(title="监护人身份证号码", max_length=18, extra={"widget": "text"})] = ""

    def __post_init__(self) -> None:
        fields.tidy_identity(self)
        structs.force_setattr(self, "bank_account", payment_orders.digits(self.bank_account))
        structs.force_setattr(self, "guardian_number", identity.normalise(identity.IdType.RESIDENT_ID_CARD, self.guardian_number))
        if self.bank_account and (wrong := payment_orders.check_account(self.bank_account)):
            raise ValueError(wrong)
        if bool(self.bank_account) != bool(self.bank.strip()):
            raise ValueError("开户银行和银行账号要一起填")
        if bool(self.guardian_name.strip()) != bool(self.guardian_number):
            raise ValueError("监护人的姓名和身份证号码要一起填")
        if self.guardian_number and (wrong := identity.check(identity.IdType.RESIDENT_ID_CARD, self.guardian_number)):
            raise ValueError(f"监护人：{wrong}")


class Deregistration(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    cause: Annotated[str, Meta(title="为什么注销", extra={"widget": "radio", "choices": CAUSES})]
    happened_on: Annotated[date, Meta(title="哪一天", description="宣告死亡的，写判决书上的死亡日期；领取其他养老金的，写开始领取的日期",
                                      extra={"widget": "date"})]  # fmt: skip
    relation: Annotated[str, Meta(title="您是参保人的", extra={"widget": "select", "choices": RELATIONS})]
    receivers: Annotated[list[Receiver], Meta(title="领取人", max_length=8, extra={"widget": "rows"})] = []
    pay_to: Annotated[str, Meta(title="钱付到哪里", extra={"widget": "radio", "choices": PAY_TO})] = "named"
    funeral: Annotated[str, Meta(title="丧葬补助金", description="去世的才有，各地规定不同", extra={"widget": "radio", "choices": FUNERAL})] = "here"
    phone: fields.Phone

    def __post_init__(self) -> None:
        fields.tidy_phone(self)
        fields.shares_add_up(self.receivers)  # type: ignore[arg-type]
        if self.cause not in CAUSE_OF:
            raise ValueError("请选择为什么注销")
        alive = CAUSE_OF[self.cause] is not Cause.DEATH
        if alive != (self.relation == SELF):
            raise ValueError("丧失国籍、领取其他养老金的由本人申请；去世的由指定受益人或者继承人申请")
        if alive and any(each.relation != SELF for each in self.receivers):
            raise ValueError("钱只付给参保人本人，领取人请写本人")
        if not alive and any(each.relation == SELF for each in self.receivers):
            raise ValueError("领取人不能是参保人自己，请写继承人")

    @property
    def why(self) -> Cause:
        return CAUSE_OF[self.cause]


class Facts(Struct, frozen=True, kw_only=True):
    """`person`: None where nobody here has this name and number. `found`: the trial settlement; `trouble`: why there is none.
    `verification`: what the office found out itself."""

    on: date
    person: PersonRow | None
    answers: tuple[Answer, ...]
    designated: tuple[BeneficiaryRow, ...]
    verification: Verification | None
    old_account: bool
    found: Trial | None
    trouble: str


async def gather(ask: Deregistration, subject: Subject, on: date) -> Facts:
    asked = (Source.DEATHS, Source.HOUSEHOLD_REGISTER) if ask.why is Cause.DEATH else (Source.EMPLOYEE_SCHEME,)
    if subject.person_id is None:
        answers = await sources.ask(subject.county_code, subject.id_index, asked)
        return Facts(on=on, person=None, found=None, trouble="", answers=answers, designated=(), verification=None, old_account=False)
    person = await person_change.person_of(subject)
    found, trouble = None, ""
    try:
        found = await settlement.trial(
            person.county_code, person.id, ask.why, ask.happened_on, on, claims_funeral=ask.funeral == "here"
        )
    except Missing as missing:
        trouble = str(missing)
    except Refused as refused:
        trouble = refused.problems[0].message
    return Facts(
        on=on, person=person, found=found, trouble=trouble, answers=await sources.ask(subject.county_code, person.id_index, asked),
        designated=tuple(await people_query.beneficiaries(person.county_code, person.id)),
        verification=await commitments.verification_of(person.county_code, person.id, ITEM.code),
        old_account=await leaving.has_pension_account(person.county_code, person.id),
    )  # fmt: skip


def _said_on(ask: Deregistration, facts: Facts) -> tuple[Answer, str] | None:
    """The source that can confirm, and the day it says; empty: it does not know the number. None: no source can."""
    source = {Cause.DEATH: (Source.DEATHS, "died_on"), Cause.OTHER_PENSION: (Source.EMPLOYEE_SCHEME, "since")}.get(ask.why)
    if source is None:
        return None
    answer = sources.answer_of(facts.answers, source[0])
    record = answer.record or {}
    if ask.why is Cause.OTHER_PENSION and record.get("status") != "receiving":
        return answer, ""
    return answer, record.get(source[1], "") if record else ""


def confirmed(ask: Deregistration, facts: Facts) -> bool:
    """A comparison says what was declared, of the same month: that decides the money."""
    said = _said_on(ask, facts)
    return said is not None and said[1][:7] == f"{ask.happened_on:%Y-%m}"


def examine(ask: Deregistration, facts: Facts) -> list[Finding]:
    typed = _typed(ask, facts.on)
    if facts.person is None:
        text = "没有找到用这个姓名和证件号码参保的人。请申请人核对姓名和号码以后重新申请，或者到参保的县办理。"
        return [Finding("unknown", text, basis="规程第三十七条"), *typed]
    if facts.person.participation_status in (None, 4):
        return [Finding("terminated", "这个人的养老保险关系已经终止，不用再注销。", basis="规程第三十七条"), *typed]
    found = [*typed, *_proof(ask, facts), *_receivers(ask, facts)]
    if facts.trouble:
        found.append(Finding("cannot-settle", facts.trouble, basis=BASIS))
    if facts.found is not None:  # among the findings, so that a changed figure is told before anybody approves it
        found.append(_note("settlement", f"结算：{settlement.in_words(facts.found)}。"))
        if facts.found.under_way:
            text = f"还有{show(facts.found.under_way)}元在发放途中，银行有了结果、财务登账以后自动结算。"
            found.append(_note("under-way", text))
    return found


def _typed(ask: Deregistration, on: date) -> list[Finding]:
    """What the form says by itself, whoever it names."""
    future = [Finding("future", "注销原因的日期不能晚于今天。", basis="规程第三十七条")] if ask.happened_on > on else []
    return future + [each for row in ask.receivers for each in _minor(row, on)]


def _note(code: str, text: str, basis: str = BASIS) -> Finding:
    return Finding(code, text, basis=basis, weight=Weight.NOTE)


def _proof(ask: Deregistration, facts: Facts) -> list[Finding]:
    """Confirmed by comparison, found out by the office, or waiting for one of them (R-319, R-323)."""
    if confirmed(ask, facts):
        return []
    if facts.verification:
        each = facts.verification
        return [_note("verified", f"{each.recorded_by_name}{each.recorded_at:%m月%d日}核实：{each.found}")]
    said = _said_on(ask, facts)
    if said is not None and said[1]:
        text = f"{SOURCE_TITLES[said[0].source]}里写的是{said[1]}，和填写的日期不在同一个月，请核实后记录结果，或者请申请人改正。"
        return [Finding("other-date", text, basis="规程第三十九条", weight=Weight.WAITS)]
    how = "没有数据可以比对" if said is None else "数据比对没有查到" if said[0].available else "比对的数据暂时连不上"
    text = f"{how}。请上门、打电话或者向有关部门核实，在办件里记录核实结果；也可以按承诺办理，事后抽查。不得让家属去开任何证明。"
    return [Finding("field-verification", text, basis="规程第三十八条", weight=Weight.WAITS)]


def _receivers(ask: Deregistration, facts: Facts) -> list[Finding]:
    found = []
    if facts.designated:
        named = "、".join(f"{each.name}{each.share_percent}%" for each in facts.designated)
        same = {each.id_number for each in facts.designated} == {each.id_number for each in ask.receivers}
        text = f"参保人生前指定了受益人：{named}。" + ("" if same else "和填写的领取人不一样，请核实。")
        found.append(_note("designated", text, "规程第三十八条"))
    elif any(each.relation not in FIRST_ORDER | {SELF} for each in ask.receivers):
        text = "先由配偶、子女、父母继承；没有的，才由兄弟姐妹、祖父母、外祖父母继承。请核实有没有第一顺序的继承人。"
        found.append(_note("second-order", text, "民法典第一千一百二十七条"))
    if not ask.receivers:
        found.append(_note("nobody", "没有写领取人，应付的钱先保留，等继承人来领；没有继承人的，按规定移交。", "民法典第一千一百六十条"))
    if ask.pay_to == "old" and not facts.old_account:
        found.append(Finding("no-old-account", "没有登记过发养老金的账户，请改填领取人的账户。", basis=BASIS))
    return found


def _minor(row: Receiver, on: date) -> list[Finding]:
    born = identity.birth_of(row.id_type, row.id_number)
    age = identity.age_on(born, on) if born else ADULT
    if age >= ADULT or row.guardian_number:
        return []
    if age >= OWN_INCOME:
        return [_note("minor", f"{row.name}{age}岁，靠自己劳动收入生活的可以自己领，不然由监护人代领，请核实。", "民法典第十八条")]
    text = f"{row.name}不满{OWN_INCOME}岁，由监护人代领，请补上监护人的姓名和身份证号码。"
    return [Finding("guardian", text, basis="民法典第十九条、第二十三条")]


def compare(ask: Deregistration, facts: Facts) -> list[Comparison]:
    lines = []
    said = _said_on(ask, facts)
    if said is not None:
        says = sources.said(said[0], said[1] or ("没有查到" if said[0].record is None else "在册"))
        lines.append(Comparison(CAUSE_TITLES[ask.why], f"{ask.happened_on}", SOURCE_TITLES[said[0].source], says, said[0].as_of_on,
                                confirmed(ask, facts) if said[1] else None))  # fmt: skip
    if ask.why is Cause.DEATH:
        register = sources.answer_of(facts.answers, Source.HOUSEHOLD_REGISTER)
        lines.append(Comparison("户籍", "", SOURCE_TITLES[Source.HOUSEHOLD_REGISTER],
                                sources.said(register, "在册" if register.record else "没有记录"), register.as_of_on, None))  # fmt: skip
    if facts.found is not None:
        lines.append(Comparison("结算", "", "个人账户和发放记录", settlement.in_words(facts.found), facts.on, None))
    return lines


async def effect(ask: Deregistration, by: Effect) -> None:
    person = await person_change.person_of(by.subject, lock=True)
    facts = await gather(ask, by.subject, by.on)
    evidence = "own_word"
    if confirmed(ask, facts):
        evidence = "comparison"
    elif facts.verification:
        evidence = "judgment" if ask.cause == "declared_dead" else "field"
    settlement_id = await settlement.register(person.county_code, New(
        person_id=person.id, cause=ask.why, happened_on=ask.happened_on, evidence=evidence,
        evidence_note=facts.verification.found if facts.verification else "", case_id=by.case_id,
        payees=tuple(_payee(each) for each in ask.receivers), use_old_account=ask.pay_to == "old", claims_funeral=ask.funeral == "here",
    ), by.actor, by.at)  # fmt: skip
    await settlement.settle(person.county_code, settlement_id, by.actor, by.at)
    await _tell_designated(ask, facts, by)


async def _tell_designated(ask: Deregistration, facts: Facts, by: Effect) -> None:
    """Who was named by the dead learns of it now, if not from the money itself (规程第三十八条); never before it was confirmed."""
    paid = {each.id_number for each in ask.receivers}
    for each in facts.designated:
        if ask.why is Cause.DEATH and each.id_number not in paid:
            text = (
                f"{by.subject.name}生前指定您为养老保险的受益人，份额{each.share_percent}%。{by.subject.name}的养老保险已经注销结算，"
                "领取人里没有您。有不同意见的，请尽快联系社保经办机构。"
            )
            await messages.tell(
                county_code=by.subject.county_code, recipient_index=people_query.id_index_of(each.id_number), case_id=None,
                title="您是指定受益人", body=text, at=by.at,
            )  # fmt: skip


def _payee(row: Receiver) -> Payee:
    return Payee(
        name=row.name, id_type=row.id_type, id_number=row.id_number, relation=row.relation, share_percent=row.share_percent,
        guardian_name=row.guardian_name.strip(), guardian_number=row.guardian_number,
        holder_name=(row.guardian_name.strip() or row.name) if row.bank_account else "", bank=row.bank.strip(), account=row.bank_account,
    )  # fmt: skip


async def undo(_ask: Deregistration, by: Effect) -> None:
    """R-338, R-343."""
    person = await person_change.person_of(by.subject, lock=True)
    ended = await leaving.termination(person.county_code, person.id)
    if ended is None:
        raise Refused(Problem("not-terminated", "这次注销已经撤销过。"))
    await settlement_reversal.reverse(person.county_code, ended.id, by.case_id, by.actor, by.at)


async def prefill(subject: Subject) -> dict[str, Any]:
    """The designated beneficiaries come first (R-334)."""
    rows = await people_query.beneficiaries(subject.county_code, subject.person_id) if subject.person_id else []
    return {
        "receivers": [
            {"name": r.name, "id_type": r.id_type, "id_number": r.id_number, "relation": r.relation, "share_percent": r.share_percent}
            for r in rows
        ]
    }  # fmt: skip


def offers(for_another: bool) -> dict[str, tuple[tuple[str, str], ...]]:
    """The dead do not apply, and nobody gives up another's relation (规程第三十八条)."""
    causes = tuple(each for each in CAUSES if (CAUSE_OF[each[0]] is Cause.DEATH) is for_another)
    return {"cause": causes, "relation": tuple(each for each in RELATIONS if (each[0] != SELF) is for_another)}


ITEM = ServiceItem(
    code="deregistration",
    title="注销登记",
    summary="参保人去世、丧失国籍或者领了别的养老金，终止关系，领回账户里的钱",
    result="养老保险关系已经注销。结算多少、付到哪里，另有消息告诉您。",
    basis=("规程第三十七条", "规程第三十八条", BASIS),
    payload=Deregistration,
    pages=(
        Page("cause", "为什么注销", ("cause", "happened_on", "relation"), hint="不用交死亡证明和亲属关系证明"),
        Page("receivers", "谁来领", ("receivers",), hint="一个人代领，或者几个人分，份额加起来要正好是100%。不满18岁的由监护人代领"),
        Page("money", "怎样领", ("pay_to", "funeral", "phone")),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    commitment=COMMITMENT,
    assurance=3,
    for_another=True,
    offers=offers,
    prefill=prefill,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    undo=undo,
    documents=("receipt", "deregistration_form", "result"),
)
