"""关系转入 (规程第四十一条、第四十二条; P-29, P-30): somebody moved here and brings his relation along.

Approval sends the letter to the county that was left; what follows (form, money, booking) is domain/transfers.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import portal
from db.queries import transfers as queries
from db.stores import people
from domain import identity
from domain.actor import ActorKind
from domain.case import fields, sources
from domain.case.item import SOURCE_TITLES, Answer, Comparison, Effect, Material, Page, ServiceItem, Source, Subject
from domain.errors import Finding, Weight
from domain.rules import transfer as rule
from domain.rules.transfer import Scope
from domain.transfers import arrival

ASKED = (Source.HOUSEHOLD_REGISTER, Source.NATIONAL_REGISTRY, Source.EMPLOYEE_SCHEME, Source.DEATHS)
TERMINATED = 4


class TransferIn(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    name: fields.Name
    id_number: fields.IdNumber
    ethnic_group: fields.EthnicGroup
    from_place: Annotated[str, Meta(title="原来在哪里参保", description="写到县，例如“湖南省青禾县”", min_length=2, max_length=60,
                                    extra={"widget": "text"})]  # fmt: skip
    from_county_code: Annotated[str, Meta(title="原参保地区划代码", description="6位数字，不知道可以不填，我们来查",
                                          pattern=r"^\d{6}$", extra={"widget": "digits"})] | None = None  # fmt: skip
    moved_on: Annotated[date, Meta(title="户口迁来的日期", description="户口簿上的迁入日期", extra={"widget": "date"})]
    household_type: fields.HouseholdType
    household_address: fields.HouseholdAddress
    region_code: fields.Region
    phone: fields.Phone
    address: fields.Address = ""

    @property
    def id_type(self) -> identity.IdType:
        """The 规程 asks for an ID card (第四十一条)."""
        return identity.IdType.RESIDENT_ID_CARD

    def __post_init__(self) -> None:
        fields.tidy_identity(self)


class Facts(Struct, frozen=True, kw_only=True):
    """`out_county`: as the national registry says, else as it was typed in; None: nobody knows."""

    county_code: int
    on: date
    answers: tuple[Answer, ...]
    out_county: int | None
    enrolled_here: bool
    under_way: bool


async def gather(ask: TransferIn, subject: Subject, on: date) -> Facts:
    answers = await sources.ask(subject.county_code, subject.id_index, ASKED)
    home, person_id = await people.find(subject.id_index) or (None, None)
    person = await people.read(home, person_id) if home == subject.county_code and person_id else None
    return Facts(
        county_code=subject.county_code, on=on, answers=answers, out_county=_out_county(ask, answers),
        enrolled_here=person is not None and person.participation_status != TERMINATED,
        under_way=await queries.is_open(subject.county_code, subject.id_index, None),
    )  # fmt: skip


def _out_county(ask: TransferIn, answers: tuple[Answer, ...]) -> int | None:
    known = (sources.answer_of(answers, Source.NATIONAL_REGISTRY).record or {}).get("county_code") or ask.from_county_code
    return int(known) if known else None


def examine(ask: TransferIn, facts: Facts) -> list[Finding]:
    found = []
    national = sources.answer_of(facts.answers, Source.NATIONAL_REGISTRY).record or {}
    if facts.out_county is None:
        text = "全民参保库里没有查到在哪里参保，请工作人员问清楚以后填写原参保地的区划代码。"
        found.append(Finding("unknown-county", text, basis="规程第四十二条"))
    elif rule.scope_of(facts.county_code, facts.out_county) is Scope.SAME_COUNTY:
        text = "户口在本县里迁移的，关系不用转，请办理“县内户籍地址变更”。"
        found.append(Finding("same-county", text, basis="规程第四十条"))
    elif ask.from_county_code and int(ask.from_county_code) != facts.out_county:
        text = f"填写的原参保地代码是{ask.from_county_code}，全民参保库是{facts.out_county:06d}，接收函发给后者。"
        found.append(Finding("other-county-known", text, basis="规程第四十二条", weight=Weight.NOTE))
    if facts.enrolled_here and facts.out_county == facts.county_code:
        pass
    elif national.get("status") == "receiving":
        text = "已经在原参保地领取养老金，关系不转，继续在原参保地领取。"
        found.append(Finding("receiving", text, basis="规程第四十条"))
    if facts.under_way:
        found.append(Finding("under-way", "这个人的转入正在办理，接收函已经发出。", basis="规程第四十三条"))
    if (sources.answer_of(facts.answers, Source.EMPLOYEE_SCHEME).record or {}).get("status") == "insured":
        text = "正在参加职工养老保险，请先弄清楚再办。"
        found.append(Finding("in-employee-scheme", text, basis="国发〔2014〕8号 三"))
    found += [*_household(ask, facts), *sources.deceased(facts.answers), *sources.unavailable(facts.answers)]
    return found


def _household(ask: TransferIn, facts: Facts) -> list[Finding]:
    answer = sources.answer_of(facts.answers, Source.HOUSEHOLD_REGISTER)
    region = (answer.record or {}).get("region_code", "")
    found = sources.name_in_household_register(ask.name, facts.answers)
    if answer.available and answer.record is None:
        text = "公安户籍库里没有查到这个人，请核对户口簿。"
        found.append(Finding("not-in-register", text, basis="规程第四十二条", weight=Weight.NOTE))
    elif region and not region.startswith(f"{facts.county_code:06d}"):
        found.append(Finding("not-local-household", "公安户籍库显示户口还没有迁到本县。", basis="规程第四十一条"))
    return found


def compare(ask: TransferIn, facts: Facts) -> list[Comparison]:
    birth = identity.birth_of(ask.id_type, ask.id_number)
    national = sources.answer_of(facts.answers, Source.NATIONAL_REGISTRY)
    place = (national.record or {}).get("place") or (national.record or {}).get("county_code")
    return [
        *sources.identity_lines(ask.name, birth, ask.household_address, facts.answers),
        Comparison("原参保地", ask.from_place, SOURCE_TITLES[Source.NATIONAL_REGISTRY], sources.said(national, place),
                   national.as_of_on, None),
        sources.absence_line(SOURCE_TITLES[Source.EMPLOYEE_SCHEME], Source.EMPLOYEE_SCHEME, facts.answers),
    ]  # fmt: skip


async def effect(ask: TransferIn, by: Effect) -> None:
    """Sends the letter (规程第四十三条)."""
    county = by.subject.county_code
    out_county = _out_county(ask, await sources.ask(county, by.subject.id_index, ASKED))
    assert out_county is not None, "examine has barred this"
    answers = {
        "name": ask.name, "id_number": ask.id_number, "household_address": ask.household_address, "region_code": ask.region_code,
        "moved_on": ask.moved_on.isoformat(), "from_place": await _place(out_county) or ask.from_place,
    }  # fmt: skip
    await arrival.ask(county, answers, out_county, by.subject.id_index, by.case_id, by.actor, by.at)


async def _place(county_code: int) -> str | None:
    """The agency's own name, where it is one of this installation."""
    if county_code not in await queries.county_codes():
        return None
    found = await portal.county(county_code)
    return found.agency_name if found else None


ITEM = ServiceItem(
    code="transfer_in",
    title="养老保险关系转入",
    summary="户口从外县、外省迁到本县，把以前的缴费年限和账户转过来",
    result="接收函已经发给您原来的参保地。缴费年限和账户转到以后会马上告诉您，办到哪一步随时可以查，不用来回跑。",
    basis=("规程第四十一条", "规程第四十二条", "规程第四十三条"),
    payload=TransferIn,
    pages=(
        Page("identity", "您的身份", ("name", "id_number", "ethnic_group")),
        Page("before", "原来在哪里参保", ("from_place", "from_county_code")),
        Page("household", "现在的户口", ("moved_on", "household_type", "household_address", "region_code", "address")),
        Page("contact", "联系方式", ("phone",)),
    ),
    applicants=frozenset({ActorKind.RESIDENT, ActorKind.ASSISTANT, ActorKind.STAFF}),
    materials=(Material("id_document", "居民身份证", "规程第四十一条", hint="正反两面，各拍一张"),),
    assurance=3,
    for_enrolled=False,
    region_of=lambda ask: ask.region_code,
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
