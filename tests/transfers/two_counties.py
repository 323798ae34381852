"""青禾县 and its neighbour 白杨县 in one installation, their people and the way of a transfer between them."""

import os
from datetime import date, datetime
from typing import Any

import asyncpg

from db import engine
from db.queries import accounts
from db.queries import transfers as queries
from db.seed.base import COUNTY as HERE
from db.stores import books as store
from db.stores import comparison, ledger, people, reference
from db.stores.ledger import Entry
from db.stores.reference import ParameterWrite, RegionWrite
from db.stores.transfers import TransferRow
from domain import books
from domain.actor import Actor, ActorKind, Channel, Post, Scope
from domain.case import flow
from domain.case.item import SOURCE_TITLES, Subject
from domain.items import transfer_in
from domain.ledger import Kind
from domain.transfers import desk, post
from tests import make
from tests.account.conftest import document
from tests.make import FRIDAY, WANG_DASHAN, Person

NEIGHBOUR = 439902  # the same province
NEW_GROUP = "439902010101"
AT = FRIDAY


def staff(county: int, name: str, staff_id: int, *posts: Post) -> Actor:
    return Actor(
        kind=ActorKind.STAFF, id=staff_id, name=name, scope=Scope(county, f"{county}"), channel=Channel.COUNTY_COUNTER,
        organisation="社保中心", posts=frozenset(posts),
    )  # fmt: skip


CLERK_THERE = Actor(
    kind=ActorKind.STAFF, id=201, name="柏叶", scope=Scope(NEIGHBOUR, f"{NEIGHBOUR}01"), channel=Channel.TOWNSHIP_COUNTER,
    organisation="新桥镇", posts=frozenset({Post.TOWNSHIP_CLERK}),
)  # fmt: skip
OFFICER_THERE = staff(NEIGHBOUR, "林安", 202, Post.COUNTY_ACCOUNT)
OFFICER_HERE, SIGNER_HERE = make.HE_JING, make.ZHENG_TAO


async def neighbour(profile: str = "hunan", code: int = NEIGHBOUR) -> None:
    """A second county with a village, parameters and the people's sources; both have the same profile."""
    async with engine.transaction():
        await reference.add_county(code, "白杨县", agency_name="白杨县社会养老保险中心", agency_phone="0000-8439902", agency_address="",
                                   profile=profile)  # fmt: skip
        places = (("", "白杨县"), ("01", "新桥镇"), ("0101", "新桥村"), ("010101", "一组"))
        rows = [RegionWrite(f"{code}{tail}", name, f"白杨县{name}") for tail, name in places]
        await reference.write_regions(code, rows, on=date(2011, 7, 1), document="x", at=AT, by="x")
        known = await engine.fetch("select * from policy_parameter where county_code = $1", HERE)
        await reference.add_parameters(
            code, [ParameterWrite(r["kind"], r["key"], r["value"], r["effective_on"], r["decided_on"], r["document"]) for r in known],
            verified=False, proposed_by="a", confirmed_by="b", at=AT,
        )  # fmt: skip
    await use_profile(profile)
    await sources(code)


async def use_profile(profile: str) -> None:
    """As the owner would: the serving role may not."""
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        await owner.execute("update county set profile = $1", profile)
    finally:
        await owner.close()


async def sources(county: int, *, person: Person = WANG_DASHAN, old: int = HERE, region: str = NEW_GROUP, when: datetime = AT,
                  **more: dict[str, str]) -> None:  # fmt: skip
    """The register knows the new address, the national registry the old county."""
    facts = {
        "household_register": {"region_code": region, "address": "白杨县新桥镇新桥村一组9号"},
        "national_registry": {"scheme": "resident", "county_code": f"{old}", "place": "青禾县"},
    } | more
    for number, source in enumerate(SOURCE_TITLES):
        rows = [(person.id_number, person.name, facts[source.value])] if source.value in facts else []
        await comparison.import_snapshot(
            county_code=county, source=source, batch_no=f"{source}-{number}-{when:%H%M%S%f}-{id(rows)}", as_of_on=when.date(), purpose="x", rows=rows,
            imported_at=when, imported_by="测试",
        )  # fmt: skip


async def contributor(person: Person = WANG_DASHAN, *, years: range = range(2021, 2027), yearly: int = 100_000) -> int:
    """王大山 with a contribution a year and interest settled for none; returns the person id."""
    person_id = await make.participant(person)
    account = await accounts.account_of(HERE, person_id)
    assert account is not None
    await pay_in(account.id, years, yearly)
    return person_id


async def pay_in(account_id: int, years: range, yearly: int, county: int = HERE) -> None:
    """Through the books, with vouchers."""
    paper = await document(day=date(2026, 3, 10))
    found = [
        Entry(account_id=account_id, kind=Kind.CONTRIBUTION, value_on=date(year, 5, 12), contribution_year=year, amounts={"personal": yearly})
        for year in years
    ]  # fmt: skip
    async with engine.transaction():
        draft = await books.locked(county, paper, "draft")
        await store.set_state(draft, "approved", 0, "系统", AT)
        locked, place = await books.begin_booking(county, paper, AT.date())
        await ledger.post(county, paper, AT.date(), found)
        await books.finish(locked, place, AT.date(), list(years), make.WORKER, AT)
    await engine.executemany(
        "insert into contribution_year (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on)"
        " values ($1, $2, $3, '011', '20', '1000', $4, 0, 0, 0, 0, 'tax', $5, $5)",
        [(county, account_id, year, yearly, date(year, 5, 12)) for year in years],
    )  # fmt: skip


