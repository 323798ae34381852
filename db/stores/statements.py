"""Statements that were numbered, those who were told of theirs, and what is to be printed. Inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from db import engine
from db.crypto import seal
from db.stores.messages import BODY


async def lock_accounts(county_code: int, accounts: Sequence[int]) -> None:
    """Two who ask for the same statement at once get the same number."""
    await engine.execute(
        "select from individual_account where county_code = $1 and id = any($2::bigint[]) order by id for update",
        county_code, list(accounts),
    )  # fmt: skip


async def numbered_since(
    county_code: int, account_id: int, year: int | None, figures: bytes, since: datetime
) -> tuple[str, str] | None:
    """(number, check code) of the statement with these very figures that was issued since then."""
    row = await engine.fetchrow(
        "select number, verify_token from account_statement where county_code = $1 and account_id = $2 and kind = 'statement'"
        " and year is not distinct from $3 and figures = $4 and issued_at >= $5 order by id desc limit 1",
        county_code, account_id, year, figures, since,
    )  # fmt: skip
    return (row["number"], row["verify_token"]) if row else None


class Told(Struct, frozen=True):
    """`accounts`: looked at and not told before; `aside`: accounts without interest of the year."""

    accounts: int
    told: int
    by_phone: int
    unsettled: list[int]
    without_phone: list[int]


# Everybody who had an account in the year. The columns of `phone_sealed` and the message's are sealed for the same purpose.
_TELL = """
with due as materialized (
  select a.id, p.id_index, p.phone_sealed, b.settled_year >= $2 as settled
    from person p join individual_account a on a.county_code = p.county_code and a.person_id = p.id
    join account_balance b on b.county_code = a.county_code and b.account_id = a.id
   where p.county_code = $1 and p.region_code >= $3 and p.region_code < $4 and a.status = 'open'
     and a.opened_on < make_date($2 + 1, 1, 1)
     and not exists (select from statement_notice n where n.county_code = $1 and n.year = $2 and n.account_id = a.id)
   offset 0),
noted as (
  insert into statement_notice (county_code, year, account_id, run_id, by_phone, told_at)
  select $1, $2, id, $5, phone_sealed is not null, $6 from due where settled and $9 order by id returning by_phone),
shown as (
  insert into message (county_code, recipient_index, channel, title, body_sealed, state, created_at, sent_at)
  select $1, id_index, 'in_app', $7, $8, 'delivered', $6, $6 from due where settled and $9 order by id),
texted as (
  insert into message (county_code, recipient_index, channel, phone_sealed, title, body_sealed, state, next_try_at, created_at)
  select $1, id_index, 'sms', phone_sealed, $7, $8, 'waiting', $6, $6 from due where settled and phone_sealed is not null and $9
   order by id)
select (select count(*) from noted) as noted, count(*) as accounts, count(*) filter (where settled) as told,
       count(phone_sealed) filter (where settled) as by_phone,
       coalesce(array_agg(id order by id) filter (where not settled), '{}') as unsettled,
       coalesce(array_agg(id order by id) filter (where settled and phone_sealed is null), '{}') as without_phone
  from due
"""


async def tell_region(
    county_code: int,
    year: int,
    first: str,
    beyond: str,
    run_id: int,
    at: datetime,
    title: str,
    body: str,
    *,
    trial: bool,
) -> Told:
    """Whoever lives from `first` up to, not including, `beyond` and was not told yet: a message always, a text message beside
    it where a phone is known. A trial writes nothing. The text is the same for all, so it is sealed once."""
    await engine.execute("set local enable_nestloop = off")  # a county's townships are taken for a few people
    row = await engine.fetchrow(
        _TELL, county_code, year, first, beyond, run_id, at, title, seal(body, BODY), not trial
    )  # fmt: skip
    assert row is not None
    assert trial or row["noted"] == row["told"], "everybody told is noted"
    return Told(row["accounts"], row["told"], row["by_phone"], row["unsettled"], row["without_phone"])


async def ask_print(
    county_code: int, year: int, village: str, files: Sequence[Sequence[int]], by: int, by_name: str, at: datetime
) -> None:
    """`files`: the accounts of each file, in the order of its pages."""
    await engine.executemany(
        "insert into statement_print (county_code, year, region_code, number, account_ids, asked_at, asked_by, asked_by_name)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [(county_code, year, village, number, list(each), at, by, by_name) for number, each in enumerate(files, start=1)],
    )  # fmt: skip


async def printed(county_code: int, print_id: int, storage_key: str, at: datetime) -> None:
    await engine.execute(
        "update statement_print set storage_key = $3, printed_at = $4 where county_code = $1 and id = $2 and storage_key is null",
        county_code, print_id, storage_key, at,
    )  # fmt: skip
