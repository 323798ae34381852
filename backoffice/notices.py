"""待遇领取告知书, village by village: whom it has reached, and the papers for those it has not (规程第二十二条; R-210…R-214)."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, business, now
from db.queries import benefit_notices as queries
from db.queries import regions
from domain import benefit_notices, months
from domain.errors import NotFound
from web import notice_papers
from web.pages import as_file, go, page


def words(period: int) -> str:
    return months.in_words(period) if period > 9999 else f"{period}年"


@get("/notices", guards=[business])
async def newest(request: AnyRequest) -> Response[Any] | Template:
    found = await queries.periods(actor_of(request).scope.county_code)
    return (
        go(request, f"/notices/{found[0]}")
        if found
        else page(request, "notices/none.html", page_title="待遇领取告知书")
    )


@get("/notices/{period:int}", guards=[business])
async def villages(request: AnyRequest, period: FromPath[int]) -> Template:
    scope = actor_of(request).scope
    periods = await queries.periods(scope.county_code)
    if period not in periods:
        raise NotFound
    rows = await queries.villages(scope.county_code, scope.region_prefix, period)
    return page(
        request, "notices/villages.html", page_title=f"{words(period)}满60周岁的告知书", period=period, rows=rows,
        townships=await regions.short_names(sorted({row.code[:8] for row in rows})),
        others=[(each, words(each)) for each in periods if each != period],
    )  # fmt: skip


@get("/notices/{period:int}/{village:str}", guards=[business])
async def village(request: AnyRequest, period: FromPath[int], village: FromPath[str]) -> Template:
    rows = await benefit_notices.of_village(village, period, actor_of(request), now(request))
    name = (await regions.names([village])).get(village, village)
    return page(
        request, "notices/village.html", page_title=f"{name}{words(period)}满60周岁的告知书", period=period, village=village,
        rows=[(row, benefit_notices.read_contents(row)) for row in rows], files=[len(file) for file in notice_papers.files(rows)],
    )  # fmt: skip


@get("/notices/{period:int}/{village:str}/files/{number:int}", guards=[business])
async def file(
    request: AnyRequest, period: FromPath[int], village: FromPath[str], number: FromPath[int]
) -> Response[bytes]:
    actor, at = actor_of(request), now(request)
    files = notice_papers.files(await benefit_notices.of_village(village, period, actor, at))
    if not 0 < number <= len(files):
        raise NotFound
    data = await notice_papers.pack(actor.scope.county_code, files[number - 1], at)
    return as_file(data, f"待遇领取告知书{period}-{village}-{number}.pdf")


@post("/notices/{period:int}/{village:str}/{notice_id:int}/handed", guards=[business])
async def handed(
    request: AnyRequest, period: FromPath[int], village: FromPath[str], notice_id: FromPath[int]
) -> Response[Any]:
    await benefit_notices.handed(notice_id, actor_of(request), now(request))
    return go(request, f"/notices/{period}/{village}")


ROUTES = [newest, villages, village, file, handed]
