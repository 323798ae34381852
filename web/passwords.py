"""Passwords of staff: argon2, computed aside and few at a time (64 MB each)."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
SHORTEST, LONGEST = 10, 128
_KINDS = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
_UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_hasher = PasswordHasher()
_aside = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
# What an unknown login name is checked against, so that it takes as long as a known one.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$TOu5wm1KTgc22qevnNF6AFWC5ze1aWroRXId+ZhnVwY"


async def first() -> tuple[str, str]:
    """(password, hash) of a first password, to be told once and changed at the first login."""
    password = "-".join("".join(secrets.choice(_UNMISTAKABLE) for _ in range(4)) for _ in range(3))
    return password, await hashed(password)


async def hashed(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_aside, _hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """False, after the same time, where there is no hash because there is no such user."""
    if len(password) > LONGEST:
        return False
    right = await asyncio.get_running_loop().run_in_executor(_aside, _verify, password_hash or _NOBODYS, password)
    return right and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


def weakness(password: str, login_name: str) -> str | None:
    """What is wrong with a new password, in words, or None (等保三级: length and mixture)."""
    if len(password) < SHORTEST:
        return f"新密码至少{SHORTEST}位。"
    if len(password) > LONGEST:
        return f"新密码最多{LONGEST}位。"
    if sum(any(kind(letter) for letter in password) for kind in _KINDS) < 3:
        return "新密码要包含大写字母、小写字母、数字、符号中的至少三种。"
    if login_name in password or len(set(password)) < 5:
        return "新密码太容易猜到，不能包含用户名，也不能重复几个字。"
    return None
