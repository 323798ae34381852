"""Cards and the banks' word on accounts, as staff see them. The first argument is the county."""

from datetime import datetime

from asyncpg import Record
from msgspec import Struct

from db import engine
from db.crypto import unseal_text

# Who has no account that can be used and is not waited for; `changing`: what is known about him is being changed and not
# reviewed yet, so the bank would get the wrong name (湖南省经办工作流程二十 核心提示6).
_REST = (
    " cross join lateral (select exists (select from service_case s where s.county_code = $1 and s.subject_person_id = p.id"
    " and s.item in ('key_info_change', 'basic_info_change', 'household_address_change')"
    " and s.status in ('submitted', 'resubmitted', 'supplement_requested', 'preliminary_passed', 'under_review', 'approved')) as changing) c"
    " left join payment_account a on a.county_code = $1 and a.person_id = p.id and a.ended_at is null"
)
_NOBODY_ASKED = (
    " (a.id is null or a.state = 'rejected') and not exists (select from card_request r where r.county_code = $1"
    " and r.person_id = p.id and r.state = 'sent')"
)
WANTS = {
    "benefit": f"from benefit b join person p on p.county_code = $1 and p.id = b.person_id{_REST}"
    f" where b.county_code = $1 and b.state not in ('ended', 'settled') and{_NOBODY_ASKED}",
    "contribution": f"from participation n join person p on p.county_code = $1 and p.id = n.person_id{_REST}"
    f" where n.county_code = $1 and n.participation_status = 1 and n.contribution_status = 1 and{_NOBODY_ASKED}",
}
UNCHECKED = (
    "from payment_account a where a.county_code = $1 and a.ended_at is null and not exists (select from account_check c"
    " where c.county_code = $1 and c.payment_account_id = a.id and c.result = '')"
)


class BankRow(Struct, frozen=True):
    code: str
    title: str


class WantingRow(Struct, frozen=True, kw_only=True):
    """Somebody without an account. `refused`: why the last account or request came to nothing."""

    person_id: int
    name: str
    region_name: str
    changing: bool
    refused: str


class RequestRow(Struct, frozen=True, kw_only=True):
    id: int
    person_id: int
    name: str
    id_number: str
    region_code: str
    region_name: str
    bank_code: str
    bank: str
    account_kind: str
    tail: str
    state: str
    reason: str
    asked_at: datetime
    answered_at: datetime | None
    handed_at: datetime | None
    handed_by_name: str


class Counts(Struct, frozen=True, kw_only=True):
    sent: int
    refused: int
    to_hand_out: int
    handed: int


class AccountRow(Struct, frozen=True, kw_only=True):
    """An account the bank has not said yes to. `asked_at`: since when an answer is waited for."""

    id: int
    person_id: int
    name: str
    bank: str
    tail: str
    state: str
    state_reason: str
    asked_at: datetime | None
    asked_bank: str


class SharedRow(Struct, frozen=True, kw_only=True):
    """One of the people who are paid to the same account; `shared` tells the accounts apart."""

    shared: int
    people: int
    person_id: int
    name: str
    region_name: str
    bank: str
    tail: str


async def banks(county_code: int) -> list[BankRow]:
    rows = await engine.fetch("select code, title from agency_bank where county_code = $1 order by code", county_code)
    return [BankRow(**dict(row)) for row in rows]


async def bank_of(county_code: int, code: str) -> BankRow | None:
    row = await engine.fetchrow(
        "select code, title from agency_bank where county_code = $1 and code = $2", county_code, code
    )
    return BankRow(**dict(row)) if row else None


async def wanting(county_code: int, purpose: str, prefix: str, limit: int) -> list[WantingRow]:
    """`purpose`: a key of WANTS."""
    rows = await engine.fetch(
        "select p.id as person_id, p.name, coalesce((select g.full_name from region g where g.code = p.region_code), p.region_code)"
        " as region_name, changing, coalesce(nullif(a.state_reason, ''), (select r.reason from card_request r where r.county_code = $1"
        " and r.person_id = p.id and r.state = 'refused' order by r.id desc limit 1), '') as refused"
        f" {WANTS[purpose]} and p.region_code like $2 || '%' order by p.region_code, p.id limit $3",
        county_code, prefix, limit,
    )  # fmt: skip
    return [WantingRow(**dict(row)) for row in rows]


async def wanting_count(county_code: int, purpose: str, prefix: str) -> int:
    count: int = await engine.fetchval(
        f"select count(*) {WANTS[purpose]} and p.region_code like $2 || '%'", county_code, prefix
    )
    return count


async def counts(county_code: int, prefix: str) -> Counts:
    row = await engine.fetchrow(
        "select count(*) filter (where state = 'sent')::int as sent, count(*) filter (where state = 'refused')::int as refused,"
        " count(*) filter (where state = 'opened' and handed_at is null)::int as to_hand_out,"
        " count(*) filter (where handed_at is not null)::int as handed from card_request where county_code = $1"
        " and region_code like $2 || '%'",
        county_code, prefix,
    )  # fmt: skip
    assert row is not None
    return Counts(**dict(row))


_REQUEST = (
    "select r.id, r.person_id, p.name, p.id_number_sealed, r.region_code, coalesce(g.full_name, r.region_code) as region_name, r.bank_code,"
    " b.title as bank, r.account_kind, r.account_tail as tail, r.state, r.reason, r.asked_at, r.answered_at, r.handed_at,"
    " r.handed_by_name from card_request r join person p on p.county_code = $1 and p.id = r.person_id join agency_bank b"
    " on b.county_code = $1 and b.code = r.bank_code left join region g on g.code = r.region_code where r.county_code = $1"
)


