"""年度对账单, village by village: who was told, whom paper must reach, the list to sign and the pack to print (R-196, R-197)."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, business, now, text
from db.queries import regions
from db.queries import statements as queries
from db.queries.reference import agency_name
from domain import statements
from domain.errors import NotFound, Refused
from web.documents import pdf
from web.documents.fund_contents import Column, VillageList
from web.pages import as_file, download, go, page

WIDTHS = (4, 5, 3, 3, 3, 3, 3)


@get("/statements", guards=[business])
async def newest(request: AnyRequest) -> Response[Any] | Template:
    years = await queries.told_years(actor_of(request).scope.county_code)
    return (
        go(request, f"/statements/{years[0]}") if years else page(request, "statements/none.html", page_title="对账单")
    )


@get("/statements/{year:int}", guards=[business])
async def villages(request: AnyRequest, year: FromPath[int]) -> Template:
    scope = actor_of(request).scope
    years = await queries.told_years(scope.county_code)
    if year not in years:
        raise NotFound
    rows = await queries.villages(scope.county_code, scope.region_prefix, year)
    townships = await regions.short_names(sorted({row.code[:8] for row in rows}))
    return page(
        request, "statements/villages.html", page_title=f"{year}年对账单", year=year, rows=rows, townships=townships,
        years=[each for each in years if each != year],
    )  # fmt: skip


@get("/statements/{year:int}/{village:str}", guards=[business])
async def village(request: AnyRequest, year: FromPath[int], village: FromPath[str]) -> Template:
    return await village_page(request, year, village)


async def village_page(
    request: AnyRequest, year: int, code: str, problems: tuple[Any, ...] = (), *, part: bool = False
) -> Template:
    """`part`: only the files, while they are being printed."""
    scope = actor_of(request).scope
    found = await queries.village(scope.county_code, code, year) if scope.covers(code) else None
    if found is None:
        raise NotFound
    files = await queries.newest_pack(scope.county_code, code, year)
    printed = sum(file.storage_key is not None for file in files)
    return page(
        request, "statements/_files.html" if part else "statements/village.html", status_code=422 if problems else 200,
        page_title=f"{found.name}{year}年对账单", v=found, year=year, files=files, printed=printed, problems=problems,
        people=sum(len(file.account_ids) for file in files),
    )  # fmt: skip


@get("/statements/{year:int}/{village:str}/progress", guards=[business])
async def progress(request: AnyRequest, year: FromPath[int], village: FromPath[str]) -> Template:
    return await village_page(request, year, village, part=True)


@get("/statements/{year:int}/{village:str}/list.xlsx", guards=[business])
async def sheet(request: AnyRequest, year: FromPath[int], village: FromPath[str]) -> Response[bytes]:
    rows = await statements.village_list(village, year, actor_of(request), now(request))
    return download(statements.village_sheet(year, rows), f"statements-{year}-{village}.xlsx")


@get("/statements/{year:int}/{village:str}/list.pdf", guards=[business])
async def signing_list(request: AnyRequest, year: FromPath[int], village: FromPath[str]) -> Response[bytes]:
    """To be signed by whoever gets the paper."""
    actor, at = actor_of(request), now(request)
    rows = await statements.village_list(village, year, actor, at)
    contents = VillageList(
        agency=await agency_name(actor.scope.county_code), printed_at=at, number=f"DZMC-{village}-{year}",
        title=f"{year}年度个人账户对账单送达名册", region_name=(await regions.names([village])).get(village, village), as_of_on=at.date(),
        maker=actor.name, rows=tuple(rows), note="拿到对账单的，请本人在“签收”栏签名。",
        columns=tuple(
            Column(title=title, width=width, is_number="元" in title)
            for title, width in zip(statements.COLUMNS, WIDTHS, strict=True)
        ),
    )  # fmt: skip
    return as_file(await pdf.render("village_list", contents), f"对账单送达名册{year}-{village}.pdf")


@post("/statements/{year:int}/{village:str}/pack", guards=[business])
async def ask_pack(request: AnyRequest, year: FromPath[int], village: FromPath[str]) -> Response[Any] | Template:
    form = await request.form()
    try:
        await statements.ask_pack(
            village, year, actor_of(request), now(request), without_phone=text(form, "who") == "without_phone"
        )
    except Refused as refused:
        return await village_page(request, year, village, refused.problems)
    return go(request, f"/statements/{year}/{village}")


@get("/statements/{year:int}/{village:str}/files/{number:int}", guards=[business])
async def file(
    request: AnyRequest, year: FromPath[int], village: FromPath[str], number: FromPath[int]
) -> Response[bytes]:
    """Of the newest pack. NotFound while it is not printed."""
    key = await statements.open_file(village, year, number, actor_of(request), now(request))
    data = await request.app.state.storage.get(key, statements.PRINT_PURPOSE)
    return as_file(data, f"对账单{year}-{village}-{number}.pdf")


ROUTES = [newest, villages, village, progress, sheet, signing_list, ask_pack, file]
