"""Staff log in with two factors, and what is refused."""

import asyncio

import pyotp
import pytest

from db import engine
from db.stores.security import attempts, staff
from db.stores.security.staff import Credentials, NewUser
from domain.errors import Refused
from tests.make import COUNTY
from tests.web.clock import Clock
from web import passwords, staff_login

PASSWORD, SECRET = "Correct-Horse-7", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OWN = "My-Own-Pass-99"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return asyncio.run(passwords.hashed(PASSWORD))


@pytest.fixture
async def login_name(clock: Clock, password_hash: str) -> str:
    return await user(clock, password_hash, totp_secret=SECRET, must_change=False)


async def user(clock: Clock, password_hash: str, *, totp_secret: str | None = None, must_change: bool = True) -> str:
    _, login_name = await staff.insert(NewUser(
        county_code=COUNTY, name="赵敏", region_code="439901", organisation="青禾县社保中心", password_hash=password_hash,
        totp_secret=totp_secret, must_change=must_change,
    ), 0, clock())  # fmt: skip
    return login_name


def code(clock: Clock, secret: str = SECRET, steps: int = 0) -> str:
    return pyotp.TOTP(secret).generate_otp(int(clock().timestamp()) // 30 + steps)


async def attempt(
    clock: Clock, login_name: str, password: str = PASSWORD, said: str | None = None, address: str = "10.0.0.1"
) -> Credentials | str:
    """The user, or the code of the refusal."""
    try:
        return await staff_login.check(login_name, password, code(clock) if said is None else said, address, clock())
    except Refused as refused:
        return refused.problems[0].code


async def audited() -> list[tuple[str, str]]:
    return [
        (row["action"], row["reason"])
        for row in await engine.fetch("select action, reason from audit_entry order by id")
    ]


@pytest.mark.rule("R-443")
async def test_login_names_are_the_agency_and_a_number(clock: Clock, login_name: str, password_hash: str) -> None:
    assert (login_name, await user(clock, password_hash)) == ("439901001", "439901002")


@pytest.mark.rule("R-445")
async def test_password_and_code_together_log_in(clock: Clock, login_name: str) -> None:
    who = await attempt(clock, login_name)
    assert isinstance(who, Credentials)
    assert who.login_name == login_name
    assert await audited() == [("login", "")]
    assert await engine.fetchval("select last_login_at from staff_user") == clock()


@pytest.mark.parametrize("password, said", [("wrong", None), (PASSWORD, "000000"), (PASSWORD, ""), ("", "")])
async def test_either_factor_alone_is_refused_with_the_same_words(
    clock: Clock, login_name: str, password: str, said: str | None
) -> None:
    assert await attempt(clock, login_name, password, said) == "login"


async def test_an_unknown_user_reads_the_same(clock: Clock, login_name: str) -> None:
    for unknown in ("439901999", "439902001", "zhaomin", "", "４３９９０１００１", "9" * 300):
        assert await attempt(clock, unknown, address=f"a{unknown}") == "login"


async def test_a_code_is_good_once_also_within_its_half_minute(clock: Clock, login_name: str) -> None:
    assert isinstance(await attempt(clock, login_name), Credentials)
    assert await attempt(clock, login_name) == "login"
    assert await attempt(clock, login_name, said=code(clock, steps=-1)) == "login", "nor an older one"
    clock.move(seconds=30)
    assert isinstance(await attempt(clock, login_name), Credentials)


@pytest.mark.parametrize("steps, good", [(-2, False), (-1, True), (1, True), (2, False)])
async def test_a_phone_may_be_half_a_minute_off(clock: Clock, login_name: str, steps: int, good: bool) -> None:
    assert isinstance(await attempt(clock, login_name, said=code(clock, steps=steps)), Credentials) is good


async def test_two_logins_with_one_code_at_the_same_moment_are_one(clock: Clock, login_name: str) -> None:
    both = await asyncio.gather(attempt(clock, login_name), attempt(clock, login_name))
    assert [isinstance(each, Credentials) for each in both].count(True) == 1


async def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(
    clock: Clock, login_name: str
) -> None:
    for n in range(5):
        assert await attempt(clock, login_name, "wrong", address=f"{n}") == "login"
    assert await attempt(clock, login_name) == "locked"
    clock.move(minutes=15)
    assert isinstance(await attempt(clock, login_name), Credentials)


async def test_codes_are_limited_for_who_knows_the_password(clock: Clock, login_name: str) -> None:
    for n in range(5):
        assert await attempt(clock, login_name, said="000000", address=f"{n}") == "login"
    assert await attempt(clock, login_name) == "locked"


async def test_one_address_cannot_try_all_the_users(clock: Clock, login_name: str) -> None:
    for _ in range(29):
        await attempts.take(attempts.ADDRESS, "10.0.0.1", clock())
    assert await attempt(clock, "439901999") == "login"
    assert await attempt(clock, login_name) == "locked"
    assert isinstance(await attempt(clock, login_name, address="10.0.0.2"), Credentials)


@pytest.mark.rule("R-442")
async def test_a_frozen_user_is_told_so_when_the_password_is_right_and_only_then(clock: Clock, login_name: str) -> None:
    who = await staff.by_login(login_name)
    assert who is not None
    await staff.freeze(COUNTY, who.id, 0, "离职", clock())
    assert await attempt(clock, login_name) == "frozen"
    assert await attempt(clock, login_name, "wrong") == "login"
    assert await audited() == [("login_refused", "frozen"), ("login_refused", "password")]


# ------------------------------------------------------------------ the first login


async def begun(clock: Clock, password_hash: str) -> staff_login.Pending:
    who = await attempt(clock, await user(clock, password_hash), said="")
    assert isinstance(who, Credentials)
    pending = staff_login.pending_of(dict(staff_login.begin_first(who, clock())), clock())
    assert pending is not None
    return pending


async def test_the_first_login_sets_an_own_password_and_the_second_factor(clock: Clock, password_hash: str) -> None:
    pending = await begun(clock, password_hash)
    await staff_login.finish_first(pending, OWN, OWN, code(clock, pending.secret), clock())
    assert await attempt(clock, "439901001", said=code(clock, pending.secret)) == "login", "the first password is over"
    clock.move(minutes=1)
    assert isinstance(await attempt(clock, "439901001", OWN, code(clock, pending.secret)), Credentials)


@pytest.mark.parametrize("new, repeated, field", [
    ("Short-1", "Short-1", "new_password"),
    ("onlysmallletters", "onlysmallletters", "new_password"),
    ("Aa1-439901001-x", "Aa1-439901001-x", "new_password"),
    ("aA1aA1aA1aA1", "aA1aA1aA1aA1", "new_password"),
    ("A1-" + "x" * 200, "A1-" + "x" * 200, "new_password"),
    (OWN, OWN + "x", "repeat_password"),
    (PASSWORD, PASSWORD, "new_password"),
])  # fmt: skip
async def test_a_weak_or_mistyped_password_is_refused_beside_its_field(
    clock: Clock, password_hash: str, new: str, repeated: str, field: str
) -> None:
    pending = await begun(clock, password_hash)
    with pytest.raises(Refused) as refused:
        await staff_login.finish_first(pending, new, repeated, code(clock, pending.secret), clock())
    assert [getattr(problem, "field", None) for problem in refused.value.problems] == [field]


async def test_a_wrong_code_sets_nothing(clock: Clock, password_hash: str) -> None:
    pending = await begun(clock, password_hash)
    with pytest.raises(Refused):
        await staff_login.finish_first(pending, OWN, OWN, "000000", clock())
    assert await engine.fetchval("select must_change from staff_user") is True


async def test_a_first_login_half_done_is_over_after_a_quarter_of_an_hour(clock: Clock, password_hash: str) -> None:
    who = await attempt(clock, await user(clock, password_hash), said="")
    assert isinstance(who, Credentials)
    data = dict(staff_login.begin_first(who, clock()))
    assert SECRET not in str(data)
    clock.move(minutes=15)
    assert staff_login.pending_of(data, clock()) is None
    assert staff_login.pending_of({}, clock()) is None
    assert staff_login.pending_of(data | {"secret": "00"}, clock()) is None


async def test_it_cannot_be_finished_twice_or_after_a_freeze(clock: Clock, password_hash: str) -> None:
    pending = await begun(clock, password_hash)
    await staff.freeze(COUNTY, pending.staff_id, 0, "离职", clock())
    with pytest.raises(Refused, match="重新登录"):
        await staff_login.finish_first(pending, OWN, OWN, code(clock, pending.secret), clock())
    await staff.unfreeze(COUNTY, pending.staff_id)
    await staff_login.finish_first(pending, OWN, OWN, code(clock, pending.secret), clock())
    with pytest.raises(Refused, match="重新登录"):
        await staff_login.finish_first(pending, OWN, OWN, code(clock, pending.secret), clock())


async def test_the_sealed_secret_and_the_hash_are_all_that_is_stored(clock: Clock, login_name: str) -> None:
    row = await engine.fetchrow("select * from staff_user")
    assert row is not None
    assert SECRET not in str(dict(row))
    assert row["password_hash"].startswith("$argon2id$")