def answers(person: Person = WANG_DASHAN, **more: Any) -> dict[str, Any]:
    return {
        "name": person.name, "id_number": person.id_number, "ethnic_group": "01", "from_place": "湖南省青禾县", "moved_on": "2026-10-08",
        "household_type": "20", "household_address": "白杨县新桥镇新桥村一组9号", "region_code": NEW_GROUP, "phone": person.phone,
    } | more  # fmt: skip


async def asked(person: Person = WANG_DASHAN, *, county: int = NEIGHBOUR, when: datetime = AT, region: str = NEW_GROUP,
                clerk: Actor = CLERK_THERE, officer: Actor = OFFICER_THERE, **more: Any) -> TransferRow:  # fmt: skip
    """Applied for at the counter over there, approved, the letter in the outbox."""
    row = await engine.fetchrow("select profile from county where county_code = $1", county)
    assert row is not None
    case_id = await filed(
        person, county=county, when=when, profile=row["profile"], clerk=clerk, region_code=region, **more
    )
    await approve(county, case_id, officer, when)
    found = await queries.of_case(county, case_id)
    assert found is not None
    return found


async def filed(person: Person, *, county: int = NEIGHBOUR, when: datetime = AT, profile: str = "hunan", clerk: Actor = CLERK_THERE,
                **more: Any) -> int:  # fmt: skip
    known = await engine.fetchval(
        "select person_id from identity_index where id_index = $1 and county_code = $2", person.index, county
    )
    subject = Subject(county_code=county, name=person.name, id_index=person.index, person_id=known)
    case_id = await flow.start(transfer_in.ITEM, subject, clerk, profile, when, answers(person, **more))
    for material in transfer_in.ITEM.materials:
        await flow.add_material(county, case_id, clerk, material.code, make.picture(), when)
    await flow.submit(county, case_id, clerk, await version(county, case_id), when)
    return case_id


async def version(county: int, case_id: int) -> int:
    found: int = await engine.fetchval(
        "select version from service_case where county_code = $1 and id = $2", county, case_id
    )
    return found


async def approve(county: int, case_id: int, by: Actor, when: datetime = AT) -> None:
    _, looked = await flow.look(county, case_id, by, when)
    await flow.approve(county, case_id, by, await version(county, case_id), looked.outcome, when)


async def delivered(when: datetime = AT, *counties: int) -> None:
    for county in counties or (HERE, NEIGHBOUR):
        await post.deliver(county, when)


async def followed(when: datetime = AT, *counties: int) -> None:
    for county in counties or (HERE, NEIGHBOUR):
        await desk.follow(county, when)


async def let_go(number: str, when: datetime = AT, county: int = HERE) -> TransferRow:
    """Both signatures of the county that is left."""
    row = await queries.by_number(county, "out", number)
    assert row is not None
    assert row.case_id is not None
    if await make.column(row.case_id, "step") == 0:
        await approve(county, row.case_id, OFFICER_HERE, when)
    await approve(county, row.case_id, SIGNER_HERE, when)
    found = await queries.one(county, row.id)
    assert found is not None
    return found


async def moved(person: Person = WANG_DASHAN, when: datetime = AT) -> tuple[TransferRow, TransferRow]:
    """The whole way inside a province; (the old county's side, the new one's)."""
    there = await asked(person, when=when)
    await delivered(when)
    await let_go(there.number, when)
    await delivered(when)
    await desk.confirm(NEIGHBOUR, there.id, OFFICER_THERE, when)
    await delivered(when)
    return await side(HERE, "out", there.number), await side(NEIGHBOUR, "in", there.number)


async def side(county: int, direction: str, number: str) -> TransferRow:
    found = await queries.by_number(county, direction, number)
    assert found is not None
    return found


async def homes(person: Person = WANG_DASHAN) -> list[tuple[int, int]]:
    """(county, 分) of every account of this person that is in use or has money."""
    rows = await engine.fetch(
        "select county_code, id from person where id_index = $1 order by county_code", person.index
    )
    found = []
    for row in rows:
        account = await accounts.account_of(row["county_code"], row["id"])
        if account is not None and (account.status == "open" or account.total_fen):
            found.append((row["county_code"], account.total_fen))
    return found


async def home(person: Person = WANG_DASHAN) -> int | None:
    found = await people.find(person.index)
    return found[0] if found else None


async def transit(county: int) -> int:
    """分 that this county owes others (positive) or is owed by them."""
    found: int = await engine.fetchval(
        "select coalesce(sum(credit_fen - debit_fen), 0)::bigint from voucher_line where county_code = $1 and account = 'transit'",
        county,
    )
    return found
