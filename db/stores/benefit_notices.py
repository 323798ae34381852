"""待遇领取告知书: who is told, and that it has arrived. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import seal
from db.stores.messages import BODY


class NewNotice(Struct, frozen=True, kw_only=True):
    """`contents`: JSON. `text`: which of the texts goes with it."""

    person_id: int
    contents: str
    text: int


# The columns of `phone_sealed` and the message's are sealed for the same purpose.
_TELL = """
with asked as materialized (select * from unnest($5::bigint[], $6::text[], $7::int[]) as a (person_id, contents, text)),
noted as (
  insert into benefit_notice (county_code, person_id, kind, period, contents, run_id, issued_at)
  select $1, person_id, $2, $3, contents, $4, $10 from asked order by person_id on conflict do nothing returning person_id),
told as materialized (
  select p.id, p.id_index, p.phone_sealed, ($9::bytea[])[a.text] as body from noted n join asked a using (person_id)
    join person p on p.county_code = $1 and p.id = n.person_id),
shown as (
  insert into message (county_code, recipient_index, channel, title, body_sealed, state, created_at, sent_at)
  select $1, id_index, 'in_app', $8, body, 'delivered', $10, $10 from told order by id),
texted as (
  insert into message (county_code, recipient_index, channel, phone_sealed, title, body_sealed, state, next_try_at, created_at)
  select $1, id_index, 'sms', phone_sealed, $8, body, 'waiting', $10, $10 from told where phone_sealed is not null order by id)
select count(*)::int from told
"""


async def tell(
    county_code: int,
    kind: str,
    period: int,
    run_id: int,
    title: str,
    texts: Sequence[str],
    new: Sequence[NewNotice],
    at: datetime,
) -> int:
    """A notice and a message each, a text message beside it where a phone is known; how many. Whoever was told in the meantime
    is not told again. Every text is sealed once."""
    told: int = await engine.fetchval(
        _TELL, county_code, kind, period, run_id, [each.person_id for each in new], [each.contents for each in new],
        [each.text + 1 for each in new], title, [seal(text, BODY) for text in texts], at,
    )  # fmt: skip
    return told


async def mark_read(county_code: int, notice_id: int, at: datetime) -> None:
    await engine.execute(
        "update benefit_notice set read_at = $3 where county_code = $1 and id = $2 and read_at is null", county_code, notice_id, at
    )  # fmt: skip


async def mark_handed(county_code: int, notice_id: int, by_name: str, at: datetime) -> bool:
    """False when somebody was quicker."""
    done = await engine.fetchval(
        "update benefit_notice set handed_at = $3, handed_by_name = $4 where county_code = $1 and id = $2 and handed_at is null"
        " returning id",
        county_code, notice_id, at, by_name,
    )  # fmt: skip
    return done is not None
