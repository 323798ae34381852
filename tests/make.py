"""The cast: the same people in every test, and the few ways of bringing them on stage.

李秀英 lives in 东坪村 and is not enrolled yet; 王大山 of the same village has been a participant for years; 周小满 is
fifteen; 陈春生 assists 东坪村; 赵敏 is the clerk of 柳湾镇; 孙立 and 钱芳 decide enrollments, 何静 and 郑涛 the changes;
冯远 heads the agency. All numbers carry the area code 439901, which does not exist.
"""

from datetime import date, datetime, timedelta, timezone
from itertools import count
from typing import Any

from msgspec import Struct

from db import engine
from db.queries import people as people_query
from db.stores import comparison, people
from domain import identity
from domain.actor import Actor, ActorKind, Channel, Post, Scope
from domain.case import flow
from domain.case.flow import Receipt, Signature
from domain.case.item import SOURCE_TITLES, ServiceItem, Source, Subject

COUNTY = 439901
CHINA = timezone(timedelta(hours=8))
FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)  # an ordinary working day; 3 working days end on 2026-11-25
VILLAGE = "4399010102"  # 东坪村
GROUP = "439901010201"
OTHER_GROUP = "439901020201"  # 枫岭村, in the other township

_numbers = count(1)
_staff_ids = count(1001)


class Person(Struct, frozen=True):
    """`account_id` is the resident's login account."""

    name: str
    id_number: str
    account_id: int
    phone: str = "13800000001"

    @property
    def index(self) -> bytes:
        return people_query.id_index_of(self.id_number)


def id_number(born: date, serial: int, area: str = "439901") -> str:
    """A number that is well formed and nobody's."""
    first = f"{area}{born:%Y%m%d}{serial:03d}"
    return first + identity.check_digit(first)


LI_XIUYING = Person("李秀英", id_number(date(1988, 3, 5), 122), 1)
WANG_DASHAN = Person("王大山", id_number(date(1975, 8, 20), 131), 2, "13800000002")
ZHOU_XIAOMAN = Person("周小满", id_number(date(2011, 2, 1), 144), 3, "13800000003")
CHEN_CHUNSHENG = Person("陈春生", id_number(date(1980, 1, 15), 151), 4, "13800000004")


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=CHINA)


def resident(person: Person = LI_XIUYING, *, assurance: int = 3, when: datetime = FRIDAY) -> Actor:
    return Actor(
        kind=ActorKind.RESIDENT, id=person.account_id, name=person.name, scope=Scope(COUNTY, f"{COUNTY}"),
        channel=Channel.PORTAL, id_index=person.index, assurance=assurance, authenticated_at=when,
    )  # fmt: skip


def assistant(person: Person = CHEN_CHUNSHENG, village: str = VILLAGE) -> Actor:
    return Actor(
        kind=ActorKind.ASSISTANT, id=person.account_id, name=person.name, scope=Scope(COUNTY, village),
        channel=Channel.VILLAGE_COUNTER, organisation="东坪村", id_index=person.index, assurance=3,
    )  # fmt: skip


def staff(name: str, *posts: Post, region: str = f"{COUNTY}", staff_id: int | None = None, **more: Any) -> Actor:
    return Actor(
        kind=ActorKind.STAFF, id=staff_id or next(_staff_ids), name=name, scope=Scope(COUNTY, region),
        channel=Channel.TOWNSHIP_COUNTER if len(region) == 8 else Channel.COUNTY_COUNTER,
        organisation="柳湾镇" if len(region) == 8 else "青禾县社保中心", posts=frozenset(posts), **more,
    )  # fmt: skip


ZHAO_MIN = staff("赵敏", Post.TOWNSHIP_CLERK, region="43990101", staff_id=101)
SHI_QIAO_CLERK = staff("吴桐", Post.TOWNSHIP_CLERK, region="43990102", staff_id=102)
SUN_LI = staff("孙立", Post.COUNTY_ENROLLMENT, staff_id=103)
QIAN_FANG = staff("钱芳", Post.COUNTY_ENROLLMENT, staff_id=104)
HE_JING = staff("何静", Post.COUNTY_ACCOUNT, staff_id=105)
ZHENG_TAO = staff("郑涛", Post.COUNTY_ACCOUNT, staff_id=106)
FENG_YUAN = staff("冯远", Post.COUNTY_HEAD, staff_id=107)
WORKER = Actor(kind=ActorKind.SYSTEM, id=0, name="系统", scope=Scope(COUNTY, f"{COUNTY}"), channel=Channel.DATA_DRIVEN)


ENROLLMENT = {
    "ethnic_group": "01", "household_type": "20", "household_address": "青禾县柳湾镇东坪村一组8号", "region_code": GROUP,
    "phone": "13800000001", "address": "东坪村一组8号", "category": "011",
}  # fmt: skip


