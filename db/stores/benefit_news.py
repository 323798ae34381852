"""What pensioners are told many at a time: that the standard rose, that a standard waits for their yes. Inside the caller's
transaction."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import seal, unseal_text
from db.stores.messages import BODY, PHONE


class Rise(Struct, frozen=True):
    """What many have in common: from which month, 分 a month more, whether months are planned already at the old standard."""

    from_month: int
    more_fen: int
    planned: bool


class Silent(Struct, frozen=True):
    id_index: bytes
    phone: str | None
    total_fen: int
    corrected: bool


# $1 county, $2 the run, or $3 the moment at which age supplements were found; $4 and $5 the regions. The earliest step speaks.
_RISEN = (
    "with risen as materialized (select distinct on (s.person_id) p.id_index, p.phone_sealed, s.from_month,"
    " (s.total_fen - o.total_fen)::int as more_fen, b.paid_until >= s.from_month as planned from person p"
    " join benefit b on b.county_code = $1 and b.person_id = p.id and b.state not in ('ended', 'settled')"
    " join benefit_standard s on s.county_code = $1 and s.person_id = p.id and (s.run_id = $2"
    " or $2 is null and s.reason = 'age' and s.decided_at = $3)"
    " cross join lateral (select total_fen from benefit_standard x where x.county_code = $1 and x.person_id = s.person_id"
    " and x.from_month <= s.from_month and x.id < s.id order by x.from_month desc, x.id desc limit 1) o"
    " where p.county_code = $1 and p.region_code >= $4 and p.region_code < $5 order by s.person_id, s.from_month, s.id)"
)


async def rises(county_code: int, run_id: int | None, at: datetime, first: str, beyond: str) -> list[Rise]:
    """The cases that occur among those who live from `first` up to, not including, `beyond`."""
    rows = await engine.fetch(
        f"{_RISEN} select distinct from_month, more_fen, planned from risen where more_fen <> 0",
        county_code, run_id, at, first, beyond,
    )  # fmt: skip
    return [Rise(**dict(row)) for row in rows]


async def tell_risen(
    county_code: int, run_id: int | None, at: datetime, first: str, beyond: str, title: str, said: dict[Rise, str]
) -> int:
    """Everybody is told what is said of the own case, by text message too where a phone is known. Returns how many."""
    found: int = await engine.fetchval(
        f"{_RISEN}, said as (select * from unnest($6::int[], $7::int[], $8::boolean[], $9::bytea[])"
        " as u (from_month, more_fen, planned, body)), told as (select id_index, phone_sealed, body from risen"
        " join said using (from_month, more_fen, planned)), written as (insert into message (county_code, recipient_index, channel,"
        " phone_sealed, title, body_sealed, state, next_try_at, created_at, sent_at)"
        " select $1, id_index, 'in_app', null, $10, body, 'delivered', null, $3, $3 from told union all"
        " select $1, id_index, 'sms', phone_sealed, $10, body, 'waiting', $3, $3, null from told where phone_sealed is not null)"
        " select count(*)::int from told",
        county_code, run_id, at, first, beyond, [rise.from_month for rise in said], [rise.more_fen for rise in said],
        [rise.planned for rise in said], [seal(body, BODY) for body in said.values()], title,
    )  # fmt: skip
    return found


async def silent(
    county_code: int, told_after: datetime, told_until: datetime, title: str, limit: int
) -> Sequence[Silent]:
    """Who was told of a standard between the two moments, has not said yes, and has no message of this title since."""
    rows = await engine.fetch(
        "select p.id_index, p.phone_sealed, s.total_fen, r.id is not null as corrected from benefit b"
        " left join benefit_redetermination r on r.county_code = $1 and r.person_id = b.person_id and r.state = 'approved'"
        " join person p on p.county_code = $1 and p.id = b.person_id"
        " cross join lateral (select total_fen from benefit_standard where county_code = $1 and person_id = b.person_id"
        " order by from_month desc, id desc limit 1) s"
        " where b.county_code = $1 and (b.state = 'determined' or r.id is not null)"
        " and coalesce(r.decided_at, b.determined_at) > $2 and coalesce(r.decided_at, b.determined_at) <= $3"
        " and not exists (select from message m where m.county_code = $1 and m.recipient_index = p.id_index and m.channel = 'in_app'"
        " and m.title = $4 and m.created_at >= coalesce(r.decided_at, b.determined_at)) order by b.person_id limit $5",
        county_code, told_after, told_until, title, limit,
    )  # fmt: skip
    return [
        Silent(row["id_index"], unseal_text(row["phone_sealed"], PHONE) if row["phone_sealed"] else None, row["total_fen"], row["corrected"])
        for row in rows
    ]  # fmt: skip
