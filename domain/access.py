"""Who may work here and as what: staff users, posts, village assistants, special authority (procedures A0.1; R-434…R-446).

Every change is made by the county's administrator (or the command line, which is nobody's desk), never about himself,
and is written to the audit log. Users are frozen, never deleted (R-436).
"""

from datetime import date, datetime, timedelta

from msgspec import structs

from db.engine import transaction
from db.queries import access as access_query
from db.queries import inbox, regions
from db.stores import audit, cases
from db.stores.security import appointments, staff
from db.stores.security.staff import NewUser as NewUser  # noqa: PLC0414 - the office names it too
from domain import identity, names
from domain.actor import Actor, ActorKind, Post
from domain.case import flow
from domain.errors import NotFound, Problem, Refused
from domain.local import profile as local_profile
from domain.rules import posts

LONGEST_AUTHORITY = timedelta(days=3)  # 用后即收, about one working day (湖南省经办工作流程二 核心提示4)


async def add_user(user: NewUser, first_posts: tuple[Post, ...], by: Actor, at: datetime) -> tuple[int, str]:
    """(id, login name) of a new user, with posts from today on."""
    await _administers(by, user.county_code, user.region_code)
    await _check_new(user)
    number = user.id_number and identity.normalise(identity.IdType.RESIDENT_ID_CARD, user.id_number)
    user = structs.replace(user, name=names.normalise_name(user.name), id_number=number)
    async with transaction():
        staff_id, login_name = await staff.insert(user, by.id, at)
        await _log(by, user.county_code, at, "staff.added", staff_id, detail=f"{login_name} {user.region_code}")
        for post in first_posts:
            await _give_post(user.county_code, staff_id, user.region_code, post, at.date(), by, at)
    return staff_id, login_name


async def _check_new(user: NewUser) -> None:
    wrong = []
    if problem := names.check_name(user.name):
        wrong.append(Problem("name", problem, "name"))
    number = user.id_number
    if number and (problem := identity.check(identity.IdType.RESIDENT_ID_CARD, number)):
        wrong.append(Problem("id-number", problem, "id_number"))
    if not user.organisation.strip():
        wrong.append(Problem("organisation", "请填写单位名称。", "organisation"))
    if await regions.find(user.county_code, user.region_code) is None:
        wrong.append(Problem("region", "没有这个行政区划，请检查。", "region_code"))
    if wrong:
        raise Refused(*wrong)


async def freeze_user(county_code: int, staff_id: int, reason: str, by: Actor, at: datetime) -> None:
    """No login from now on, running sessions end, taken cases go back to their desks (R-436, R-442)."""
    _needs_reason(reason)
    async with transaction():
        user = await _other_user(county_code, staff_id, by)
        if user.frozen_at is not None:
            raise Refused(Problem("frozen", "这个账号已经冻结。"))
        await staff.freeze(county_code, staff_id, by.id, reason, at)
        await flow.give_up_desk(county_code, staff_id, await inbox.taken_by(county_code, staff_id), by, at)
        await _log(by, county_code, at, "staff.frozen", staff_id, reason)


async def unfreeze_user(county_code: int, staff_id: int, reason: str, by: Actor, at: datetime) -> None:
    _needs_reason(reason)
    async with transaction():
        user = await _other_user(county_code, staff_id, by)
        if user.frozen_at is None:
            raise Refused(Problem("not-frozen", "这个账号没有冻结。"))
        await staff.unfreeze(county_code, staff_id)
        await _log(by, county_code, at, "staff.unfrozen", staff_id, reason)


async def reset_user(county_code: int, staff_id: int, password_hash: str, by: Actor, at: datetime) -> None:
    """A new first password (its hash comes in); the user sets his own and a new second factor at the next login."""
    async with transaction():
        await _other_user(county_code, staff_id, by)
        await staff.reset(county_code, staff_id, password_hash, at)
        await _log(by, county_code, at, "staff.reset", staff_id)


async def assign_post(county_code: int, staff_id: int, post: Post, from_on: date, by: Actor, at: datetime) -> None:
    """Refused where the posts held, now or later, do not go with it (R-017, R-018, R-019)."""
    if from_on < at.date():
        raise Refused(Problem("past", "任岗日期不能早于今天。", "from_on"))
    async with transaction():
        user = await _other_user(county_code, staff_id, by)
        await _give_post(county_code, staff_id, user.region_code, post, from_on, by, at)


