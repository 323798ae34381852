"""One-time codes sent to a phone: six digits, ten minutes, five tries, good once."""

import secrets
from datetime import datetime, timedelta

from db import engine
from db.stores.security import attempts, tokens

LIFETIME = timedelta(minutes=10)
TRIES = 5


async def issue(purpose: str, subject: str, phone: str, at: datetime) -> str | None:
    """The code to send, or None when this phone was sent one less than a minute ago or ten today.

    `subject` names what the code is for (a case, an account), so that it is good for nothing else. Older codes for
    the same subject stop working.
    """
    for limit in (attempts.CODE_PAUSE, attempts.CODES_A_DAY):
        if await attempts.take(limit, phone, at) is not None:
            return None
    code = f"{secrets.randbelow(10**6):06d}"
    await engine.execute(
        "insert into one_time_code (purpose, subject_hash, code_hash, issued_at, expires_at) values ($1, $2, $3, $4, $5)",
        purpose, _subject(purpose, subject, phone), _code(purpose, subject, phone, code), at, at + LIFETIME,
    )  # fmt: skip
    return code


async def check(purpose: str, subject: str, phone: str, code: str, at: datetime) -> bool:
    """Whether this is the newest code for the subject; the try is counted, a right code is used up."""
    right: bool | None = await engine.fetchval(
        "update one_time_code set tries = tries + 1, used_at = case when code_hash = $3 then $4::timestamptz end"
        " where id = (select max(id) from one_time_code where purpose = $1 and subject_hash = $2)"
        " and used_at is null and expires_at > $4 and tries < $5 returning used_at is not null",
        purpose, _subject(purpose, subject, phone), _code(purpose, subject, phone, code), at, TRIES,
    )  # fmt: skip
    return bool(right)


def _subject(purpose: str, subject: str, phone: str) -> bytes:
    return tokens.keyed("code-subject", purpose, subject, phone)


def _code(purpose: str, subject: str, phone: str, code: str) -> bytes:
    return tokens.keyed("code", purpose, subject, phone, code)
