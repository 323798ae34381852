"""What residents and village assistants see: their own cases, messages and file, and the roster of one village.

A person is asked for by every number he ever had (`indexes`, from people.indexes_of), so that nothing gets lost when a
number changes.
"""

from datetime import date, datetime

from msgspec import Struct

from db import engine
from db.crypto import unseal_text
from db.stores import cases, people
from db.stores.messages import BODY
from db.stores.security import accounts

UNREAD_SHOWN = 99

# As the stores read them; the sites know no stores.
CaseRow = cases.CaseRow
PersonRow = people.PersonRow
Account = accounts.Account


class CountyRow(Struct, frozen=True, kw_only=True):
    county_code: int
    name: str
    agency_name: str
    agency_phone: str
    agency_address: str
    profile: str


async def county(county_code: int | None) -> CountyRow | None:
    """The county; without a code the first one, for pages that people read before they log in."""
    row = await engine.fetchrow(
        "select county_code, name, agency_name, agency_phone, agency_address, profile from county"
        " where $1::int is null or county_code = $1 order by county_code limit 1",
        county_code,
    )
    return CountyRow(**dict(row)) if row else None


# ------------------------------------------------------------------ cases


class CaseLine(Struct, frozen=True):
    id: int
    case_no: str | None
    item: str
    status: str
    subject_name: str
    filer_kind: str
    filer_name: str
    awaiting: str | None
    page: str
    received_on: date | None
    due_on: date | None
    provisional: bool
    touched_at: datetime


_LINE = (
    "select id, case_no, item, status, subject_name, filer_kind, filer_name, awaiting, page, received_on, due_on,"
    " provisional, touched_at from service_case where county_code = $1"
)
# What an assistant is still typing in is not shown to the resident before it is finished.
_TO_RESIDENT = (
    " and applicant_index = any($2) and (status <> 'draft' or filer_kind = 'resident' or awaiting is not null)"
)
# Looked up in the same statement: the list is what residents open most. A number that was replaced finds nothing.
_EVERY_NUMBER = (
    "array(select i.id_index from person mine join person_identity i on i.county_code = mine.county_code"
    " and i.person_id = mine.id where mine.county_code = $1 and mine.id_index = $2 union all select $2::bytea"
    " where not exists (select from identity_index known where known.id_index = $2 and known.county_code = $1))"
)
_OPEN = " and status not in ('rejected', 'withdrawn', 'auto_closed', 'effected', 'archived')"


async def cases_of(county_code: int, id_index: bytes, *, before: int | None = None, limit: int) -> list[CaseLine]:
    """Of whoever has this number today, under every number he ever had. Newest first; what was given up without ever being
    handed in is left out."""
    rows = await engine.fetch(
        _LINE + _TO_RESIDENT.replace("any($2)", f"any({_EVERY_NUMBER})")
        + " and not (case_no is null and status in ('withdrawn', 'auto_closed'))"
        " and ($3::bigint is null or id < $3) order by id desc limit $4",
        county_code, id_index, before, limit,
    )  # fmt: skip
    return [CaseLine(*row) for row in rows]


async def open_cases_of(county_code: int, indexes: list[bytes], limit: int) -> list[CaseLine]:
    rows = await engine.fetch(_LINE + _TO_RESIDENT + _OPEN + " order by id desc limit $3", county_code, indexes, limit)
    return [CaseLine(**dict(row)) for row in rows]


async def cases_of_assistant(
    county_code: int, account_id: int, village: str, *, before: int | None = None, limit: int
) -> list[CaseLine]:
    """What one assistant typed in for the people of one village, newest first."""
    rows = await engine.fetch(
        _LINE + " and filer_kind = 'assistant' and filer_id = $2 and region_code like $3 || '%'"
        " and not (case_no is null and status in ('withdrawn', 'auto_closed'))"
        " and ($4::bigint is null or id < $4) order by id desc limit $5",
        county_code, account_id, village, before, limit,
    )  # fmt: skip
    return [CaseLine(**dict(row)) for row in rows]


async def case(county_code: int, case_id: int) -> CaseRow | None:
    """Whole, with the answers. Whoever calls it decides whether the viewer may see it."""
    return await cases.read(county_code, case_id)


async def case_by_token(token: str) -> CaseRow | None:
    """By the address printed as a QR code, which begins with the county."""
    county_code, _, rest = token.partition("-")
    if not (county_code.isascii() and county_code.isdigit() and len(county_code) == 6 and rest.isascii() and rest.isprintable()):
        return None
    case_id = await engine.fetchval(
        "select id from service_case where county_code = $1 and verify_token = $2", int(county_code), token
    )
    return await cases.read(int(county_code), case_id) if case_id else None


class MaterialRow(Struct, frozen=True, kw_only=True):
    """One photo or PDF of a material. `id` is the row that ties it to the case, `attachment_id` the file."""

    id: int
    attachment_id: int
    material: str
    filename: str