async def _give_post(
    county_code: int, staff_id: int, region_code: str, post: Post, from_on: date, by: Actor, at: datetime
) -> None:
    held = [Post(each) for each in await staff.posts_of(county_code, staff_id, at.date())]
    place = local_profile(await access_query.profile_of(county_code))
    one_post = place.allows("one_person_one_post")
    problem = posts.misplaced(post, region_code) or posts.conflict(held, post, one_person_one_post=one_post)
    if problem:
        raise Refused(problem)
    await staff.assign_post(county_code, staff_id, post, from_on, by.id, at)
    await _log(by, county_code, at, "staff.post_assigned", staff_id, detail=f"{post} {from_on}")


async def end_post(county_code: int, staff_id: int, post: Post, until_on: date, by: Actor, at: datetime) -> None:
    """The post is held up to the day before `until_on`."""
    if until_on < at.date():
        raise Refused(Problem("past", "离岗日期不能早于今天。", "until_on"))
    async with transaction():
        await _other_user(county_code, staff_id, by)
        if not await staff.end_post(county_code, staff_id, post, until_on, by.id, at):
            raise Refused(Problem("post-not-held", "这位人员没有担任这个岗位。", "post"))
        await _log(by, county_code, at, "staff.post_ended", staff_id, detail=f"{post} {until_on}")


async def declare_relative(
    county_code: int, staff_id: int, id_number: str, relation: str, by: Actor, at: datetime
) -> None:
    """A relative whose cases this user will never handle (R-016); a user may declare his own."""
    if problem := identity.check(identity.IdType.RESIDENT_ID_CARD, id_number):
        raise Refused(Problem("id-number", problem, "id_number"))
    async with transaction():
        if by.id != staff_id or by.kind is not ActorKind.STAFF or by.scope.county_code != county_code:
            await _other_user(county_code, staff_id, by)
        number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, id_number)
        await staff.declare_relative(county_code, staff_id, number, relation, at)
        await _log(by, county_code, at, "staff.relative_declared", staff_id, detail=relation)


# ------------------------------------------------------------------ village assistants


async def appoint_assistant(
    county_code: int, id_number: str, name: str, village: str, from_on: date, by: Actor, at: datetime
) -> int:
    """The appointment's id. The assistant logs in on the portal as himself (level 3 or more)."""
    await _administers(by, county_code, village)
    number = identity.normalise(identity.IdType.RESIDENT_ID_CARD, id_number)
    name = names.normalise_name(name)
    found = await regions.find(county_code, village)
    wrong = [
        Problem(field, text, field)
        for field, text in (
            ("id_number", identity.check(identity.IdType.RESIDENT_ID_CARD, number)),
            ("name", names.check_name(name)),
            (
                "region_code",
                "没有这个村（居），请检查。" if found is None or found.closed_on or len(village) != 10 else None,
            ),
            ("from_on", "开始日期不能早于今天。" if from_on < at.date() else None),
        )
        if text
    ]
    if wrong:
        raise Refused(*wrong)
    async with transaction():
        appointment_id = await appointments.appoint(county_code, number, name, village, from_on, by.id, at)
        if appointment_id is None:
            raise Refused(Problem("appointed", "这位人员已经是这个村的协办员。", "id_number"))
        await _log(
            by, county_code, at, "assistant.appointed", appointment_id, kind="assistant", detail=f"{name} {village}"
        )
    return appointment_id


async def end_appointment(
    county_code: int, appointment_id: int, until_on: date, reason: str, by: Actor, at: datetime
) -> None:
    """From `until_on` on the person acts for himself only."""
    _needs_reason(reason)
    if until_on < at.date():
        raise Refused(Problem("past", "结束日期不能早于今天。", "until_on"))
    async with transaction():
        found = await appointments.lock_appointment(county_code, appointment_id)
        if found is None:
            raise NotFound
        await _administers(by, county_code, found["region_code"])
        if not await appointments.end(county_code, appointment_id, until_on, reason, by.id, at):
            raise Refused(Problem("ended", "这项聘任已经结束。"))
        await _log(by, county_code, at, "assistant.ended", appointment_id, reason, kind="assistant")


# ------------------------------------------------------------------ special authority (非常规业务权限)


