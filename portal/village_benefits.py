"""What a village's assistant does for those who draw a pension or are about to: what waits, who is due for certification, the visit,
last month's deaths (规程第二十二条、第三十一条、第三十二条; R-289, R-291, R-311…R-313)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template
from msgspec import Meta, Struct

from db.queries import benefit_notices as notice_query
from db.queries import benefits as benefit_query
from db.queries import certifications as queries
from db.queries import pension as pension_query
from db.queries import suspensions as report_query
from db.queries import village_packs as pack_query
from db.queries import village_work as work_query
from db.queries.certifications import Pensioner
from db.queries.village_packs import Dead
from domain import benefit_news, months
from domain.agency import certification, death_reports
from domain.agency.death_reports import Reported
from domain.case import fields
from domain.errors import NotFound, Problem, Refused
from domain.items import BY_CODE
from domain.rules.certification import valid_until
from domain.rules.contribution import CLAIM_AGE
from portal import viewer
from portal.contribution import villager_view
from portal.viewer import AnyRequest
from web import filling, forms, uploads
from web.guards import assistant_required
from web.pages import go, page
from web.sessions import assistant_of

SHOWN = 200
REPORTS_SHOWN = 6
ITEM_TITLES = {code: item.title for code, item in BY_CODE.items()}
LOOKED = "村协办员办资格确认"
guards = [assistant_required]


class DeathLine(Struct, frozen=True, kw_only=True):
    kind: Annotated[
        str, Meta(title="情况", extra={"widget": "select", "choices": tuple(death_reports.KINDS.items())})
    ] = "death"
    name: fields.Name
    id_number: fields.IdNumber
    happened_on: Annotated[date, Meta(title="哪一天", extra={"widget": "date"})]
    note: Annotated[str, Meta(title="说明", max_length=100, extra={"widget": "text"})] = ""


class DeathList(Struct, frozen=True, kw_only=True):
    lines: Annotated[list[DeathLine], Meta(title="名单", min_length=1, max_length=50, extra={"widget": "rows"})]


# ------------------------------------------------------------------ what waits


@get("/village/{village:str}/work", guards=guards)
async def work(request: AnyRequest, village: FromPath[str]) -> Template:
    """Counts first, then everybody with the one thing to do. Whoever is long is cut at SHOWN, and says so."""
    actor, today = assistant_of(request, village), viewer.today(request)
    county = actor.scope.county_code
    packs = await pack_query.newest(county, village)
    return page(
        request, "village/work.html", village=village, village_name=actor.organisation, shown=SHOWN, titles=ITEM_TITLES,
        claims=await work_query.to_claim(county, village, today.replace(year=today.year - CLAIM_AGE), SHOWN),
        due=await _due(county, village, today), papers=await work_query.to_supplement(county, village, actor.id, SHOWN),
        unconfirmed=await pension_query.unconfirmed(county, village, benefit_news.ASKED, SHOWN), notices=await notice_query.to_hand(county, village),
        unchecked=sum(pack.person_count - pack.checked for pack in packs), unreported=await _unreported(county, village, today),
        words=months.in_words,
    )  # fmt: skip


async def _due(county_code: int, village: str, today: date) -> list[Pensioner]:
    """Whose certification has run out or ends with this or the next month."""
    until = months.after(months.month_of(today), 1 - await certification.cycle(county_code, today))
    return await queries.pensioners(county_code, village, until, SHOWN)


async def _unreported(county_code: int, village: str, today: date) -> int | None:
    """Last month, as long as the village has not said who died in it."""
    last = months.after(months.month_of(today), -1)
    made = {report.month for report in await report_query.reports_of(county_code, village, 1)}
    return None if last in made else last


# ------------------------------------------------------------------ 资格确认


@get("/village/{village:str}/certification", guards=guards)
async def due(request: AnyRequest, village: FromPath[str]) -> Template:
    actor, today = assistant_of(request, village), viewer.today(request)
    cycle = await certification.cycle(actor.scope.county_code, today)
    now = months.month_of(today)
    people = await _due(actor.scope.county_code, village, today)
    return page(
        request, "certification/due.html", village=village, village_name=actor.organisation, people=people, cycle=cycle,
        last=months.after(now, -cycle), valid_until=valid_until, done="done" in request.query_params,
    )  # fmt: skip


@get("/village/{village:str}/people/{person_id:int}/certification", guards=guards)
async def visit(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Template:
    return await _visit(request, village, person_id, {})


async def _visit(request: AnyRequest, village: str, person_id: int, errors: forms.Errors, note: str = "") -> Template:
    view, today = await villager_view(request, village, person_id, LOOKED), viewer.today(request)
    benefit = await benefit_query.benefit(view.person.county_code, person_id)
    if benefit is None or benefit.state in ("ended", "settled"):
        raise NotFound
    cycle = await certification.cycle(view.person.county_code, today)
    return page(
        request, "certification/visit.html", status_code=422 if errors else 200, village=village, person=view.person, errors=errors,
        note=note, standing=certification.standing(benefit.certified_month, cycle, today),
    )  # fmt: skip


@post(
    "/village/{village:str}/people/{person_id:int}/certification",
    guards=guards,
    request_max_body_size=uploads.REQUEST_BYTES,
)
async def certify(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Response[Any]:
    actor, sent = assistant_of(request, village), await request.form()
    note = viewer.text(sent, "note")
    try:
        photos = await uploads.read_form(sent, "photo")
        stored = await filling.stored(request.app.state.storage, photos[0]) if photos else None
        evidence = str(stored["storage_key"]) if stored else ""
        await certification.certify_by_visit(
            actor.scope.county_code, person_id, evidence, note, actor, viewer.now(request)
        )
    except Refused as refused:
        return await _visit(request, village, person_id, _errors(refused), note)
    return go(request, f"/village/{village}/certification?done=1")


def _errors(refused: Refused) -> forms.Errors:
    return {getattr(problem, "field", None) or "": problem.message for problem in refused.problems}


# ------------------------------------------------------------------ 死亡名单


@get("/village/{village:str}/deaths", guards=guards)
async def deaths(request: AnyRequest, village: FromPath[str]) -> Template:
    return await _deaths(request, village, None, {})


async def _deaths(request: AnyRequest, village: str, values: forms.Text | None, errors: forms.Errors) -> Template:
    """Without `values` the list begins with whom the village's checks called dead."""
    actor, now = assistant_of(request, village), months.month_of(viewer.today(request))
    reports = await report_query.reports_of(actor.scope.county_code, village, REPORTS_SHOWN)
    made = {report.month for report in reports}
    back = [months.after(now, -number) for number in range(1, death_reports.MONTHS_BACK + 1)]
    open_months = [month for month in back if month not in made]
    if values is None:
        until = [month for month in back if open_months and month <= open_months[0]]
        values = _first_lines(await pack_query.dead_of(actor.scope.county_code, village, until))
    return page(
        request, "certification/deaths.html", status_code=422 if errors else 200, village=village, village_name=actor.organisation,
        reports=reports, month=open_months[0] if open_months else None, months_open=[(m, months.in_words(m)) for m in open_months], words=months.in_words,
        specs=forms.fields(DeathList), values=values, errors=errors, done="done" in request.query_params,
    )  # fmt: skip


