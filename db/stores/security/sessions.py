"""Web sessions: one statement loads a session, whose it is and the installation's clock together."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct

from db import engine
from db.engine import Record
from db.stores.security import tokens

App = Literal["portal", "backoffice"]

# The row is written at most once a minute; a read alone costs no transaction id.
_LOAD = """
with touched as (
  update web_session set seen_at = $3
  where token_hash = $1 and app = $2 and seen_at > $4 and absolute_end > $3 and seen_at < $3::timestamptz - interval '1 minute'
)
select i.mode, i.business_date, s.token_hash is not null as alive, s.subject, s.data, s.absolute_end, {columns}
from installation i
cross join lateral (select coalesce(i.business_date, ($3::timestamptz at time zone 'Asia/Shanghai')::date) as today) d
left join web_session s on s.token_hash = $1 and s.app = $2 and s.seen_at > $4 and s.absolute_end > $3
{joins}
"""
_PORTAL = _LOAD.format(
    columns="""a.id as user_id, a.county_code, a.name, a.id_index, a.provider,
  array(select array[p.region_code, coalesce(r.name, '')] from assistant_appointment p
    left join region r on r.code = p.region_code
    where p.county_code = a.county_code and p.id_index = a.id_index and p.from_on <= d.today
    and (p.until_on is null or p.until_on > d.today) order by p.region_code) as villages""",
    joins="left join resident_account a on a.id = s.subject",
)
_BACKOFFICE = _LOAD.format(
    columns="""u.id as user_id, u.county_code, u.name, u.id_index, u.region_code, u.organisation, u.login_name,
  array(select post from staff_post p where p.county_code = u.county_code and p.staff_id = u.id
    and p.from_on <= d.today and (p.until_on is null or p.until_on > d.today)) as posts,
  array(select r.id_index from staff_relative r where r.county_code = u.county_code and r.staff_id = u.id
    and r.ended_at is null) as relatives""",
    joins="left join staff_user u on u.county_code = s.county_code and u.id = s.subject and u.frozen_at is null",
)


class Origin(Struct, frozen=True):
    """Where a resident's login came from: what back-channel logout will name."""

    provider: str
    sub: str
    sid: str | None


async def load(app: App, token: str, at: datetime, idle: timedelta) -> Record:
    """One row, always: `mode` and `business_date` of the installation; `alive` says whether there is a session.

    `user_id` is null where the session has nobody behind it: a login under way, or a user frozen since.
    """
    sql = _PORTAL if app == "portal" else _BACKOFFICE
    row = await engine.fetchrow(sql, tokens.digest(token), app, at, at - idle)
    if row is None:
        raise RuntimeError("the database has no installation: it was not initialised")
    return row


async def clock() -> tuple[str, date | None]:
    """Mode and business date alone, for who comes without a session."""
    row = await engine.fetchrow("select mode, business_date from installation")
    if row is None:
        raise RuntimeError("the database has no installation: it was not initialised")
    return row["mode"], row["business_date"]


async def replace(
    app: App,
    old_token: str | None,
    *,
    county_code: int | None,
    subject: int | None,
    data: dict[str, Any],
    origin: Origin | None,
    at: datetime,
    absolute: timedelta,
) -> str:
    """A new session under a new token, the old one gone in the same statement."""
    token = tokens.new_token()
    await engine.execute(
        "with gone as (delete from web_session where token_hash = $11)"
        " insert into web_session (token_hash, app, county_code, subject, data, provider, provider_sub, provider_sid,"
        " created_at, seen_at, absolute_end) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)",
        tokens.digest(token), app, county_code, subject, msgspec.json.encode(data).decode(),
        origin and origin.provider, origin and origin.sub, origin and origin.sid, at, at + absolute,
        tokens.digest(old_token) if old_token else b"",
    )  # fmt: skip
    return token


async def save(token: str, data: dict[str, Any]) -> None:
    await engine.execute(
        "update web_session set data = $2 where token_hash = $1",
        tokens.digest(token),
        msgspec.json.encode(data).decode(),
    )


async def end(token: str) -> None:
    await engine.execute("delete from web_session where token_hash = $1", tokens.digest(token))


async def end_all(app: App, county_code: int | None, subject: int) -> None:
    """Every session of one user: after a freeze, a new password, a change of posts."""
    await engine.execute(
        "delete from web_session where app = $1 and county_code is not distinct from $2 and subject = $3",
        app, county_code, subject,
    )  # fmt: skip


async def end_of_provider(provider: str, sub: str | None, sid: str | None) -> int:
    """Back-channel logout: the provider names the person, its own session, or both. Returns how many ended."""
    tag = await engine.execute(
        "delete from web_session where provider = $1 and ($2::text is null or provider_sub = $2)"
        " and ($3::text is null or provider_sid = $3) and ($2 is not null or $3 is not null)",
        provider, sub, sid,
    )  # fmt: skip
    return int(tag.split()[-1])


async def whose(app: App, token: str) -> tuple[int | None, int | None]:
    """(county_code, subject) of a session that has ended but was not swept yet."""
    row = await engine.fetchrow(
        "select county_code, subject from web_session where token_hash = $1 and app = $2", tokens.digest(token), app
    )
    return (row["county_code"], row["subject"]) if row else (None, None)


async def sweep(at: datetime) -> None:
    """Forget what is over. The worker calls it; ended sessions stay a day, so that a parked form finds its owner."""
    for table, column, keep in (
        ("web_session", "absolute_end", timedelta(days=1)),
        ("login_attempt", "first_at", timedelta(days=2)),
        ("one_time_code", "expires_at", timedelta(days=1)),
        ("oidc_state", "expires_at", timedelta()),
        ("logout_token_seen", "expires_at", timedelta()),
        ("parked_form", "expires_at", timedelta()),
    ):
        await engine.execute(f"delete from {table} where {column} < $1", at - keep)