def _request(row: Record) -> RequestRow:
    values = dict(row)
    sealed = values.pop("id_number_sealed")
    return RequestRow(**values, id_number=unseal_text(sealed, "person.id_number"))


async def requests(county_code: int, prefix: str, states: tuple[str, ...], limit: int) -> list[RequestRow]:
    """The longest waited for first."""
    rows = await engine.fetch(
        f"{_REQUEST} and r.region_code like $2 || '%' and r.state = any($3) order by r.id limit $4",
        county_code, prefix, list(states), limit,
    )  # fmt: skip
    return [_request(row) for row in rows]


async def asked_of(county_code: int, person_id: int) -> str:
    """The bank that was asked to open an account for this person and has not answered; empty without one."""
    bank: str | None = await engine.fetchval(
        "select b.title from card_request r join agency_bank b on b.county_code = $1 and b.code = r.bank_code where r.county_code = $1"
        " and r.person_id = $2 and r.state = 'sent'",
        county_code, person_id,
    )  # fmt: skip
    return bank or ""


async def opened(
    county_code: int, prefix: str, limit: int, *, handed: bool | None = None, file_id: int | None = None
) -> list[RequestRow]:
    """What banks have opened, in the order of the lists that asked for it. `handed`: None for both."""
    rows = await engine.fetch(
        f"{_REQUEST} and r.region_code like $2 || '%' and r.state = 'opened' and ($3::bool is null or (r.handed_at is not null) = $3)"
        " and ($5::bigint is null or r.file_id = $5) order by r.file_id, r.id limit $4",
        county_code, prefix, handed, limit, file_id,
    )  # fmt: skip
    return [_request(row) for row in rows]


class ListRow(Struct, frozen=True, kw_only=True):
    """One list that asked a bank for cards, and how it stands."""

    file_id: int
    sequence: int
    bank: str
    created_at: datetime
    people: int
    opened: int
    refused: int
    sent: int


async def lists(county_code: int, limit: int) -> list[ListRow]:
    """Newest first."""
    rows = await engine.fetch(
        "select r.file_id, f.sequence, b.title as bank, f.created_at, count(*)::int as people, count(*) filter (where r.state = 'opened')"
        "::int as opened, count(*) filter (where r.state = 'refused')::int as refused, count(*) filter (where r.state = 'sent')::int as sent"
        " from card_request r join exchange_file f on f.county_code = $1 and f.id = r.file_id join agency_bank b on b.county_code = $1"
        " and b.code = r.bank_code where r.county_code = $1 group by 1, 2, 3, 4 order by r.file_id desc limit $2",
        county_code, limit,
    )  # fmt: skip
    return [ListRow(**dict(row)) for row in rows]


# ---------------------------------------------------------------- the bank's word on accounts


async def unverified(county_code: int, prefix: str, limit: int) -> list[AccountRow]:
    """Accounts in use that the bank has not said yes to: those it has refused first, then the longest waiting."""
    rows = await engine.fetch(
        "select a.id, a.person_id, p.name, a.bank, a.account_tail as tail, a.state, a.state_reason, c.asked_at,"
        " coalesce(b.title, '') as asked_bank from payment_account a join person p on p.county_code = $1 and p.id = a.person_id"
        " left join account_check c on c.county_code = $1 and c.payment_account_id = a.id and c.result = ''"
        " left join agency_bank b on b.county_code = $1 and b.code = c.bank_code where a.county_code = $1 and a.ended_at is null"
        " and a.state <> 'verified' and p.region_code like $2 || '%' order by a.state, a.id limit $3",
        county_code, prefix, limit,
    )  # fmt: skip
    return [AccountRow(**dict(row)) for row in rows]


async def asked_by_the_day(county_code: int, bank: str, since: datetime) -> bool:
    """Whether the daily file about accounts went to this bank since then."""
    found: bool = await engine.fetchval(
        "select exists (select from account_check where county_code = $1 and bank_code = $2 and asked_at >= $3 and asked_by = 0)",
        county_code, bank, since,
    )  # fmt: skip
    return found


async def shared(county_code: int, prefix: str, limit: int) -> list[SharedRow]:
    """Everybody who is paid to an account that others are paid to as well, the most used first (R-278). Also accounts with only one
    of their people below `prefix`."""
    rows = await engine.fetch(
        "with many as (select account_index, count(*)::int as people, min(id) as shared from payment_account where county_code = $1"
        " and ended_at is null group by account_index having count(*) > 1) select m.shared, m.people, a.person_id, p.name,"
        " coalesce(g.full_name, p.region_code) as region_name, a.bank, a.account_tail as tail from many m join payment_account a"
        " on a.county_code = $1 and a.account_index = m.account_index and a.ended_at is null join person p on p.county_code = $1"
        " and p.id = a.person_id left join region g on g.code = p.region_code where p.region_code like $2 || '%'"
        " order by m.people desc, m.shared, a.id limit $3",
        county_code, prefix, limit,
    )  # fmt: skip
    return [SharedRow(**dict(row)) for row in rows]


class HeldFile(Struct, frozen=True, kw_only=True):
    """A bank's answer of which some lines could not be taken."""

    id: int
    kind: str
    sequence: int
    partner: str
    reason: str


async def held(county_code: int) -> list[HeldFile]:
    rows = await engine.fetch(
        "select id, kind, sequence, partner, reason from exchange_file where county_code = $1 and state = 'held'"
        " and kind in ('account_opened', 'account_checked') order by id",
        county_code,
    )  # fmt: skip
    return [HeldFile(**dict(row)) for row in rows]
