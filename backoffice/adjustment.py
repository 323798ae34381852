"""缴费调整: a person, a year, what it is and what it is to be; sheets of many; the finance post's review."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.contributions import LINE_STATES, PAGE_SIZE, STATES, found_people
from backoffice.finance import money
from backoffice.fund_papers import bank_slip
from backoffice.funded_lists import paper
from backoffice.reference import SHEET_BYTES, sheet
from backoffice.viewer import AnyRequest, actor_of, now, number, text
from db.queries import access, contributions, regions
from db.queries import adjustments as queries
from db.queries.contributions import DocumentRow
from db.queries.reference import agency_name
from domain.actor import Post
from domain.agency import adjustment, adjustment_review, adjustment_sheet
from domain.agency.adjustment import Asked, Payee, YearView
from domain.agency.adjustment_review import CHECKERS, WORKING_DAYS
from domain.books import DocumentKind
from domain.case.clock import load_calendar
from domain.codes import PARTICIPANT_CATEGORIES
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.person_file import log_search
from domain.rules import adjustment as rule
from domain.rules.adjustment import ITEMS, NOTHING, Amounts
from web import forms
from web.documents.fund_contents import AdjustedItem, AdjustmentDeclaration
from web.guards import post_required
from web.pages import download, go, page

READERS = (*adjustment.MAKERS, *CHECKERS, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD)
CATEGORIES = dict(PARTICIPANT_CATEGORIES)
TO_NOTHING = "0"
PAYMENT_STATES = {
    "waiting": "等财务支付", "sent": "已送银行", "paid": "已支付", "failed": "没有付成", "cancelled": "已作废", "": "",
}  # fmt: skip
readers = post_required(*READERS)
makers = post_required(*adjustment.MAKERS)


def _makes(request: AnyRequest) -> bool:
    return any(actor_of(request).holds(each) for each in adjustment.MAKERS)


async def _power(request: AnyRequest, person_id: int | None = None) -> bool:
    actor = actor_of(request)
    return await access.has_authority(
        actor.scope.county_code, actor.id, adjustment.BUSINESS, now(request), person_id=person_id
    )


# ------------------------------------------------------------------ what there is, and whom to choose


@get("/adjustments", guards=[readers])
async def documents(request: AnyRequest) -> Template:
    return await list_page(request)


async def list_page(request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None) -> Template:
    scope, before = actor_of(request).scope, number(request.query_params, "before")
    rows = await contributions.documents(
        scope.county_code, scope.region_prefix, [DocumentKind.ADJUSTMENT], before=before, limit=PAGE_SIZE + 1
    )
    calendar = await load_calendar()
    found = await _found(request, typed or {})
    return page(
        request, "adjustment/list.html", status_code=422 if problems else 200, page_title="缴费调整", rows=rows[:PAGE_SIZE], states=STATES,
        problems=problems, typed=typed or {}, makes=_makes(request), power=await _power(request), people=found,
        due={d.id: calendar.due_on(d.business_on, WORKING_DAYS).on for d in rows if d.state in ("draft", "declared")},
        next_url=f"/adjustments?before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        first_url="/adjustments" if before else None,
    )  # fmt: skip


async def _found(request: AnyRequest, typed: forms.Text) -> list[tuple[int, str, str]] | None:
    """(id, name, who that is); None where nobody was looked for."""
    words = str(typed.get("who", ""))
    if not words:
        return None
    actor = actor_of(request)
    rows = await found_people(actor, words)
    await log_search(actor, "id_number" if words[:1].isdigit() else "name", len(rows), now(request))
    places = await regions.names([row.region_code for row in rows])
    return [(row.id, row.name, f"{row.born_on:%Y年%m月%d日}出生，{places.get(row.region_code, '')}") for row in rows]


@post("/adjustments/find", guards=[makers], status_code=200)
async def find(request: AnyRequest) -> Template:
    return await list_page(request, typed=forms.typed(await request.form()))


# ------------------------------------------------------------------ one year of one person


@get("/adjustments/people/{person_id:int}", guards=[makers])
async def year(request: AnyRequest, person_id: FromPath[int]) -> Template:
    return await year_page(request, person_id)


async def year_page(
    request: AnyRequest, person_id: int, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    county = actor_of(request).scope.county_code
    owner = await contributions.owner(county, person_id)
    if owner is None:
        raise NotFound
    asked, choice = number(request.query_params, "year"), str(request.query_params.get("choice", ""))
    view: YearView | None = None
    if asked is not None:
        try:
            view = await adjustment.look(county, person_id, asked, now(request))
        except Refused as refused:
            problems = problems or refused.problems
    return page(
        request, "adjustment/year.html", status_code=422 if problems else 200, page_title=f"缴费调整：{owner.name}",
        person_id=person_id, owner=owner, v=view, asked=asked, choice=choice, problems=problems, typed=typed or {}, items=ITEMS,
        kept_years=await queries.paid_years(county, person_id), power=await _power(request, person_id), categories=CATEGORIES,
        states=STATES, history=await queries.history(county, view.account_id, view.year) if view else [],
        **(_form(view, choice, typed) if view else {}),
    )  # fmt: skip


def _form(view: YearView, choice: str, typed: forms.Text | None) -> dict[str, Any]:
    """What can be chosen, and what stands in the boxes: typed, else of the chosen tier, else as it is (R-165)."""
    tiers = [
        (f"{category}/{each.tier}", f"{CATEGORIES.get(category, category)}，{show(each.tier_fen)}元档")
        for category, choices in view.choices.items() for each in choices
    ]  # fmt: skip
    own = view.kept.category if view.kept else next(iter(view.choices))
    here = f"{own}/{view.kept.tier}" if view.kept and view.kept.tier else ""
    after = _offered(view, choice)
    amounts = {item: show(fen).replace(",", "") for item, fen in after.by_item().items()}
    back = [("", "多缴了，今天退还：已经生的利息不动")] + [
        (
            f"{each.id}",
            f"记错了，冲回{each.value_on:%Y-%m-%d}的那一笔（还有{show(each.left_fen)}元）：从那天起不算，利息重算",
        )
        for each in view.reversible
    ]
    return {
        "tiers": [*tiers, (TO_NOTHING, "调整为0：这一年不算缴费，以后可以重新缴")], "chosen": choice or here, "back": back,
        "amounts": amounts | {item: str(typed[item]) for item in ITEMS if typed and item in typed},
        "before": view.before.by_item(), "falls": after.personal < view.before.personal,
    }  # fmt: skip


def _offered(view: YearView, choice: str) -> Amounts:
    if choice == TO_NOTHING:
        return NOTHING
    category, _, tier = choice.partition("/")
    found = next((each for each in view.choices.get(category, ()) if each.tier == tier), None)
    return rule.offered(found, subsidised=view.subsidised) if found else view.before


@post("/adjustments/people/{person_id:int}", guards=[makers])
async def save(request: AnyRequest, person_id: FromPath[int]) -> Response[Any] | Template:
    actor, form, at = actor_of(request), await request.form(), now(request)
    try:
        asked = await _asked(request, person_id, form)
        found = await adjustment.save(actor.scope.county_code, asked, actor, at)
    except Refused as refused:
        return await year_page(request, person_id, refused.problems, forms.typed(form))
    return go(request, f"/adjustments/{found}")


async def _asked(request: AnyRequest, person_id: int, form: Any) -> Asked:
    """The year and the chosen tier stand in the address, as the page that was filled in did."""
    chosen = number(request.query_params, "year")
    if chosen is None:
        raise Refused(Problem("year", "请先选择年度。", field="year"))
    view = await adjustment.look(actor_of(request).scope.county_code, person_id, chosen, now(request))
    category, _, tier = text(form, "choice").partition("/")
    amounts = {item: money(form, item, f"调整后的{title}") for item, title in ITEMS.items()}
    return Asked(
        person_id=person_id, year=chosen, category=category if tier else next(iter(view.choices)), after=Amounts(**amounts),
        reason=text(form, "reason"), reverses_id=number(form, "reverses"),
        payee=Payee(text(form, "payee_name"), text(form, "bank"), text(form, "bank_account")),
    )  # fmt: skip


# ------------------------------------------------------------------ sheets


@get("/adjustments/template.xlsx", guards=[makers])
async def template(request: AnyRequest) -> Response[bytes]:  # noqa: ARG001 - the guard reads it
    return download(adjustment_sheet.template(), "adjustments.xlsx")


@post("/adjustments", guards=[makers], request_max_body_size=SHEET_BYTES)
async def take_in(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        name = str(getattr(form.get("file"), "filename", ""))
        found = await adjustment_sheet.take_in(
            actor.scope.county_code, await sheet(request), name, number(form, "year") or 0, text(form, "reason"), actor,
            now(request),
        )  # fmt: skip
    except Refused as refused:
        return await list_page(request, refused.problems, forms.typed(form))
    return go(request, f"/adjustments/{found}")


# ------------------------------------------------------------------ one adjustment


async def _document(request: AnyRequest, document_id: int) -> DocumentRow:
    scope = actor_of(request).scope
    found = await contributions.document(scope.county_code, scope.region_prefix, document_id)
    if found is None or found.kind != DocumentKind.ADJUSTMENT:
        raise NotFound
    return found


@get("/adjustments/{document_id:int}", guards=[readers])
async def one(request: AnyRequest, document_id: FromPath[int]) -> Template:
    return await document_page(request, document_id)


async def document_page(request: AnyRequest, document_id: int, problems: tuple[Any, ...] = ()) -> Template:
    found, actor = await _document(request, document_id), actor_of(request)
    after = min(number(request.query_params, "after") or 0, 2**31 - 1)
    rows = await queries.lines(found.county_code, document_id, after=after, limit=PAGE_SIZE + 1)
    checks = found.state == "declared" and found.created_by != actor.id and any(actor.holds(p) for p in CHECKERS)
    here = f"/adjustments/{document_id}"
    return page(
        request, "adjustment/document.html", status_code=422 if problems else 200, page_title=found.title, d=found, states=STATES,
        line_states=LINE_STATES, rows=rows[:PAGE_SIZE], items=list(ITEMS.values()), categories=CATEGORIES, problems=problems,
        payments=PAYMENT_STATES, may_approve=checks, may_declare=found.state == "draft" and _makes(request),
        may_cancel=found.state in ("draft", "declared", "approved") and (_makes(request) or checks),
        power=await _power(request, rows[0].person_id if rows and not found.file_name else None),
        unused=(await queries.unused(found.county_code, document_id))[:PAGE_SIZE] if found.bad_count else [],
        next_url=f"{here}?after={rows[PAGE_SIZE - 1].line_no}" if len(rows) > PAGE_SIZE else None, first_url=here if after else None,
    )  # fmt: skip


@get("/adjustments/{document_id:int}/bad.xlsx", guards=[makers])
async def bad(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    found = await _document(request, document_id)
    return download(await adjustment_sheet.bad_rows(found.county_code, document_id), f"bad-{document_id}.xlsx")


@post("/adjustments/{document_id:int}/{step:str}", guards=[post_required(*adjustment.MAKERS, *CHECKERS)])
async def act(request: AnyRequest, document_id: FromPath[int], step: FromPath[str]) -> Response[Any] | Template:
    actor, form, at = actor_of(request), await request.form(), now(request)
    county = (await _document(request, document_id)).county_code
    try:
        if step == "declare":
            await adjustment_sheet.declare(county, document_id, actor, at)
        elif step == "approve":
            await adjustment_review.approve(county, document_id, actor, at)
        elif step == "cancel":
            await adjustment_review.cancel(county, document_id, text(form, "reason"), actor, at)
        else:
            raise NotFound
    except Refused as refused:
        return await document_page(request, document_id, refused.problems)
    return go(request, f"/adjustments/{document_id}")


@get("/adjustments/{document_id:int}/declaration.pdf", guards=[readers])
async def declaration(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """《缴费调整申报单》: what is signed, and what the person takes to the bank."""
    found = await _document(request, document_id)
    if found.state in ("draft", "cancelled"):
        raise NotFound
    return await paper("adjustment_declaration", await _contents(request, found), f"缴费调整申报单{found.number}")


@get("/adjustments/{document_id:int}/slip.pdf", guards=[readers])
async def slip(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """进账单 for what the person pays in besides (R-162)."""
    found = await _document(request, document_id)
    if found.state not in ("declared", "approved", "booked") or found.total_fen <= 0:
        raise NotFound
    return await bank_slip(request, found, "", found.title)


async def _contents(request: AnyRequest, found: DocumentRow) -> AdjustmentDeclaration:
    county, agency = found.county_code, await agency_name(found.county_code)
    rows = await queries.lines(county, found.id)
    numbers = await queries.id_numbers(county, found.id)
    slips = await contributions.slip_numbers(county, found.id)
    sheet_of_many = bool(found.file_name)
    return AdjustmentDeclaration(
        agency=agency, printed_at=now(request), number=found.number, office=agency, insurance="城乡居民基本养老保险",
        declarant=found.created_by_name if sheet_of_many else rows[0].name, declared_on=found.business_on,
        declarant_id_number="" if sheet_of_many else numbers[rows[0].person_id], contribution_year=rows[0].year,
        personal_fen=found.total_fen, payment_state=_payment_state(found, slips), slip_number="、".join(slips),
        bank=rows[0].bank, bank_account=rows[0].bank_account, account_name=rows[0].payee_name, handler=found.created_by_name,
        handled_on=found.created_at.date(), items=tuple(
            AdjustedItem(name=row.name, id_number=numbers[row.person_id], item=title, before_fen=was, after_fen=now_is, basis=row.reason)
            for row in rows for title, was, now_is in zip(ITEMS.values(), row.before, row.after, strict=True) if was != now_is
        ),
    )  # fmt: skip


def _payment_state(found: DocumentRow, slips: list[str]) -> str:
    if found.total_fen < 0:
        return "退还，由财务支付"
    if not found.total_fen:
        return "0到款登记"
    return "已缴费" if slips else "未缴费"


ROUTES = [documents, find, year, save, template, take_in, one, bad, act, declaration, slip]
