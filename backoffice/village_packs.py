"""村里名册: packs to print for the villages, how far each village is, what is reported, and what the township looks into."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.certification import READERS
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import regions
from db.queries import village_packs as queries
from domain.agency import village_checks, village_packs
from domain.agency.village_packs import KINDS, MAKERS
from domain.errors import NotFound, Refused
from web import forms
from web import village_checks as screen
from web.guards import post_required
from web.pages import as_file, download, go, page

SHOWN = 200
PAGE_SIZE = 100
TONES = {"right": "good", "wrong": "warn", "dead": "bad", "moved": "info"}
readers = post_required(*READERS)
makers = post_required(*MAKERS)


def _makes(request: AnyRequest) -> bool:
    return any(actor_of(request).holds(post) for post in MAKERS)


@get("/village-packs", guards=[readers])
async def board(request: AnyRequest) -> Template:
    return await board_page(request)


async def board_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None, *, done: bool = False
) -> Template:
    scope = actor_of(request).scope
    packs = await queries.newest(scope.county_code, scope.region_prefix)
    return page(
        request, "village_packs/board.html", status_code=422 if problems else 200, page_title="村里名册", kinds=KINDS,
        villages=await regions.below(scope.county_code, scope.region_prefix, village_packs.VILLAGE),
        packs={(pack.region_code, pack.kind): pack for pack in packs}, makes=_makes(request), problems=problems, typed=typed or {},
        follow=await queries.to_follow(scope.county_code, scope.region_prefix, SHOWN), shown=SHOWN, answers=village_checks.ANSWERS,
        tones=TONES, done=done,
    )  # fmt: skip


@get("/village-packs/villages/{village:str}", guards=[readers])
async def village(request: AnyRequest, village: FromPath[str]) -> Template:
    return await village_page(request, village)


@get("/village-packs/villages/{village:str}/progress", guards=[readers])
async def progress(request: AnyRequest, village: FromPath[str]) -> Template:
    return await village_page(request, village, part=True)


async def village_page(
    request: AnyRequest, code: str, problems: tuple[Any, ...] = (), *, part: bool = False
) -> Template:
    """`part`: only the packs, while they are being printed."""
    actor = actor_of(request)
    village_packs.require_village(code, actor, READERS)
    county = actor.scope.county_code
    place = await regions.find(county, code)
    if place is None:
        raise NotFound
    rows = [(pack, await queries.files(county, pack.id)) for pack in await queries.newest(county, code)]
    return page(
        request, "village_packs/_packs.html" if part else "village_packs/village.html", status_code=422 if problems else 200,
        page_title=f"{place.name}的名册", village=code, rows=rows, kinds=KINDS, makes=_makes(request), problems=problems,
        busy=any(pack.printed < pack.files for pack, _ in rows),
    )  # fmt: skip


@post("/village-packs/villages/{village:str}", guards=[makers])
async def ask(request: AnyRequest, village: FromPath[str]) -> Response[Any] | Template:
    form = await request.form()
    try:
        await village_packs.ask(village, text(form, "kind"), actor_of(request), now(request))
    except Refused as refused:
        return await village_page(request, village, refused.problems)
    return go(request, f"/village-packs/villages/{village}")


@get("/village-packs/{pack_id:int}", guards=[readers])
async def one(request: AnyRequest, pack_id: FromPath[int]) -> Template:
    actor, asked = actor_of(request), request.query_params
    pack = await village_packs.found(pack_id, actor)
    answer = str(asked.get("answer", ""))
    wanted = {"": None, "none": ""}.get(answer, answer if answer in village_checks.ANSWERS else None)
    after = number(asked, "after") or 0
    rows = await queries.lines(actor.scope.county_code, pack_id, answer=wanted, after=after, limit=PAGE_SIZE + 1)
    here = f"/village-packs/{pack_id}?answer={answer if wanted is not None else ''}"
    place = await regions.find(actor.scope.county_code, pack.region_code)
    return page(
        request, "village_packs/lines.html", page_title=f"{place.name if place else ''}{KINDS[pack.kind]}", pack=pack,
        rows=rows[:PAGE_SIZE], answers=village_checks.ANSWERS, tones=TONES, answer=answer, makes=_makes(request),
        next_url=f"{here}&after={rows[PAGE_SIZE - 1].line_no}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


@get("/village-packs/{pack_id:int}/files/{number:int}", guards=[readers])
async def file(request: AnyRequest, pack_id: FromPath[int], number: FromPath[int]) -> Response[bytes]:
    key = await village_packs.open_file(pack_id, number, actor_of(request), now(request))
    data = await request.app.state.storage.get(key, village_packs.PURPOSE)
    return as_file(data, f"村里名册-{pack_id}-{number}.pdf")


@get("/village-packs/{pack_id:int}/list.xlsx", guards=[readers])
async def sheet(request: AnyRequest, pack_id: FromPath[int]) -> Response[bytes]:
    data = await village_packs.sheet(pack_id, request.app.state.portal_url, actor_of(request), now(request))
    return download(data, f"village-pack-{pack_id}.xlsx")


@post("/village-packs/{pack_id:int}/lines/{line_no:int}", guards=[makers])
async def follow(request: AnyRequest, pack_id: FromPath[int], line_no: FromPath[int]) -> Response[Any] | Template:
    """What was wrong has been looked into."""
    actor, form = actor_of(request), await request.form()
    try:
        note = text(form, f"note-{pack_id}-{line_no}")
        await village_checks.follow_up(actor.scope.county_code, pack_id, line_no, note, actor, now(request))
    except Refused as refused:
        return await board_page(request, refused.problems, forms.typed(form))
    return go(request, "/village-packs")


# ------------------------------------------------------------------ a line that was scanned, or typed from paper


@post("/village-packs/code", guards=[makers])
async def typed_code(request: AnyRequest) -> Response[Any]:
    """What a scanner at the desk reads from a picture is the portal's address: the code is its last part."""
    code = text(await request.form(), "code").rstrip("/").rpartition("/")[2]
    line = await village_checks.line(code, actor_of(request))
    return go(request, f"/checks/{line.code}")


@get("/checks/{code:str}", guards=[makers])
async def scanned(request: AnyRequest, code: FromPath[str]) -> Template:
    return await line_page(request, code, {}, {})


async def line_page(request: AnyRequest, code: str, typed: forms.Text, errors: forms.Errors) -> Template:
    line = await village_checks.line(code, actor_of(request))
    return page(
        request, "village_packs/line.html", status_code=422 if errors else 200, page_title=f"核对：{line.name}", line=line, typed=typed,
        errors=errors, url=f"/checks/{code}", kinds=KINDS, answers=village_checks.ANSWERS, with_photo=False,
    )  # fmt: skip


@post("/checks/{code:str}", guards=[makers])
async def report(request: AnyRequest, code: FromPath[str]) -> Response[Any] | Template:
    """From a list that came back on paper."""
    actor, form = actor_of(request), await request.form()
    line = await village_checks.line(code, actor)
    try:
        new = screen.read(form)
        await village_checks.report(actor.scope.county_code, line.pack_id, line.line_no, new, "", actor, now(request))
    except Refused as refused:
        return await line_page(request, code, forms.typed(form), screen.errors(refused, text(form, "answer")))
    return go(request, f"/village-packs/{line.pack_id}")


ROUTES = [board, village, progress, ask, one, file, sheet, follow, typed_code, scanned, report]
