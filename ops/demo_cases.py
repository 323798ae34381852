"""The cases of the demo county, brought about by the same functions that the sites call, on the days before today."""

from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct, structs

import db.seed
from db.seed.base import COUNTY
from db.stores import cases
from domain.actor import Actor, ActorKind, Channel, Scope
from domain.calendar import Calendar
from domain.case import clock, flow
from domain.case.flow import Receipt, Signature
from domain.case.item import ServiceItem, Subject
from domain.items import (
    basic_info_change,
    beneficiary_designation,
    enrollment,
    household_address_change,
    key_info_change,
)
from domain.local import profile
from web import filling, uploads
from web.storage import FolderStorage

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
PROFILE = "national"
ENROLLED_ELSEWHERE = "邓惊蛰"
NEW_NAMES = {"高秋分": "高秋芬"}  # as the police have them since


class Person(Protocol):
    """What is read from a line of people.json."""

    name: str
    id_type: str
    id_number: str
    phone: str
    region_code: str
    household_address: str

    @property
    def ethnic_group(self) -> str: ...


class Cast(Struct, frozen=True, kw_only=True):
    """Everybody by name."""

    staff: dict[str, Actor]
    residents: dict[str, Actor]
    subjects: dict[str, Subject]
    people: dict[str, Any]


async def fill(cast: Cast, files: Path, at: datetime) -> None:
    office = Office(cast, await _photo(files), await clock.load_calendar(), at)
    await office.decided()
    await office.late()
    await office.on_the_desks()
    await office.with_the_residents()
    await office.changes()


