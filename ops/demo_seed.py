"""The demo county at work: staff, residents, sources, and cases in every state. Everybody in it is invented."""

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pyotp
from msgspec import Struct

import db.seed
from db import engine
from db.queries import installation
from db.queries import people as people_query
from db.seed.base import COUNTY, seed_base
from db.stores import comparison
from db.stores import people as people_store
from db.stores.security import accounts
from db.stores.security.staff import NewUser
from domain import access, identity
from domain.actor import POST_TITLES, Actor, ActorKind, Channel, Post, Scope
from domain.agency import worker
from domain.case.item import SOURCE_TITLES, Source, Subject
from ops import demo_accounts, demo_benefits, demo_cases, demo_delegated, demo_desks, demo_leaving
from web import passwords
from web import settings as web_settings

PASSWORD = "Qinghe-2026"  # noqa: S105 - of people who do not exist, in a database that says demo
TOTP_SECRET = "QINGHE2DEMO3RESIDENT4PENSION5SEE"  # noqa: S105 - same; one for all, so that one entry in an app will do
OFFICE = "青禾县城乡居民社会养老保险中心"
SINCE = timedelta(days=120)  # how long ago the office began to work
DATA_AGE = timedelta(days=20)


class Colleague(Struct, frozen=True):
    name: str
    login_name: str
    post: Post
    region_code: str = f"{COUNTY}"
    organisation: str = OFFICE


STAFF = (
    Colleague("郭安", "439901001", Post.COUNTY_ADMIN),
    Colleague("冯远", "439901002", Post.COUNTY_HEAD),
    Colleague("孙立", "439901003", Post.COUNTY_ENROLLMENT),
    Colleague("钱芳", "439901004", Post.COUNTY_ENROLLMENT),
    Colleague("何静", "439901005", Post.COUNTY_ACCOUNT),
    Colleague("郑涛", "439901006", Post.COUNTY_ACCOUNT),
    Colleague("沈岚", "439901007", Post.COUNTY_AUDITOR),
    Colleague("赵敏", "439901008", Post.TOWNSHIP_CLERK, f"{COUNTY}01", "柳湾镇社会保障事务所"),
    Colleague("吴桐", "439901009", Post.TOWNSHIP_CLERK, f"{COUNTY}02", "石桥乡社会保障事务所"),
    Colleague("周会", "439901010", Post.COUNTY_COLLECTION),
    Colleague("吴梅", "439901011", Post.COUNTY_COLLECTION),
    Colleague("卫东", "439901012", Post.CASHIER),
    Colleague("路平", "439901013", Post.ACCOUNTANT),
    Colleague("严明", "439901014", Post.FINANCE_SUPERVISOR),
    Colleague("林静", "439901015", Post.COUNTY_BENEFIT),
    Colleague("夏雨", "439901016", Post.COUNTY_BENEFIT),
    Colleague("方洁", "439901017", Post.DELEGATED_PAY_OFFICER),
    Colleague("白云", "439901018", Post.DELEGATED_PAY_OFFICER),
)


class Resident(Struct, frozen=True):
    """One line of people.json (who can log in at the sandbox provider) or applicants.json (who only fill the desks)."""

    sub: str
    name: str
    id_type: str
    id_number: str
    phone: str
    region_code: str
    household_address: str
    note: str
    status: str | None = None
    first_enrolled_on: date | None = None
    assistant_of: str | None = None
    employee_scheme: str | None = None
    deceased_on: date | None = None
    category: str = "011"

    @property
    def index(self) -> bytes:
        return people_query.id_index_of(self.id_number)

    @property
    def ethnic_group(self) -> str:
        return "05" if "·" in self.name else "01"


def residents(name: str = "people.json") -> list[Resident]:
    return msgspec.json.decode((Path(db.seed.__file__).parent / name).read_bytes(), type=list[Resident])


def people() -> str:
    """Who there is and how to come in, for the terminal."""
    staff = [f"    {c.login_name}  {c.name}  {POST_TITLES[c.post]}  {c.organisation}" for c in STAFF]
    cast = [f"    {r.name}  {r.id_number}  {r.note}" for r in residents()]
    return "\n".join([
        "  后台人员（back office）：密码都是 " + PASSWORD + "，动态口令密钥都是 " + TOTP_SECRET,
        "  没有口令器时运行 ./pension demo-code 看现在的动态口令",
        *staff,
        "",
        "  居民（portal，登录时在身份认证页面选人）：",
        *cast,
    ])  # fmt: skip


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    code = commands.add_parser("demo-code", help="the present one-time code of the demo's staff")
    code.set_defaults(run=lambda _: print(pyotp.TOTP(TOTP_SECRET).now()))


