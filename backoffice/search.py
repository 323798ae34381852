"""查询: people and cases by exact ID number, name or case number. Always POST: no number ever stands in an address."""

from typing import Any

from litestar import get, post
from litestar.response import Template

from backoffice.participation import shown_as
from backoffice.viewer import AnyRequest, actor_of, business, now, number, text
from db.queries import people as people_query
from db.queries import regions, search
from domain import identity, names
from domain.actor import Actor
from domain.case.status import TITLES
from domain.items import BY_CODE
from domain.person_file import log_search
from web.pages import page

PAGE_SIZE = 25
HOW = (("name", "姓名"), ("id_number", "证件号码"), ("case_no", "业务编号"))


@get("/search", guards=[business])
async def ask(request: AnyRequest) -> Template:
    return page(request, "search/page.html", page_title="查询", **blank())


@post("/search", guards=[business], status_code=200)
async def find(request: AnyRequest) -> Template:
    form = await request.form()
    by, words = text(form, "by"), text(form, "words")
    if problem := _wrong(by, words):
        return page(
            request,
            "search/page.html",
            status_code=422,
            page_title="查询",
            **blank() | {"by": by, "words": words, "error": problem},
        )
    actor = actor_of(request)
    found = await _find(actor, by, words, number(form, "before"), number(form, "after"))
    await log_search(actor, by, len(found["people"]) + len(found["cases"]), now(request))
    places = await regions.names([row.region_code for row in (*found["people"], *found["cases"])])
    return page(
        request,
        "search/page.html",
        page_title="查询",
        **blank() | found | {"by": by, "words": words, "places": places, "asked": True},
    )


def blank() -> dict[str, Any]:
    return {
        "how": HOW, "by": "name", "words": "", "error": "", "asked": False, "people": [], "cases": [], "places": {},
        "next_people": None, "next_cases": None, "shown_as": shown_as, "titles": TITLES, "items": BY_CODE,
    }  # fmt: skip


def _wrong(by: str, words: str) -> str | None:
    if not words:
        return "请填写要查什么。"
    if by == "id_number":
        kind = (
            identity.IdType.RESIDENT_ID_CARD
            if len(identity.normalise(identity.IdType.RESIDENT_ID_CARD, words)) == 18
            else identity.IdType.OTHER
        )
        return identity.check(kind, words)
    return None if by in {code for code, _ in HOW} else "请选择按什么查。"


async def _find(actor: Actor, by: str, words: str, before: int | None, after: int | None) -> dict[str, Any]:
    """`people` and `cases` of one page, and where the next page of each begins."""
    county, prefix, limit = actor.scope.county_code, actor.scope.region_prefix, PAGE_SIZE + 1
    if by == "case_no":
        found = await search.case_numbered(county, prefix, words)
        return {"cases": [found] if found else [], "people": []}
    if by == "name":
        name = names.normalise_name(words)
        people = await search.people_named(county, prefix, name, after=after or 0, limit=limit) if not before else []
        cases = await search.cases_named(county, prefix, name, before=before, limit=limit) if not after else []
    else:
        indexes = await people_query.indexes_of(
            county, people_query.id_index_of(identity.normalise(identity.IdType.RESIDENT_ID_CARD, words))
        )
        people = await _holder(county, prefix, indexes) if not before else []
        cases = await search.cases_about(county, prefix, indexes, before=before, limit=limit)
    return {
        "people": people[:PAGE_SIZE], "next_people": people[PAGE_SIZE - 1].id if len(people) > PAGE_SIZE else None,
        "cases": cases[:PAGE_SIZE], "next_cases": cases[PAGE_SIZE - 1].id if len(cases) > PAGE_SIZE else None,
    }  # fmt: skip


async def _holder(county: int, prefix: str, indexes: list[bytes]) -> list[search.FoundPerson]:
    ids = {await people_query.person_id_of(county, index) for index in indexes} - {None}
    found = [await search.person(county, prefix, person_id) for person_id in sorted(i for i in ids if i)]
    return [person for person in found if person]


ROUTES = [ask, find]