class Office:
    """Files and handles cases for the cast. Days are told as working days before today."""

    def __init__(self, cast: Cast, photo: dict[str, Any], calendar: Calendar, at: datetime) -> None:
        self.cast, self.photo, self.calendar, self.at = cast, photo, calendar, at

    # ------------------------------------------------------------------ the scenes

    async def decided(self) -> None:
        done = await self.enroll("阿依努尔·𠮷力", self.ago(12))
        await self.approve(done, "吴桐", self.ago(11, 15))
        await self.approve(done, "孙立", self.ago(10, 11))
        young = await self.enroll("陈芒种", self.ago(9))
        await self.approve(young, "赵敏", self.ago(8, 15))
        await flow.reject(
            COUNTY, young, self.cast.staff["钱芳"], await self.version(young), "NOT_ELIGIBLE_AGE",
            "到申请当天还没有满16周岁，满16周岁以后可以再来登记", self.ago(7, 16),
        )  # fmt: skip

    async def late(self) -> None:
        employed = await self.enroll("何夏至", self.ago(8))
        await self.approve(employed, "吴桐", self.ago(7, 10))
        reviewer = self.cast.staff["孙立"]
        await flow.take(COUNTY, employed, reviewer, await self.version(employed), self.ago(6))
        await self.enroll(ENROLLED_ELSEWHERE, self.ago(6))

    async def on_the_desks(self) -> None:
        await self.enroll("许大暑", self.received_for(self.working_day(0)))
        await self.enroll("赵立冬", self.received_for(self.working_day(1)))
        await self.enroll("林小满", self.at)
        for name, clerk in {"罗处暑": "赵敏", "谢春分": "赵敏", "唐立秋": "吴桐"}.items():
            await self.approve(await self.enroll(name, self.ago(1)), clerk, self.ago(1, 16))
        held = await self.enroll("曹雨水", self.ago(2))
        await self.approve(held, "吴桐", self.ago(1))
        await flow.hold(
            COUNTY, held, self.cast.staff["钱芳"], await self.version(held), self.at.date() + timedelta(days=4),
            "等公安户籍库下一批数据", self.at,
        )  # fmt: skip
        await self.at_the_counter("袁小寒", "赵敏", self.ago(2).date())

    async def with_the_residents(self) -> None:
        blurred = await self.enroll("冯䶮", self.ago(4))
        await flow.request_supplement(
            COUNTY, blurred, self.cast.staff["吴桐"], await self.version(blurred),
            ["户口簿本人页看不清，请重新拍一张", "请补上身份证背面的照片"], self.ago(3, 15),
        )  # fmt: skip
        answers = {**self.enrollment_answers("王小雪"), "phone": ""}
        await self.start(enrollment.ITEM, "王小雪", self.cast.residents["王小雪"], answers, self.ago(1, 20))
        assistant = self.assistant("孙清明", "4399010102", "东坪村")
        moved = {"address": "青禾县柳湾镇东坪村二组16号（新屋）"}
        draft = await self.start(basic_info_change.ITEM, "李谷雨", assistant, moved, self.ago(1, 9))
        phone = self.cast.people["李谷雨"].phone
        await flow.ask_resident(COUNTY, draft, assistant, await self.version(draft), self.ago(1, 9), phone)

    async def changes(self) -> None:
        heir = {"name": "高小满", "id_type": "resident_id_card", "id_number": "439901199205200335", "relation": "2",
                "share_percent": 100}  # fmt: skip
        await self.file(beneficiary_designation.ITEM, "高秋分", {"beneficiaries": [heir]}, self.ago(5))
        renamed = await self.file(
            key_info_change.ITEM, "高秋分", {"name": NEW_NAMES["高秋分"], "reason": "派出所已经更正姓名"}, self.ago(2)
        )
        await self.approve(renamed, "赵敏", self.ago(1, 14))
        moved = {"household_address": "青禾县柳湾镇柳湾社区二组33号", "region_code": f"{COUNTY}010102"}
        await self.file(household_address_change.ITEM, "刘㐂梅", moved, self.at)
        await self.file(basic_info_change.ITEM, "孙清明", {"address": "青禾县柳湾镇东坪村一组2号二楼"}, self.ago(3))

    # ------------------------------------------------------------------ what people do

    async def enroll(self, name: str, at: datetime) -> int:
        return await self.file(enrollment.ITEM, name, self.enrollment_answers(name), at)

    async def file(self, item: ServiceItem, name: str, answers: dict[str, Any], at: datetime) -> int:
        """The resident himself, on the portal."""
        actor = structs.replace(self.cast.residents[name], authenticated_at=at)
        case_id = await self.start(item, name, actor, answers, at)
        receipt: Receipt = await flow.submit(
            COUNTY, case_id, actor, await self.version(case_id), at, Signature("typed", name) if item.commitment else None
        )
        return receipt.case_id

    async def start(self, item: ServiceItem, name: str, actor: Actor, answers: dict[str, Any], at: datetime) -> int:
        case_id = await flow.start(item, self.cast.subjects[name], actor, PROFILE, at, answers)
        for material in item.materials:
            await flow.add_material(COUNTY, case_id, actor, material.code, self.photo, at)
        return case_id

    async def at_the_counter(self, name: str, clerk: str, received_on: date) -> None:
        actor = self.cast.staff[clerk]
        case_id = await self.start(enrollment.ITEM, name, actor, self.enrollment_answers(name), self.at)
        signed = await flow.keep_picture(COUNTY, actor, self.photo, self.at)
        await flow.submit(
            COUNTY, case_id, actor, await self.version(case_id), self.at, Signature("paper", name, signed), received_on,
            "村里收的纸质申请，今天才送到",
        )  # fmt: skip

    async def approve(self, case_id: int, colleague: str, at: datetime) -> None:
        actor = self.cast.staff[colleague]
        _, looked = await flow.look(COUNTY, case_id, actor, at)
        await flow.approve(COUNTY, case_id, actor, await self.version(case_id), looked.outcome, at)

    def assistant(self, name: str, village: str, village_name: str) -> Actor:
        return structs.replace(
            self.cast.residents[name], kind=ActorKind.ASSISTANT, scope=Scope(COUNTY, village),
            channel=Channel.VILLAGE_COUNTER, organisation=village_name,
        )  # fmt: skip

    def enrollment_answers(self, name: str) -> dict[str, Any]:
        person: Person = self.cast.people[name]
        return {
            "name": person.name, "id_type": person.id_type, "id_number": person.id_number, "phone": person.phone,
            "ethnic_group": person.ethnic_group, "household_type": "20", "region_code": person.region_code,
            "household_address": person.household_address, "address": person.household_address, "category": "011",
        }  # fmt: skip

    @staticmethod
    async def version(case_id: int) -> int:
        case = await cases.read(COUNTY, case_id)
        assert case is not None
        return case.version

    # ------------------------------------------------------------------ days

    def ago(self, working_days: int, hour: int = 10) -> datetime:
        """An hour of the day that lies so many working days before today; never later than now."""
        day = self.calendar.working_days_before(self.at.date(), working_days).on
        return min(datetime.combine(day, time(hour, 20), CHINA), self.at)

    def working_day(self, number: int) -> date:
        """0: today, or the next day people work; 1: the one after it."""
        first = self.calendar.working_day_from(self.at.date()).on
        return self.calendar.due_on(first, number).on

    def received_for(self, due_on: date) -> datetime:
        """The latest moment so far at which an enrollment had to come in to be due that day."""
        limit = profile(PROFILE).chains[enrollment.ITEM.code].limit_working_days
        day = self.at.date()
        while self.calendar.due_on(day, limit).on > due_on:
            day -= timedelta(days=1)
        return min(datetime.combine(day, time(9, 40), CHINA), self.at)


async def _photo(files: Path) -> dict[str, Any]:
    """One picture for every material: it says that it is a sample."""
    photo = Path(db.seed.__file__).with_name("sample_photo.jpg")
    return await filling.stored(FolderStorage(files), await uploads.read(photo.read_bytes(), "样例照片.jpg"))
