"""代发: whose pension stopped or came back, and whether the allowance beside it goes on."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.delegated import BASE, PAGE_SIZE, PARTS, SHOWN, holds, makers, readers
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import delegated_lists as queries
from domain import months
from domain.agency import delegated_decisions, sentences, suspensions
from domain.agency.delegated_decisions import ANSWERS
from domain.agency.delegated_programmes import MAKERS
from domain.errors import Refused
from web.pages import go, page

STOPS = {"ended": "养老金已经终止", "death_match": "死亡人员名单里有这个人"}


@get(BASE + "/asked", guards=[readers])
async def asked(request: AnyRequest) -> Template:
    return await asked_page(request)


async def asked_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    county, given = actor_of(request).scope.county_code, request.query_params
    after = (number(given, "person") or 0, number(given, "programme") or 0)
    rows = await queries.asked(county, delegated_decisions.horizon(now(request)), after=after, limit=PAGE_SIZE + 1)
    last = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    return page(
        request, "delegated/asked.html", status_code=422 if problems else 200, page_title="代发：养老金停了，要问的", parts=PARTS,
        rows=rows[:PAGE_SIZE], problems=problems, answers=ANSWERS, why=_why, words=months.in_words, decides=holds(request, MAKERS),
        said=await queries.answered(county, limit=SHOWN),
        next_url=f"{BASE}/asked?person={last.person_id}&programme={last.programme_id}" if last else None,
        first_url=f"{BASE}/asked" if after[0] else None,
    )  # fmt: skip


def _why(stop: queries.Stop) -> str:
    if stop.kind == "suspension":
        return suspensions.REASONS.get(stop.reason, stop.reason)
    if stop.kind == "sentence":
        return {situation.value: title for situation, title in sentences.TITLES.items()}.get(stop.reason, stop.reason)
    return "：".join(filter(None, [STOPS[stop.kind], stop.reason]))


@post(BASE + "/asked/{programme_id:int}/{person_id:int}", guards=[makers])
async def answer_asked(
    request: AnyRequest, programme_id: FromPath[int], person_id: FromPath[int]
) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await delegated_decisions.answer(
            actor.scope.county_code,
            programme_id,
            person_id,
            text(form, "answer"),
            text(form, "reason"),
            actor,
            now(request),
        )
    except Refused as refused:
        return await asked_page(request, refused.problems)
    return go(request, f"{BASE}/asked")


ROUTES = [asked, answer_asked]