async def materials(county_code: int, case_id: int) -> list[MaterialRow]:
    rows = await engine.fetch(
        "select m.id, m.attachment_id, m.material, a.filename from case_material m"
        " join attachment a on a.county_code = m.county_code and a.id = m.attachment_id"
        " where m.county_code = $1 and m.case_id = $2 and m.removed_at is null order by m.id",
        county_code, case_id,
    )  # fmt: skip
    return [MaterialRow(**dict(row)) for row in rows]


async def document_key(county_code: int, case_id: int, kind: str) -> str | None:
    """Where the newest document of this kind is stored; None when none was issued."""
    key: str | None = await engine.fetchval(
        "select storage_key from issued_document where county_code = $1 and case_id = $2 and kind = $3"
        " order by id desc limit 1",
        county_code, case_id, kind,
    )  # fmt: skip
    return key


# ------------------------------------------------------------------ messages


class MessageRow(Struct, frozen=True, kw_only=True):
    """`body` is empty in lists."""

    id: int
    title: str
    body: str
    case_id: int | None
    created_at: datetime
    read_at: datetime | None


_INBOX = " from message where county_code = $1 and recipient_index = any($2) and channel = 'in_app'"


async def unread(county_code: int, indexes: list[bytes]) -> int:
    """At most UNREAD_SHOWN."""
    count: int = await engine.fetchval(
        f"select count(*) from (select 1{_INBOX} and read_at is null limit {UNREAD_SHOWN}) as few", county_code, indexes
    )
    return count


async def messages(
    county_code: int, indexes: list[bytes], *, before: int | None = None, limit: int
) -> list[MessageRow]:
    rows = await engine.fetch(
        f"select id, title, '' as body, case_id, created_at, read_at{_INBOX}"
        " and ($3::bigint is null or id < $3) order by id desc limit $4",
        county_code, indexes, before, limit,
    )  # fmt: skip
    return [MessageRow(**dict(row)) for row in rows]


async def message(county_code: int, indexes: list[bytes], message_id: int) -> MessageRow | None:
    row = await engine.fetchrow(
        f"select id, title, body_sealed, case_id, created_at, read_at{_INBOX} and id = $3",
        county_code, indexes, message_id,
    )  # fmt: skip
    if row is None:
        return None
    values = dict(row)
    return MessageRow(body=unseal_text(values.pop("body_sealed"), BODY), **values)


# ------------------------------------------------------------------ people


async def account(account_id: int) -> Account | None:
    """What the login says about the resident, with the ID number in clear: for himself only."""
    return await accounts.read(account_id)


async def person(county_code: int, person_id: int) -> PersonRow | None:
    """Everything that is registered. For the person himself only, or for what an assistant is told masked."""
    return await people.read(county_code, person_id)


class RosterRow(Struct, frozen=True, kw_only=True):
    """A participant on the list of his village: enough to tell two people of one name apart, no more."""

    id: int
    name: str
    born_on: date
    region_code: str


_ROSTER = "select id, name, born_on, region_code from person where county_code = $1 and region_code like $2 || '%'"


async def roster(
    county_code: int, village: str, *, after: tuple[str, int] | None = None, limit: int
) -> list[RosterRow]:
    """By group, then in order of registration. `after`: the (region code, id) the page before ended with."""
    region, person_id = after or ("", 0)
    rows = await engine.fetch(
        _ROSTER + " and (region_code, id) > ($3, $4) order by region_code, id limit $5",
        county_code, village, region, person_id, limit,
    )  # fmt: skip
    return [RosterRow(**dict(row)) for row in rows]


async def roster_named(county_code: int, village: str, name: str, limit: int) -> list[RosterRow]:
    """Everybody of the village whose name begins so."""
    rows = await engine.fetch(
        _ROSTER + " and starts_with(name, $3) order by region_code, id limit $4", county_code, village, name, limit
    )
    return [RosterRow(**dict(row)) for row in rows]


async def on_roster(county_code: int, village: str, person_id: int) -> RosterRow | None:
    """None too when the person lives in another village: the two must look alike."""
    row = await engine.fetchrow(_ROSTER + " and id = $3", county_code, village, person_id)
    return RosterRow(**dict(row)) if row else None


# ------------------------------------------------------------------ parameters


class ParameterRow(Struct, frozen=True, kw_only=True):
    """One version of a policy parameter, as domain.parameters.Row wants it."""

    id: int
    kind: str
    key: str
    value: str | None
    effective_on: date
    decided_on: date
    document: str


async def parameters(county_code: int, kind: str) -> list[ParameterRow]:
    rows = await engine.fetch(
        "select id, kind, key, value, effective_on, decided_on, document from policy_parameter"
        " where county_code = $1 and kind = $2 order by id",
        county_code, kind,
    )  # fmt: skip
    return [ParameterRow(**dict(row)) for row in rows]
