"""资料: places, days off, policy parameters; the calendar and the parameters are imported here too."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, administration, now, on
from db.queries import records, regions
from domain.actor import Post
from domain.agency import calendar_import
from domain.errors import Problem, Refused
from web.pages import go, page
from web.uploads import BYTES_AT_MOST

SHEET_BYTES = BYTES_AT_MOST + 100_000


@get("/regions")
async def places(request: AnyRequest) -> Template:
    """All levels under the viewer's own, closed ones too: a code is never deleted (R-448, R-455)."""
    scope = actor_of(request).scope
    prefix = scope.region_prefix
    rows = [row for length in (6, 8, 10, 12) if length >= len(prefix)
            for row in await regions.below(scope.county_code, prefix, length, with_closed=True)]  # fmt: skip
    return page(request, "records/regions.html", page_title="行政区划", rows=sorted(rows, key=lambda row: row.code))


@get("/calendar")
async def calendar(request: AnyRequest) -> Template:
    return await calendar_page(request)


async def calendar_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    asked = request.query_params.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 and int(asked) > 1900 else on(request).year
    return page(
        request, "records/calendar.html", status_code=422 if problems else 200, page_title="工作日和放假安排", year=year,
        years=await records.calendar_years(), days=await records.calendar_days(year), problems=problems,
        missing=await calendar_import.missing_years(on(request)), imports=actor_of(request).holds(Post.COUNTY_ADMIN),
        loaded=request.query_params.get("loaded", ""),
    )  # fmt: skip


@post("/calendar", guards=[administration], request_max_body_size=SHEET_BYTES)
async def import_calendar(request: AnyRequest) -> Response[Any] | Template:
    try:
        done = await calendar_import.import_year(await sheet(request), actor_of(request), now(request))
    except Refused as refused:
        return await calendar_page(request, refused.problems)
    return go(request, f"/calendar?year={done.year}&loaded={done.year}")


async def sheet(request: AnyRequest) -> bytes:
    """The file of the form. What it really is, the reader of sheets judges by content."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused(Problem("no-file", "请选择要导入的文件。", field="file"))
    return await file.read(BYTES_AT_MOST + 1)


ROUTES = [places, calendar, import_calendar]