async def request_authority(
    business: str, reason: str, by: Actor, at: datetime, *, case_id: int | None = None, person_id: int | None = None
) -> int:
    """Asked for one business with a reason; nothing is allowed until another person grants it (R-439)."""
    _needs_reason(reason)
    if by.kind is not ActorKind.STAFF:
        raise NotFound
    county_code = by.scope.county_code
    async with transaction():
        if case_id is not None:
            case = await cases.read(county_code, case_id)
            if case is None or not by.scope.covers(case.region_code):
                raise Refused(Problem("no-case", "没有找到这件业务，请检查。", "case_id"))
        grant_id = await appointments.ask_authority(county_code, by.id, business, case_id, person_id, reason, at)
        await _log(by, county_code, at, "authority.asked", grant_id, reason, kind="authority", detail=business)
    return grant_id


async def grant_authority(county_code: int, grant_id: int, expires_at: datetime, by: Actor, at: datetime) -> None:
    """Given by the head of the agency, never to himself; it is over by itself at `expires_at` (R-440)."""
    if not at < expires_at <= at + LONGEST_AUTHORITY:
        raise Refused(Problem("expiry", f"有效期最长{LONGEST_AUTHORITY.days}天，用完即收回。", "expires_at"))
    async with transaction():
        await _pending_authority(county_code, grant_id, by)
        await appointments.grant_authority(county_code, grant_id, by.id, at, expires_at)
        await _log(
            by, county_code, at, "authority.granted", grant_id, kind="authority", detail=f"{expires_at:%Y-%m-%d %H:%M}"
        )


async def refuse_authority(county_code: int, grant_id: int, reason: str, by: Actor, at: datetime) -> None:
    _needs_reason(reason)
    async with transaction():
        await _pending_authority(county_code, grant_id, by)
        await appointments.refuse_authority(county_code, grant_id, by.id, at)
        await _log(by, county_code, at, "authority.refused", grant_id, reason, kind="authority")


async def withdraw_authority(county_code: int, grant_id: int, by: Actor, at: datetime) -> None:
    """Handed back by who holds it, or taken back by the head."""
    async with transaction():
        grant = await appointments.lock_authority(county_code, grant_id)
        mine = grant is not None and by.kind is ActorKind.STAFF and grant["staff_id"] == by.id
        if grant is None or by.scope.county_code != county_code or not (mine or by.holds(Post.COUNTY_HEAD)):
            raise NotFound
        if grant["granted_at"] is None or grant["withdrawn_at"] is not None:
            raise Refused(Problem("not-in-force", "这项权限没有生效，不用收回。"))
        await appointments.withdraw_authority(county_code, grant_id, by.id, at)
        await _log(by, county_code, at, "authority.withdrawn", grant_id, kind="authority")


async def _pending_authority(county_code: int, grant_id: int, by: Actor) -> None:
    grant = await appointments.lock_authority(county_code, grant_id)
    if grant is None or by.scope.county_code != county_code or not by.holds(Post.COUNTY_HEAD):
        raise NotFound
    if grant["staff_id"] == by.id:
        raise Refused(Problem("own-request", "不能批准或者拒绝自己的申请。"))
    if grant["granted_at"] is not None or grant["refused_at"] is not None:
        raise Refused(Problem("stale", "这项申请已经有了结果。"))


# ------------------------------------------------------------------ shared


async def _administers(by: Actor, county_code: int, region_code: str) -> None:
    """NotFound unless `by` is this county's administrator or the command line.

    Where the province sets up county users, the county's administrator has the townships only (R-434).
    """
    if by.kind is ActorKind.SYSTEM:
        return
    if not by.holds(Post.COUNTY_ADMIN) or by.scope.county_code != county_code or not by.scope.covers(region_code):
        raise NotFound
    if len(region_code) == 6 and local_profile(await access_query.profile_of(county_code)).allows(
        "county_users_by_province"
    ):
        raise Refused(Problem("by-province", "县级经办机构的用户由省级经办机构设置。", "region_code"))


async def _other_user(county_code: int, staff_id: int, by: Actor) -> staff.Locked:
    """The user, locked, where `by` administers him and is not he himself."""
    user = await staff.lock(county_code, staff_id)
    if user is None:
        raise NotFound
    await _administers(by, county_code, user.region_code)
    if by.kind is ActorKind.STAFF and by.id == staff_id:
        raise Refused(Problem("own-user", "不能更改自己的账号和岗位，请由另一位管理员办理。"))
    return user


def _needs_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(Problem("reason", "请写明原因。", "reason"))


async def _log(
    by: Actor, county_code: int, at: datetime, action: str, object_id: int, reason: str = "", *, kind: str = "staff_user",
    detail: str = "",
) -> None:  # fmt: skip
    await audit.write(county_code, at, by.kind, by.id, by.name, action, kind, str(object_id), reason, detail)