async def sources(*, when: datetime = FRIDAY, **records: dict[Person, dict[str, str]]) -> None:
    """Imports a snapshot of every source; `household_register={LI_XIUYING: {...}}` and so on, the others are empty."""
    for source in SOURCE_TITLES:
        rows = [(person.id_number, person.name, facts) for person, facts in records.get(source.value, {}).items()]
        await comparison.import_snapshot(
            county_code=COUNTY, source=source, batch_no=f"{source}-{next(_numbers)}", as_of_on=when.date(),
            purpose="参保资格比对", rows=rows, imported_at=when, imported_by="测试",
        )  # fmt: skip


def household(person: Person, region: str = GROUP) -> dict[Person, dict[str, str]]:
    born = identity.birth_of(identity.IdType.RESIDENT_ID_CARD, person.id_number)
    return {person: {"region_code": region, "address": "青禾县柳湾镇东坪村一组8号", "born_on": f"{born}"}}


async def source_down(source: Source, when: datetime = FRIDAY) -> None:
    await comparison.set_available(COUNTY, source, available=False, note="线路故障", at=when)


async def participant(person: Person = WANG_DASHAN, region: str = GROUP, when: datetime = FRIDAY) -> int:
    """Somebody enrolled years ago; returns the person id."""
    born = identity.birth_of(identity.IdType.RESIDENT_ID_CARD, person.id_number)
    sex = identity.sex_of(identity.IdType.RESIDENT_ID_CARD, person.id_number)
    assert born is not None
    assert sex is not None
    async with engine.transaction():
        person_id = await people.create(
            county_code=COUNTY, name=person.name, id_type="resident_id_card", id_number=person.id_number, sex=sex,
            ethnic_group="01", born_on=born, phone=person.phone, address="东坪村一组8号", postcode="421001",
            household_type="20", household_address="青禾县柳湾镇东坪村一组8号", region_code=region, case_id=None,
            at=when - timedelta(days=3000),
        )  # fmt: skip
        await people.enroll(COUNTY, person_id, first_enrolled_on=date(2015, 1, 1), tier_fen=30000, categories=["011"],
                            contributing=True, case_id=None)  # fmt: skip
        await people.open_account(COUNTY, person_id, date(2015, 1, 1), None)
    return person_id


async def subject(person: Person) -> Subject:
    found = await people.find(person.index)
    return Subject(county_code=COUNTY, name=person.name, id_index=person.index, person_id=found[1] if found else None)


def picture(name: str = "photo.jpg") -> dict[str, Any]:
    """What web hands over for an uploaded photo; the bytes themselves play no part in the domain."""
    return {"storage_key": f"key-{next(_numbers)}", "thumbnail_key": None, "media_type": "image/jpeg",
            "byte_count": 1000, "page_count": 1, "filename": name}  # fmt: skip


async def draft(
    item: ServiceItem, answers: dict[str, Any], actor: Actor, person: Person, *, when: datetime = FRIDAY,
    profile: str = "national", with_materials: bool = True,
) -> int:  # fmt: skip
    """A form filled in to the end, ready to be handed in."""
    case_id = await flow.start(item, await subject(person), actor, profile, when, answers)
    if with_materials:
        for material in item.materials:
            await flow.add_material(COUNTY, case_id, actor, material.code, picture(), when)
    return case_id


async def handed_in(
    item: ServiceItem, answers: dict[str, Any], person: Person = LI_XIUYING, *, actor: Actor | None = None,
    when: datetime = FRIDAY, profile: str = "national", **more: Any,
) -> Receipt:  # fmt: skip
    """The whole way of a resident (or a clerk at the counter) to the receipt."""
    actor = actor or resident(person, when=when)
    case_id = await draft(item, answers, actor, person, when=when, profile=profile)
    signature = None
    if item.commitment:
        signed_on_paper = actor.kind is not ActorKind.RESIDENT
        picture_id = await flow.keep_picture(COUNTY, actor, picture("signature.png"), when) if signed_on_paper else None
        signature = Signature("paper" if signed_on_paper else "typed", person.name, picture_id)
    return await flow.submit(COUNTY, case_id, actor, await version(case_id), when, signature, **more)


async def enrollment_of(person: Person, **more: Any) -> Receipt:
    from domain.items import enrollment  # noqa: PLC0415 - the cast is imported by tests that need no item

    answers = {**ENROLLMENT, "name": person.name, "id_number": person.id_number, **more.pop("answers", {})}
    return await handed_in(enrollment.ITEM, answers, person, **more)


async def version(case_id: int) -> int:
    value: int = await engine.fetchval(
        "select version from service_case where county_code = $1 and id = $2", COUNTY, case_id
    )
    return value


async def outcome(case_id: int, actor: Actor, when: datetime = FRIDAY) -> str:
    """The fingerprint a reviewer gets with the page."""
    _, looked = await flow.look(COUNTY, case_id, actor, when)
    return looked.outcome


async def approve(case_id: int, actor: Actor, when: datetime = FRIDAY, **more: Any) -> str:
    return await flow.approve(
        COUNTY, case_id, actor, await version(case_id), await outcome(case_id, actor, when), when, **more
    )


async def column(case_id: int, name: str) -> Any:
    return await engine.fetchval(f"select {name} from service_case where county_code = $1 and id = $2", COUNTY, case_id)
