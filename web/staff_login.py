"""How staff log in: password and a code of the authenticator app, both limited in the database (R-445)."""

from datetime import datetime, timedelta

import pyotp
from msgspec import Struct

from db.crypto import Unreadable, seal, unseal_text
from db.stores.security import attempts, staff
from db.stores.security.staff import Credentials
from domain.errors import Problem, Refused
from web import passwords
from web.limits import count

STEP_SECONDS = 30
ISSUER = "城乡居民养老保险"
PENDING = "staff.pending"
PENDING_LIFETIME = timedelta(minutes=15)
# One sentence for every cause: it must not tell which part was right.
WRONG = Problem("login", "用户名、密码或动态口令不对，请检查后再试。")


class Pending(Struct, frozen=True):
    """A first login half done: the password was right, own password and second factor are still to be set."""

    county_code: int
    staff_id: int
    secret: str
    until: datetime


async def check(login_name: str, password: str, code: str, address: str, at: datetime) -> Credentials:
    """The user; with `must_change` his first password was right and no code was asked. Raises Refused. `at`: real time."""
    await count(attempts.ADDRESS, address, at)
    await count(attempts.PASSWORD, login_name, at)
    user = await staff.by_login(login_name)
    right = await passwords.matches(user.password_hash if user else None, password)
    if user is None:
        raise Refused(WRONG)
    if not right:
        await staff.refused(user, "password", at)
        raise Refused(WRONG)
    if user.frozen:
        await staff.refused(user, "frozen", at)
        raise Refused(Problem("frozen", "这个账号已经冻结，请联系县管理员。"))
    if not user.must_change and user.totp_secret is not None:
        await _check_code(user, user.totp_secret, code, at)
        if passwords.is_outdated(user.password_hash):
            await staff.rehash(user, await passwords.hashed(password))
        await staff.logged_in(user, at)
    await attempts.clear(attempts.PASSWORD, login_name)
    await attempts.give_back(attempts.ADDRESS, address)  # a whole office comes in from one address in the morning
    return user


async def _check_code(user: Credentials, secret: str, code: str, at: datetime) -> None:
    await count(attempts.TOTP, user.login_name, at)
    step = step_of(secret, code, at)
    if step is None or not await staff.take_totp_step(user, step):
        await staff.refused(user, "code" if step is None else "code used twice", at)
        raise Refused(WRONG)
    await attempts.clear(attempts.TOTP, user.login_name)


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """Which 30-second step a code belongs to, the one before and the one after allowed; None when it is wrong."""
    digits = "".join(code.split())
    now = int(at.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in (now - 1, now, now + 1):
        if pyotp.utils.strings_equal(generator.generate_otp(step), digits):
            return step
    return None


def begin_first(user: Credentials, at: datetime) -> dict[str, str | int]:
    """Session data of a first login; the secret is sealed in it."""
    return {
        "pending": user.id,
        "county": user.county_code,
        "secret": seal(pyotp.random_base32(), PENDING).hex(),
        "until": int((at + PENDING_LIFETIME).timestamp()),
    }


def pending_of(data: dict[str, object], at: datetime) -> Pending | None:
    """What `begin_first` left in a session, while it lasts."""
    try:
        found = Pending(
            int(str(data["county"])),
            int(str(data["pending"])),
            unseal_text(bytes.fromhex(str(data["secret"])), PENDING),
            datetime.fromtimestamp(int(str(data["until"])), at.tzinfo),
        )
    except (KeyError, ValueError, Unreadable):
        return None
    return found if found.until > at else None


async def user_of(pending: Pending) -> Credentials | None:
    return await staff.by_id(pending.county_code, pending.staff_id)


async def logged_out(user_id: int, county_code: int, name: str, at: datetime) -> None:
    await staff.logged_out(user_id, county_code, name, at)


def setup_uri(pending: Pending, login_name: str) -> str:
    """What the authenticator app reads from the QR code."""
    return pyotp.TOTP(pending.secret, interval=STEP_SECONDS).provisioning_uri(name=login_name, issuer_name=ISSUER)


async def finish_first(pending: Pending, new: str, repeated: str, code: str, at: datetime) -> Credentials:
    """Own password and second factor are set. Refused names the input to mend."""
    user = await user_of(pending)
    if user is None or user.frozen or (not user.must_change and user.totp_secret is not None):
        raise Refused(Problem("stale", "请重新登录。"))
    wrong = []
    if problem := passwords.weakness(new, user.login_name):
        wrong.append(Problem("weak", problem, "new_password"))
    elif new != repeated:
        wrong.append(Problem("repeat", "两次输入的新密码不一样。", "repeat_password"))
    elif await passwords.matches(user.password_hash, new):
        wrong.append(Problem("same", "新密码不能和初始密码一样。", "new_password"))
    await count(attempts.TOTP, user.login_name, at)
    step = step_of(pending.secret, code, at)
    if step is None:
        wrong.append(Problem("code", "动态口令不对，请输入手机上现在显示的6位数字。", "code"))
    if wrong or step is None:
        raise Refused(*wrong)
    await staff.enroll(user, await passwords.hashed(new), pending.secret, step, at)
    await attempts.clear(attempts.TOTP, user.login_name)
    await staff.logged_in(user, at)
    return user