async def seed(at: datetime) -> None:
    """Fills an empty database. RuntimeError in production."""
    if await installation.mode() == "production":
        raise RuntimeError("demo people have no place in a production database")
    settings = web_settings.read()
    await seed_base(at)
    since = at - SINCE
    everybody = residents() + residents("applicants.json")
    for resident in everybody:
        if resident.status:
            await _participant(resident)
    await _snapshots(everybody, since, (at - DATA_AGE).date())
    for resident in everybody:
        if resident.assistant_of:
            await access.appoint_assistant(
                COUNTY, resident.id_number, resident.name, resident.assistant_of, since.date(), worker(COUNTY), since
            )
    cast = demo_cases.Cast(
        staff={colleague.name: await _colleague(colleague, since) for colleague in STAFF},
        residents={r.name: await _acting(r, settings.issuer, since) for r in everybody},
        subjects={r.name: await _subject(r) for r in everybody},
        people={r.name: r for r in everybody},
    )
    paying = [(r.name, r.id_number) for r in everybody if r.status == "contributing"]
    enrolled = {r.id_number: r.first_enrolled_on for r in everybody if r.status == "contributing" and r.first_enrolled_on}
    await demo_accounts.fill(COUNTY, paying, enrolled, cast.staff)
    await demo_desks.fill(COUNTY, {r.name: r.id_number for r in everybody}, cast.staff, at)
    await demo_benefits.fill(COUNTY, cast.staff, at)
    await demo_delegated.fill(COUNTY, cast.staff, at)
    dead = next(each for each in demo_benefits.PENSIONERS if each.name == demo_leaving.LATELY_DIED)
    son = cast.people[demo_leaving.SON]
    paid_too_much = cast.people["郑霜降"].id_number
    await demo_leaving.owes(COUNTY, paid_too_much, cast.staff[demo_benefits.DETERMINER], cast.staff["沈岚"], at)
    await demo_leaving.applied(COUNTY, dead.number, cast.residents[son.name], son.phone, demo_cases.PROFILE, at)
    await demo_cases.fill(cast, settings.files, at)


async def _colleague(colleague: Colleague, since: datetime) -> Actor:
    user = NewUser(
        county_code=COUNTY, name=colleague.name, region_code=colleague.region_code, organisation=colleague.organisation,
        password_hash=await passwords.hashed(PASSWORD), totp_secret=TOTP_SECRET, must_change=False,
        login_name=colleague.login_name,
    )  # fmt: skip
    staff_id, _ = await access.add_user(user, (colleague.post,), worker(COUNTY), since)
    in_township = len(colleague.region_code) == 8
    return Actor(
        kind=ActorKind.STAFF, id=staff_id, name=colleague.name, scope=Scope(COUNTY, colleague.region_code),
        channel=Channel.TOWNSHIP_COUNTER if in_township else Channel.COUNTY_COUNTER, organisation=colleague.organisation,
        posts=frozenset({colleague.post}),
    )  # fmt: skip


async def _acting(resident: Resident, issuer: str, since: datetime) -> Actor:
    account = await accounts.log_in(
        provider=issuer, sub=resident.sub, name=resident.name, id_type=resident.id_type, id_number=resident.id_number,
        phone=resident.phone, assurance=3, at=since,
    )  # fmt: skip
    return Actor(
        kind=ActorKind.RESIDENT, id=account.id, name=resident.name, scope=Scope(COUNTY, f"{COUNTY}"),
        channel=Channel.PORTAL, id_index=resident.index, assurance=3, authenticated_at=since,
    )  # fmt: skip


async def _subject(resident: Resident) -> Subject:
    person_id = await people_query.person_id_of(COUNTY, resident.index)
    return Subject(county_code=COUNTY, name=resident.name, id_index=resident.index, person_id=person_id)


async def _participant(resident: Resident) -> None:
    born = identity.birth_of(resident.id_type, resident.id_number)
    sex = identity.sex_of(resident.id_type, resident.id_number)
    assert born and sex and resident.first_enrolled_on
    opened = resident.first_enrolled_on
    async with engine.transaction():
        person_id = await people_store.create(
            county_code=COUNTY, name=resident.name, id_type=resident.id_type, id_number=resident.id_number, sex=sex,
            ethnic_group=resident.ethnic_group, born_on=born, phone=resident.phone, address=resident.household_address,
            postcode="", household_type="20", household_address=resident.household_address,
            region_code=resident.region_code, case_id=None, at=datetime(opened.year, opened.month, opened.day, tzinfo=demo_cases.CHINA),
        )  # fmt: skip
        await people_store.enroll(
            COUNTY, person_id, first_enrolled_on=opened, tier_fen=30000, categories=[resident.category],
            contributing=resident.status == "contributing", case_id=None,
        )  # fmt: skip
        await people_store.open_account(COUNTY, person_id, opened, None)


async def _snapshots(everybody: list[Resident], since: datetime, as_of_on: date) -> None:
    facts: dict[Source, list[tuple[str, str, dict[str, str]]]] = {source: [] for source in SOURCE_TITLES}
    for r in everybody:
        born = identity.birth_of(r.id_type, r.id_number)
        register = {"born_on": f"{born}", "address": r.household_address, "region_code": r.region_code}
        facts[Source.HOUSEHOLD_REGISTER].append((r.id_number, demo_cases.NEW_NAMES.get(r.name, r.name), register))
        if r.employee_scheme:
            told = {"status": "insured", "since": "2021-03-01", "unit": r.employee_scheme}
            facts[Source.EMPLOYEE_SCHEME].append((r.id_number, r.name, told))
        if r.deceased_on:
            facts[Source.DEATHS].append((r.id_number, r.name, {"died_on": f"{r.deceased_on}", "source_note": "殡葬登记"}))
        if r.name == demo_cases.ENROLLED_ELSEWHERE:
            told = {"scheme": "resident", "status": "insured", "place": "虚构的临江县", "county_code": "439902"}
            facts[Source.NATIONAL_REGISTRY].append((r.id_number, r.name, told))
    for source, rows in facts.items():
        await comparison.import_snapshot(
            county_code=COUNTY, source=source, batch_no=f"{as_of_on:%Y%m%d}-01", as_of_on=as_of_on, purpose="参保资格比对",
            rows=rows, imported_at=since, imported_by="样例数据",
        )  # fmt: skip