def _first_lines(dead: Sequence[Dead]) -> forms.Text:
    return {
        f"lines.{number}.{name}": text
        for number, one in enumerate(dead)
        for name, text in (("name", one.name), ("id_number", one.id_number), ("happened_on", f"{one.died_on}"))
    } or {"lines.0.": ""}


@post("/village/{village:str}/deaths", guards=guards)
async def report(request: AnyRequest, village: FromPath[str]) -> Response[Any]:
    """With names, or with the button that says nobody."""
    actor, sent = assistant_of(request, village), await request.form()
    if (again := forms.reshape(sent)) is not None:
        return await _deaths(request, village, again, {})
    month, lines = viewer.number(sent, "month") or 0, list[Reported]()
    errors: forms.Errors = {}
    if viewer.text(sent, "do") != "nobody":
        values, errors = forms.decode(DeathList, sent)
        lines = [] if errors else [_reported(line) for line in values["lines"]]
        if not lines and not errors:
            errors = {"": "请填写名单；没有人的，点“上个月没有”。"}
    try:
        if errors:
            return await _deaths(request, village, forms.typed(sent), errors)
        await death_reports.report(actor.scope.county_code, village, month, lines, actor, viewer.now(request))
    except Refused as refused:
        told = [p for p in refused.problems if isinstance(p, Problem)]
        errors = {f"{p.field or ''}": p.message for p in told}
        return await _deaths(request, village, forms.typed(sent), errors)
    return go(request, f"/village/{village}/deaths?done=1")


def _reported(line: DeathLine) -> Reported:
    return Reported(
        kind=line.kind, name=line.name, id_number=line.id_number, happened_on=line.happened_on, note=line.note
    )


ROUTES = [work, due, visit, certify, deaths, report]
