"""办理统计: how punctual, by township and by item, and what lies on which desk now."""

from datetime import date, timedelta

from litestar import get
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, on
from db.queries import regions, statistics
from domain.actor import POST_TITLES
from domain.items import BY_CODE
from web import forms
from web.pages import page

DEFAULT_DAYS = 90


@get("/statistics")
async def show(request: AnyRequest) -> Template:
    today, scope = on(request), actor_of(request).scope
    first = _day(request, "first") or today - timedelta(days=DEFAULT_DAYS)
    last = _day(request, "last") or today
    period = (scope.county_code, scope.region_prefix, first, last, today)
    desks = await statistics.desks(scope.county_code, scope.region_prefix, today)
    townships = await statistics.by_township(*period)
    names = await regions.names([*(row.key for row in townships), *(row.desk for row in desks)])
    return page(
        request, "statistics/page.html", page_title="办理统计", first=first, last=last, townships=townships,
        items=await statistics.by_item(*period), desks=desks, names=names,
        titles={code: item.title for code, item in BY_CODE.items()}, posts={post.value: t for post, t in POST_TITLES.items()},
    )  # fmt: skip


def _day(request: AnyRequest, name: str) -> date | None:
    """A day from the address; what is none is ignored."""
    try:
        return forms.read_date(forms.clean(request.query_params.get(name, "")))
    except ValueError:
        return None


ROUTES = [show]
