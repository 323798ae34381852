"""What the office knows about the viewer, what was changed, and a copy to take away (R-058, R-504); his messages."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Struct

from db.queries import people as people_query
from db.queries import portal as query
from db.queries import regions
from db.queries.people import BeneficiaryRow, ChangeRow
from db.queries.portal import PersonRow
from domain import codes, identity, money
from domain import messages as message_store
from domain.actor import CHANNEL_TITLES, Actor, Channel
from domain.case.person_change import TITLES
from domain.errors import NotFound
from portal import papers, viewer
from portal.viewer import AnyRequest
from web import pages
from web.documents import pdf
from web.documents.contents import PersonalRecord
from web.pages import page
from web.sessions import actor_of

PAGE_SIZE = 20
PARTICIPATION = {1: "正常参保", 2: "暂停参保", 4: "终止参保"}
CONTRIBUTION = {1: "正在缴费", 2: "暂停缴费", 3: "终止缴费（已在领取或已终止）"}
_WORDS: dict[str, dict[str, str]] = {
    "id_type": {kind.value: title for kind, title in identity.ID_TYPE_TITLES.items()},
    "sex": dict(codes.SEXES),
    "ethnic_group": dict(codes.ETHNIC_GROUPS),
    "household_type": dict(codes.HOUSEHOLD_TYPES),
}


class Change(Struct, frozen=True, kw_only=True):
    title: str
    before: str
    after: str
    when: str
    who: str


class File(Struct, frozen=True, kw_only=True):
    """Everything in words, (title, text): the page, the JSON copy and the printed copy say the same."""

    number: str
    facts: list[tuple[str, str]]
    insurance: list[tuple[str, str]]
    beneficiaries: list[tuple[str, str]]
    changes: list[Change]


async def file_of(actor: Actor) -> File | None:
    """None for somebody who is not a participant yet."""
    county_code, person_id = actor.scope.county_code, await viewer.person_id_of(actor)
    person = await query.person(county_code, person_id) if person_id else None
    if person is None:
        return None
    changes = await people_query.changes(county_code, person.id)
    codes_in_use = [
        person.region_code,
        *(text for c in changes if c.field == "region_code" for text in (c.before, c.after)),
    ]
    places = await regions.names(codes_in_use)
    named = await people_query.beneficiaries(county_code, person.id)
    return File(
        number=f"{county_code}-{person.id}",
        facts=[(title, _text(field, getattr(person, field), places)) for field, title in TITLES.items()],
        insurance=_insurance(person),
        beneficiaries=[_beneficiary(row) for row in named],
        changes=[_change(row, places) for row in changes],
    )


def _text(field: str, value: Any, places: dict[str, str]) -> str:
    if value is None:
        return ""
    if field == "born_on":
        return pages.day(msgspec.convert(value, type=date))
    return _WORDS.get(field, places if field == "region_code" else {}).get(str(value), str(value))


def _insurance(person: PersonRow) -> list[tuple[str, str]]:
    if person.participation_status is None:
        return []
    tier = f"每年{money.show(person.tier_fen)}元" if person.tier_fen else ""
    category = "、".join(dict(codes.PARTICIPANT_CATEGORIES).get(code, code) for code in person.categories)
    return [
        ("参保状态", PARTICIPATION.get(person.participation_status, "")),
        ("缴费状态", CONTRIBUTION.get(person.contribution_status or 0, "")),
        ("首次参保日期", pages.day(person.first_enrolled_on)),
        ("缴费档次", tier),
        ("个人身份", category),
    ]


def _beneficiary(row: BeneficiaryRow) -> tuple[str, str]:
    relation = dict(codes.RELATIONS).get(row.relation, "")
    return (
        row.name,
        f"{relation}，{identity.mask_id(row.id_number)}，份额{row.share_percent}%，{pages.day(row.from_on)}指定",
    )


def _change(row: ChangeRow, places: dict[str, str]) -> Change:
    return Change(
        title=TITLES.get(row.field, row.field),
        before=_text(row.field, row.before, places),
        after=_text(row.field, row.after, places),
        when=pages.time(row.at),
        who=f"{row.actor_name}，{CHANNEL_TITLES[Channel(row.channel)]}",
    )


@get("/me")
async def me(request: AnyRequest) -> Template:
    actor = actor_of(request)
    return page(request, "me.html", actor=actor, file=await file_of(actor))


@get("/me/data.json")
async def copy(request: AnyRequest) -> Response[bytes]:
    """个人信息保护法第四十五条: a copy for the person to take away."""
    file = await file_of(actor_of(request))
    if file is None:
        raise NotFound
    headers = {"Content-Disposition": 'attachment; filename="pension-my-data.json"'}
    encoded = msgspec.json.format(msgspec.json.encode(_titled(file)), indent=2)
    return Response(encoded, media_type="application/json", headers=headers)


@get("/me/data.pdf")
async def printed_copy(request: AnyRequest) -> Response[bytes]:
    actor = actor_of(request)
    file, county = await file_of(actor), await viewer.county_of(request)
    if file is None:
        raise NotFound
    record = PersonalRecord(
        agency=county.agency_name, case_number=file.number, printed_at=viewer.now(request), name=actor.name, facts=tuple(file.facts),
        insurance=tuple(file.insurance), beneficiaries=tuple(file.beneficiaries),
        changes=tuple((c.title, c.before, c.after, c.when, c.who) for c in file.changes),
    )  # fmt: skip
    return papers.as_file(await pdf.render("personal_record", record), "我的登记信息.pdf")


def _titled(file: File) -> dict[str, Any]:
    changes = [
        {"项目": c.title, "原来": c.before, "改为": c.after, "时间": c.when, "办理": c.who} for c in file.changes
    ]
    return {
        "登记信息": dict(file.facts),
        "参保情况": dict(file.insurance),
        "指定受益人": file.beneficiaries,
        "变更记录": changes,
    }


@get("/messages")
async def inbox(request: AnyRequest) -> Template:
    actor = actor_of(request)
    county_code, indexes = actor.scope.county_code, await viewer.indexes_of(actor)
    found = await query.messages(county_code, indexes, before=viewer.before(request), limit=PAGE_SIZE + 1)
    lines = found[:PAGE_SIZE]
    request.state.unread = await query.unread(county_code, indexes)
    more = f"/messages?before={lines[-1].id}" if len(found) > PAGE_SIZE else None
    return page(request, "messages.html", lines=lines, more=more, first=viewer.before(request) is not None)


@get("/messages/{message_id:int}")
async def message(request: AnyRequest, message_id: FromPath[int]) -> Template:
    actor = actor_of(request)
    county_code, indexes = actor.scope.county_code, await viewer.indexes_of(actor)
    found = await query.message(county_code, indexes, message_id)
    if found is None:
        raise NotFound
    if found.read_at is None:
        await message_store.mark_read(county_code, indexes, message_id, viewer.now(request))
    return page(request, "message.html", message=found)


ROUTES = [me, copy, printed_copy, inbox, message]
