"""参保登记 (规程第七条、第八条; P-01).

Read top to bottom: what is asked, what we look up, what we find, what it does.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta, Struct, structs

from db.queries import people as people_query
from db.stores import messages, people
from domain import identity
from domain.actor import ActorKind
from domain.case import fields, person_change, sources
from domain.case.item import (
    SOURCE_TITLES,
    Answer,
    CommitmentText,
    Comparison,
    Effect,
    Material,
    Page,
    ServiceItem,
    Source,
    Subject,
)
from domain.codes import PARTICIPANT_CATEGORIES
from domain.errors import Finding, Weight

AGE_MIN = 16  # 国发〔2014〕8号 三
PENSION_AGE = 60  # 国发〔2014〕8号 七

TERMINATED = 4  # AAC008 终止参保


class Enrollment(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    name: fields.Name
    id_type: fields.IdType = identity.IdType.RESIDENT_ID_CARD
    id_number: fields.IdNumber
    sex: fields.Sex | None = None
    born_on: fields.BornOn | None = None
    ethnic_group: fields.EthnicGroup
    household_type: fields.HouseholdType
    household_address: fields.HouseholdAddress
    region_code: fields.Region
    phone: fields.Phone
    address: fields.Address = ""
    postcode: fields.Postcode | None = None
    category: Annotated[str, Meta(title="个人身份", description="没有特殊情况就选“普通参保人员”。不用交证明，我们会向有关部门核对",
                                  extra={"widget": "select", "choices": PARTICIPANT_CATEGORIES})] = "011"  # fmt: skip
    in_school: Annotated[bool, Meta(title="我现在是在校学生", extra={"widget": "checkbox"})] = False
    public_employee: Annotated[bool, Meta(title="我是机关或事业单位的工作人员", extra={"widget": "checkbox"})] = False
    tier_fen: Annotated[int, Meta(title="打算选的缴费档次", description="每年可以重新选，现在不选也可以", ge=0,
                                  extra={"widget": "tier"})] | None = None  # fmt: skip
    beneficiaries: fields.Beneficiaries = []

    def __post_init__(self) -> None:
        fields.tidy_identity(self)
        fields.shares_add_up(self.beneficiaries)

    @property
    def birth(self) -> date | None:
        return fields.born_on_of(self.id_type, self.id_number, self.born_on)


class Known(Struct, frozen=True):
    """The participation this ID number already has, wherever it is."""

    county_code: int
    person_id: int
    participation_status: int | None


class Facts(Struct, frozen=True, kw_only=True):
    on: date
    county_code: int
    answers: tuple[Answer, ...]
    known: Known | None
    number_is_the_subjects: bool


ASKED = (Source.HOUSEHOLD_REGISTER, Source.NATIONAL_REGISTRY, Source.EMPLOYEE_SCHEME, Source.DEATHS)


async def prefill(subject: Subject) -> dict[str, Any]:
    return {"name": subject.name, "ethnic_group": "01", "id_type": identity.IdType.RESIDENT_ID_CARD}


async def gather(ask: Enrollment, subject: Subject, on: date) -> Facts:
    found = await people.find(subject.id_index)
    person = await people.read(*found) if found else None
    return Facts(
        on=on,
        county_code=subject.county_code,
        answers=await sources.ask(subject.county_code, subject.id_index, ASKED),
        known=Known(person.county_code, person.id, person.participation_status) if person else None,
        number_is_the_subjects=people_query.id_index_of(ask.id_number) == subject.id_index,
    )


def examine(ask: Enrollment, facts: Facts) -> list[Finding]:
    return [
        *_person(ask, facts),
        *_already_insured(facts),
        *_household(ask, facts),
        *sources.deceased(facts.answers),
        *sources.unavailable(facts.answers),
    ]


def _person(ask: Enrollment, facts: Facts) -> list[Finding]:
    found = []
    if not facts.number_is_the_subjects:
        found.append(Finding("identity-mismatch", "填写的证件号码和申请人登记的号码不一致。", basis="规程第八条"))
    birth = ask.birth
    if birth is None or not (ask.sex or identity.sex_of(ask.id_type, ask.id_number)):
        found.append(Finding("identity-incomplete", "这种证件看不出性别和出生日期，请填写。", basis="规程第六十七条"))
    elif identity.age_on(birth, facts.on) < AGE_MIN:
        found.append(Finding("too-young", "还没有满16周岁。", basis="国发〔2014〕8号 三"))
    elif identity.age_on(birth, facts.on) >= PENSION_AGE:
        found.append(
            Finding(
                "pension-age",
                "已满60周岁：登记后请接着核对能否直接领取。",
                basis="国发〔2014〕8号 七",
                weight=Weight.NOTE,
            )
        )
    if ask.in_school:
        found.append(Finding("student", "申请人说明自己是在校学生。", basis="国发〔2014〕8号 三"))
    if ask.public_employee:
        found.append(Finding("public-employee", "申请人说明自己是机关事业单位工作人员。", basis="国发〔2014〕8号 三"))
    return found


def _already_insured(facts: Facts) -> list[Finding]:
    """Registered here (R-040), registered elsewhere, in the employee scheme (R-033) or drawing a pension (R-034)."""
    found = []
    if facts.known and facts.known.participation_status != TERMINATED:
        where = "本县" if facts.known.county_code == facts.county_code else "外县"
        found.append(Finding("already-enrolled", f"已经在{where}参加城乡居民养老保险。", basis="规程第十二条"))
    national = sources.answer_of(facts.answers, Source.NATIONAL_REGISTRY).record or {}
    elsewhere = national.get("county_code")
    if national.get("scheme") == "resident" and elsewhere not in (None, f"{facts.county_code:06d}"):
        place = national.get("place", "外地")
        found.append(
            Finding("enrolled-elsewhere", f"全民参保库显示在{place}参保，可以办理关系转移。", basis="规程第十二条")
        )
    employee = sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME).record or {}
    if employee.get("status") == "insured":
        found.append(Finding("in-employee-scheme", "正在参加职工基本养老保险。", basis="国发〔2014〕8号 三"))
    if employee.get("status") == "receiving":
        found.append(Finding("receiving-other-pension", "已经在领取职工养老金。", basis="规程第三十七条"))
    return found


def _household(ask: Enrollment, facts: Facts) -> list[Finding]:
    """户籍地参保 (R-035), by comparison: the register answers, nobody brings a certificate."""
    answer = sources.answer_of(facts.answers, Source.HOUSEHOLD_REGISTER)
    if not answer.available:
        return []
    if answer.record is None:
        return [
            Finding(
                "not-in-register",
                "公安户籍库里没有查到这个人，请核对户口簿照片。",
                basis="规程第八条",
                weight=Weight.NOTE,
            )
        ]
    found = sources.name_in_household_register(ask.name, facts.answers)
    region = answer.record.get("region_code", "")
    if region and not region.startswith(f"{facts.county_code:06d}"):
        found.append(Finding("not-local-household", "户籍不在本县，应当在户籍所在地参保。", basis="国发〔2014〕8号 三"))
    elif region and region[:10] != ask.region_code[:10]:
        told = answer.record.get("address", region)
        found.append(
            Finding(
                "other-village", f"户籍库登记的地址是{told}，和所选的村不同。", basis="规程第八条", weight=Weight.NOTE
            )
        )
    return found


def compare(ask: Enrollment, facts: Facts) -> list[Comparison]:
    return [
        *sources.identity_lines(ask.name, ask.birth, ask.household_address, facts.answers),
        *(
            sources.absence_line(SOURCE_TITLES[s], s, facts.answers)
            for s in ASKED
            if s is not Source.HOUSEHOLD_REGISTER
        ),
    ]


async def effect(ask: Enrollment, by: Effect) -> None:
    """Person, participation, individual account at zero, registration sent on to the tax bureau (R-046, R-047).

    A participant who left and qualifies again keeps person and account (R-054); one who left another agency begins
    here anew, and is at home here from now on."""
    county = by.subject.county_code
    home, person_id = await people.find(by.subject.id_index) or (None, None)
    if person_id is None or home != county:
        person_id = await _create(ask, by, left=home)
    else:
        await _update(ask, structs.replace(by, subject=structs.replace(by.subject, person_id=person_id)))
    birth = ask.birth
    assert birth is not None
    await people.enroll(
        county, person_id, first_enrolled_on=by.on.replace(day=1), tier_fen=ask.tier_fen, categories=[ask.category],
        contributing=identity.age_on(birth, by.on) < PENSION_AGE, case_id=by.case_id,
    )  # fmt: skip
    await people.open_account(county, person_id, by.on, by.case_id)
    rows = [(b.name, b.id_type, b.id_number, b.relation, b.share_percent) for b in ask.beneficiaries]
    if rows:
        await people.designate(county, person_id, rows, case_id=by.case_id, on=by.on)
    await messages.queue_exchange(county, "tax", "registration", {
        "action": "enroll", "person_id": person_id, "name": ask.name, "id_type": ask.id_type, "id_number": ask.id_number,
        "region_code": ask.region_code, "enrolled_on": by.on.isoformat(),
    }, by.case_id, by.at)  # fmt: skip


async def _update(ask: Enrollment, by: Effect) -> None:
    before = await person_change.apply({
        "name": ask.name, "ethnic_group": ask.ethnic_group, "household_type": ask.household_type,
        "household_address": ask.household_address, "region_code": ask.region_code, "address": ask.address,
    }, by)  # fmt: skip
    if ask.phone != before.phone:
        await person_change.set_phone(before, ask.phone, by)


async def _create(ask: Enrollment, by: Effect, left: int | None) -> int:
    sex = identity.sex_of(ask.id_type, ask.id_number) or ask.sex
    assert sex is not None and ask.birth is not None, "examine has barred this"
    return await people.create(
        county_code=by.subject.county_code,
        name=ask.name,
        id_type=ask.id_type,
        id_number=ask.id_number,
        sex=sex,
        ethnic_group=ask.ethnic_group,
        born_on=ask.birth,
        phone=ask.phone,
        address=ask.address,
        postcode=ask.postcode or "",
        household_type=ask.household_type,
        household_address=ask.household_address,
        region_code=ask.region_code,
        case_id=by.case_id,
        at=by.at,
        left=left,
    )


async def undo(_ask: Enrollment, by: Effect) -> None:
    """A registration approved wrongly is ended; with money in the account only 注销登记 can do that."""
    found = await people.find(by.subject.id_index)
    if found is None or not await people.account_is_empty(*found):
        raise sources.cannot_undo("账户里已经有钱，请改办注销登记。")
    await people.terminate(found[0], found[1], by.case_id)
    await people.cancel_account(*found)
    await messages.queue_exchange(
        found[0], "tax", "registration", {"action": "cancel", "person_id": found[1]}, by.case_id, by.at
    )


COMMITMENT = CommitmentText(
    code="enrollment",
    version="2026-1",
    title="参保登记承诺书",
    text=(
        "依据人社部发〔2019〕84号第六条、第七条，办理参保登记不用交单位证明、非在校证明、未参保证明。\n"
        "我承诺：\n"
        "一、我不是在校学生，不是机关事业单位工作人员，没有参加职工基本养老保险，也没有领取其他基本养老保险待遇；\n"
        "二、我填写的内容和上传的证件都是真实的。\n"
        "社保经办机构可以向公安、税务等部门核对。如果承诺不实，登记会被撤销，多得的钱要退回，"
        "以后也可能不能再用承诺的方式办理。"
    ),
    not_demanded=("单位未参保证明", "非在校学生证明", "无业证明"),
)

ITEM = ServiceItem(
    code="enrollment",
    title="参保登记",
    summary="第一次参加城乡居民养老保险，在这里登记",
    result="您已经成为参保人员，个人账户已经建立，可以选择档次缴费。",
    basis=("规程第七条", "规程第八条", "规程第十六条"),
    payload=Enrollment,
    pages=(
        Page(
            "identity",
            "您的身份",
            ("name", "id_type", "id_number", "sex", "born_on", "ethnic_group"),
            hint="用身份证登记的，性别和出生日期不用填",
        ),
        Page("household", "户口和住址", ("household_type", "household_address", "region_code", "address", "postcode")),
        Page("contact", "联系方式", ("phone",)),
        Page("situation", "您的情况", ("category", "in_school", "public_employee", "tier_fen")),
        Page(
            "beneficiaries",
            "指定受益人（可以不填）",
            ("beneficiaries",),
            hint="您身故后，账户里剩下的钱由谁领取。可以以后再指定",
        ),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    materials=(
        Material("id_document", "有效身份证件", "规程第七条", hint="身份证正反两面，各拍一张"),
        Material("household_front", "户口簿首页", "规程第七条"),
        Material("household_own", "户口簿本人页", "规程第七条"),
    ),
    commitment=COMMITMENT,
    assurance=3,
    for_enrolled=False,
    prefill=prefill,
    region_of=lambda ask: ask.region_code,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    undo=undo,
    documents=("receipt", "registration_form", "result"),
)
