"""Users, posts, village assistants and special authority: who may do what to whom, and what stays in the books."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from msgspec import structs

from db import engine
from db.queries import access as queries
from db.stores.security.staff import NewUser
from domain import access
from domain.actor import Actor, Post, Scope
from domain.errors import NotFound, Refused
from tests import make
from tests.conftest import Database
from tests.make import COUNTY, FRIDAY, LI_XIUYING, VILLAGE, WORKER

ADMIN = make.staff("罗敏", Post.COUNTY_ADMIN, staff_id=900)
HEAD = make.staff("冯远", Post.COUNTY_HEAD, staff_id=901)
TODAY = FRIDAY.date()

pytestmark = pytest.mark.usefixtures("db")


async def add(*posts: Post, by: Actor = ADMIN, **more: Any) -> int:
    fields = {
        "county_code": COUNTY,
        "name": "赵敏",
        "region_code": "439901",
        "organisation": "青禾县社保中心",
        "password_hash": "x",
    }
    staff_id, _ = await access.add_user(NewUser(**(fields | more)), posts, by, FRIDAY)
    return staff_id


async def actor(staff_id: int, *posts: Post) -> Actor:
    return make.staff("本人", *posts, staff_id=staff_id)


async def audited(kind: str = "staff_user") -> list[str]:
    rows = await engine.fetch("select action from audit_entry where object_kind = $1 order by id", kind)
    return [row["action"] for row in rows]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


# ------------------------------------------------------------------ users


@pytest.mark.rule("R-436", "R-443")
async def test_the_administrator_adds_a_user_who_must_change_his_password() -> None:
    staff_id = await add(Post.COUNTY_ENROLLMENT, id_number=LI_XIUYING.id_number.lower())
    line = await queries.staff_user(COUNTY, staff_id, TODAY)
    assert line is not None
    assert (line.login_name, line.posts, line.must_change) == ("439901001", ["county_enrollment"], True)
    assert await audited() == ["staff.added", "staff.post_assigned"]
    assert await engine.fetchval("select id_index from staff_user") == LI_XIUYING.index


async def test_what_is_wrong_with_a_new_user_is_told_all_at_once() -> None:
    with pytest.raises(Refused) as refused:
        await add(name="", region_code="43990199", organisation=" ", id_number="439901198803051111")
    assert sorted(codes(refused)) == ["id-number", "name", "organisation", "region"]


async def test_nobody_else_adds_users() -> None:
    in_township = make.staff("柳湾镇的管理员", Post.COUNTY_ADMIN, region="43990101")
    for by in (make.staff("孙立", Post.COUNTY_ENROLLMENT), HEAD, in_township, make.resident()):
        with pytest.raises(NotFound):
            await add(by=by)


async def test_the_command_line_adds_the_first_administrator() -> None:
    assert await add(Post.COUNTY_ADMIN, by=WORKER)


@pytest.mark.rule("R-434")
async def test_in_hunan_the_county_sets_up_the_townships_and_the_province_the_county(
    owner: asyncpg.Connection,
) -> None:
    await owner.execute("update county set profile = 'hunan'")
    with pytest.raises(Refused) as refused:
        await add()
    assert codes(refused) == ["by-province"]
    assert await add(Post.TOWNSHIP_CLERK, region_code="43990101")
    assert await add(by=WORKER)


@pytest.mark.rule("R-436", "R-442")
async def test_a_freeze_has_a_reason_ends_the_sessions_and_can_be_lifted_but_nothing_is_deleted(db: Database) -> None:
    staff_id = await add()
    with pytest.raises(Refused) as refused:
        await access.freeze_user(COUNTY, staff_id, " ", ADMIN, FRIDAY)
    assert codes(refused) == ["reason"]
    await access.freeze_user(COUNTY, staff_id, "离职", ADMIN, FRIDAY)
    with pytest.raises(Refused):
        await access.freeze_user(COUNTY, staff_id, "再来", ADMIN, FRIDAY)
    await access.unfreeze_user(COUNTY, staff_id, "返岗", ADMIN, FRIDAY)
    with pytest.raises(Refused):
        await access.unfreeze_user(COUNTY, staff_id, "再来", ADMIN, FRIDAY)
    assert await audited() == ["staff.added", "staff.frozen", "staff.unfrozen"]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await engine.execute("delete from staff_user")


async def test_a_reset_asks_for_a_new_password_and_a_new_second_factor() -> None:
    staff_id = await add(totp_secret="A" * 32, must_change=False)
    await access.reset_user(COUNTY, staff_id, "y", ADMIN, FRIDAY)
    row = await engine.fetchrow("select must_change, totp_sealed, password_hash from staff_user")
    assert row is not None
    assert tuple(row) == (True, None, "y")


async def test_nobody_changes_his_own_account() -> None:
    staff_id = await add(Post.COUNTY_ADMIN, by=WORKER)
    me = await actor(staff_id, Post.COUNTY_ADMIN)
    for work in (
        access.freeze_user(COUNTY, staff_id, "x", me, FRIDAY),
        access.reset_user(COUNTY, staff_id, "y", me, FRIDAY),
        access.assign_post(COUNTY, staff_id, Post.CASHIER, TODAY, me, FRIDAY),
        access.end_post(COUNTY, staff_id, Post.COUNTY_ADMIN, TODAY, me, FRIDAY),
    ):
        with pytest.raises(Refused) as refused:
            await work
        assert codes(refused) == ["own-user"]


async def test_a_user_of_another_county_does_not_exist_here() -> None:
    staff_id = await add()
    stranger = structs.replace(ADMIN, scope=Scope(439902, "439902"))
    with pytest.raises(NotFound):
        await access.freeze_user(COUNTY, staff_id, "x", stranger, FRIDAY)
    with pytest.raises(NotFound):
        await access.freeze_user(439902, staff_id, "x", stranger, FRIDAY)


# ------------------------------------------------------------------ posts


@pytest.mark.rule("R-017", "R-019")
async def test_posts_of_different_groups_cannot_be_held_together_now_or_later() -> None:
    staff_id = await add(Post.COUNTY_BENEFIT)
    with pytest.raises(Refused) as refused:
        await access.assign_post(COUNTY, staff_id, Post.CASHIER, TODAY, ADMIN, FRIDAY)
    assert codes(refused) == ["incompatible-posts"]
    await access.end_post(COUNTY, staff_id, Post.COUNTY_BENEFIT, TODAY, ADMIN, FRIDAY)
    later = TODAY + timedelta(days=30)
    await access.assign_post(COUNTY, staff_id, Post.CASHIER, later, ADMIN, FRIDAY)
    with pytest.raises(Refused):
        await access.assign_post(COUNTY, staff_id, Post.COUNTY_BENEFIT, TODAY, ADMIN, FRIDAY)


@pytest.mark.rule("R-018")
async def test_one_person_one_post_where_the_province_says_so(owner: asyncpg.Connection) -> None:
    staff_id = await add(Post.COUNTY_ENROLLMENT)
    await access.assign_post(COUNTY, staff_id, Post.COUNTY_ACCOUNT, TODAY, ADMIN, FRIDAY)
    await owner.execute("update county set profile = 'hunan'")
    clerk = await add(Post.TOWNSHIP_CLERK, region_code="43990101")
    with pytest.raises(Refused) as refused:
        await access.assign_post(COUNTY, clerk, Post.TOWNSHIP_CLERK, TODAY, ADMIN, FRIDAY)
    assert codes(refused) == ["post-held"]
    with pytest.raises(Refused) as refused:
        await access.assign_post(COUNTY, staff_id, Post.COUNTY_BENEFIT, TODAY, WORKER, FRIDAY)
    assert codes(refused) == ["one-post"]


async def test_a_post_begins_today_or_later_and_is_held_up_to_its_last_day() -> None:
    staff_id = await add()
    with pytest.raises(Refused):
        await access.assign_post(COUNTY, staff_id, Post.CASHIER, TODAY - timedelta(days=1), ADMIN, FRIDAY)
    await access.assign_post(COUNTY, staff_id, Post.CASHIER, TODAY + timedelta(days=2), ADMIN, FRIDAY)
    await access.end_post(COUNTY, staff_id, Post.CASHIER, TODAY + timedelta(days=5), ADMIN, FRIDAY)
    held = [
        bool((await queries.staff_user(COUNTY, staff_id, TODAY + timedelta(days=n))).posts)
        for n in (1, 2, 4, 5)  # type: ignore[union-attr]
    ]
    assert held == [False, True, True, False]
    with pytest.raises(Refused):
        await access.end_post(COUNTY, staff_id, Post.CASHIER, TODAY, ADMIN, FRIDAY)


async def test_a_refused_post_leaves_no_user_behind() -> None:
    with pytest.raises(Refused):
        await add(Post.CASHIER, Post.COUNTY_AUDITOR)
    with pytest.raises(Refused):
        await add(Post.TOWNSHIP_CLERK)
    assert await engine.fetchval("select count(*) from staff_user") == 0
    assert await audited() == []


async def test_the_database_itself_refuses_the_same_post_twice_at_a_time() -> None:
    staff_id = await add(Post.CASHIER)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await engine.execute(
            "insert into staff_post (county_code, staff_id, post, from_on, assigned_by, assigned_at)"
            " values ($1, $2, 'cashier', $3, 0, $4)", COUNTY, staff_id, TODAY, FRIDAY,
        )  # fmt: skip


@pytest.mark.rule("R-016")
async def test_a_user_declares_his_own_relatives_and_not_those_of_others() -> None:
    staff_id, other = await add(Post.COUNTY_ENROLLMENT), await add()
    me = await actor(staff_id, Post.COUNTY_ENROLLMENT)
    await access.declare_relative(COUNTY, staff_id, LI_XIUYING.id_number, "母亲", me, FRIDAY)
    assert await engine.fetchval("select id_index from staff_relative") == LI_XIUYING.index
    with pytest.raises(NotFound):
        await access.declare_relative(COUNTY, other, LI_XIUYING.id_number, "母亲", me, FRIDAY)


# ------------------------------------------------------------------ village assistants


async def appoint(**more: Any) -> int:
    fields = {"county_code": COUNTY, "id_number": LI_XIUYING.id_number, "name": "李秀英", "village": VILLAGE,
              "from_on": TODAY, "by": ADMIN, "at": FRIDAY}  # fmt: skip
    return await access.appoint_assistant(**(fields | more))


async def test_an_assistant_is_appointed_to_a_village_once_and_the_end_is_a_row_too() -> None:
    appointment = await appoint()
    with pytest.raises(Refused) as refused:
        await appoint()
    assert codes(refused) == ["appointed"]
    await access.end_appointment(COUNTY, appointment, TODAY, "换届", ADMIN, FRIDAY)
    with pytest.raises(Refused) as refused:
        await access.end_appointment(COUNTY, appointment, TODAY, "换届", ADMIN, FRIDAY)
    assert codes(refused) == ["ended"]
    assert await appoint()
    assert await audited("assistant") == ["assistant.appointed", "assistant.ended", "assistant.appointed"]
    assert len(await queries.appointments(COUNTY, "43990101")) == 1
    assert len(await queries.appointments(COUNTY, "43990101", ended=True)) == 1


@pytest.mark.parametrize("wrong, code", [
    ({"village": "43990101"}, "region_code"), ({"village": "4399010199"}, "region_code"),
    ({"id_number": "439901198803051111"}, "id_number"), ({"name": "?"}, "name"),
    ({"from_on": TODAY - timedelta(days=1)}, "from_on"),
])  # fmt: skip
async def test_an_appointment_needs_a_person_a_village_and_a_day(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        await appoint(**wrong)
    assert codes(refused) == [code]


async def test_only_the_administrator_appoints_and_ends() -> None:
    with pytest.raises(NotFound):
        await appoint(by=HEAD)
    appointment = await appoint()
    with pytest.raises(NotFound):
        await access.end_appointment(COUNTY, appointment, TODAY, "x", HEAD, FRIDAY)
    with pytest.raises(NotFound):
        await access.end_appointment(COUNTY, appointment + 1, TODAY, "x", ADMIN, FRIDAY)


# ------------------------------------------------------------------ special authority

BUSINESS = "contribution_adjustment"
TOMORROW = FRIDAY + timedelta(days=1)


async def asked() -> tuple[int, int]:
    staff_id = await add(Post.COUNTY_COLLECTION)
    me = await actor(staff_id, Post.COUNTY_COLLECTION)
    return staff_id, await access.request_authority(BUSINESS, "更正2025年缴费", me, FRIDAY)


async def holds(staff_id: int, at: Any = FRIDAY, **about: int) -> bool:
    return await queries.has_authority(COUNTY, staff_id, BUSINESS, at, **about)


@pytest.mark.rule("R-439", "R-440")
async def test_authority_is_asked_with_a_reason_given_by_the_head_and_over_by_itself() -> None:
    staff_id, grant = await asked()
    assert not await holds(staff_id)
    head = make.staff("冯远", Post.COUNTY_HEAD, staff_id=await add(Post.COUNTY_HEAD))
    await access.grant_authority(COUNTY, grant, TOMORROW, head, FRIDAY)
    assert await holds(staff_id)
    assert await holds(staff_id, TOMORROW - timedelta(seconds=1))
    assert not await holds(staff_id, TOMORROW)
    assert not await holds(await add())
    line = (await queries.authorities(COUNTY, limit=10))[0]
    assert (line.in_force(FRIDAY), line.in_force(TOMORROW), line.granted_by_name) == (True, False, "赵敏")


async def test_authority_is_handed_back_when_the_work_is_done() -> None:
    staff_id, grant = await asked()
    with pytest.raises(Refused):
        await access.withdraw_authority(COUNTY, grant, HEAD, FRIDAY)
    await access.grant_authority(COUNTY, grant, TOMORROW, HEAD, FRIDAY)
    with pytest.raises(NotFound):
        await access.withdraw_authority(COUNTY, grant, ADMIN, FRIDAY)
    await access.withdraw_authority(COUNTY, grant, await actor(staff_id), FRIDAY)
    assert not await holds(staff_id)


async def test_nobody_grants_his_own_request_nor_without_being_the_head() -> None:
    staff_id, grant = await asked()
    with pytest.raises(Refused) as refused:
        await access.grant_authority(COUNTY, grant, TOMORROW, await actor(staff_id, Post.COUNTY_HEAD), FRIDAY)
    assert codes(refused) == ["own-request"]
    with pytest.raises(NotFound):
        await access.grant_authority(COUNTY, grant, TOMORROW, ADMIN, FRIDAY)
    with pytest.raises(asyncpg.CheckViolationError):
        await engine.execute(
            "update special_authority_grant set granted_by = staff_id, granted_at = $1, expires_at = $2",
            FRIDAY,
            TOMORROW,
        )


@pytest.mark.parametrize("days, good", [(0, False), (-1, False), (3, True), (4, False)])
async def test_authority_is_short(days: int, good: bool) -> None:
    _, grant = await asked()
    work = access.grant_authority(COUNTY, grant, FRIDAY + timedelta(days=days), HEAD, FRIDAY)
    if good:
        await work
    else:
        with pytest.raises(Refused):
            await work


async def test_a_request_is_answered_once() -> None:
    _, grant = await asked()
    await access.refuse_authority(COUNTY, grant, "理由不充分", HEAD, FRIDAY)
    with pytest.raises(Refused) as refused:
        await access.grant_authority(COUNTY, grant, TOMORROW, HEAD, FRIDAY)
    assert codes(refused) == ["stale"]


async def test_authority_for_one_case_is_not_authority_for_another() -> None:
    await make.sources(household_register=make.household(LI_XIUYING))
    receipt = await make.enrollment_of(LI_XIUYING)
    staff_id = await add(Post.COUNTY_ACCOUNT)
    me = await actor(staff_id, Post.COUNTY_ACCOUNT)
    grant = await access.request_authority(BUSINESS, "更正", me, FRIDAY, case_id=receipt.case_id)
    await access.grant_authority(COUNTY, grant, TOMORROW, HEAD, FRIDAY)
    assert await holds(staff_id, case_id=receipt.case_id)
    assert not await holds(staff_id, case_id=receipt.case_id + 1)
    assert not await holds(staff_id)
