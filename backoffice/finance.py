"""财务: receipts and what they pay for, movements between the agency's accounts, vouchers, and the months."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.viewer import AnyRequest, actor_of, day, now, number, on, text
from db.queries import books as queries
from domain import finance, months, payment_days
from domain.actor import Post
from domain.books import KINDS, PLACES
from domain.errors import NotFound, Problem, Refused
from domain.finance import Slip
from domain.money import Fen, show, yuan
from web import forms
from web.guards import post_required
from web.pages import Link, go, page

READERS = (
    Post.CASHIER, Post.ACCOUNTANT, Post.FINANCE_SUPERVISOR, Post.COUNTY_COLLECTION, Post.COUNTY_AUDITOR, Post.COUNTY_HEAD,
)  # fmt: skip
PAGE_SIZE = 50
TITLES = {kind.value: rules.title for kind, rules in KINDS.items()}
PARTS = (
    Link("到款", "/finance", ""), Link("划转", "/finance/movements", ""), Link("凭证", "/finance/vouchers", ""),
    Link("月份", "/finance/periods", ""), Link("银行账户", "/finance/bank-accounts", ""),
)  # fmt: skip
readers = post_required(*READERS)


def money(form: Any, name: str, title: str) -> Fen:
    """An amount as people type it. Refused beside the field when it is none."""
    try:
        return yuan(text(form, name))
    except ValueError:
        raise Refused(Problem("no-amount", f"请填写{title}，例如1234.50。", field=name)) from None


async def shown(
    request: AnyRequest, template: str, title: str, problems: tuple[Any, ...] = (), **context: Any
) -> Template:
    """A page of the desk, with its parts on top and the titles of accounts and kinds."""
    actor = actor_of(request)
    return page(
        request, f"finance/{template}.html", status_code=422 if problems else 200, page_title=title, problems=problems,
        parts=PARTS, accounts=await queries.account_titles(), kinds=TITLES, typed=context.pop("typed", None) or {},
        registers=any(actor.holds(p) for p in finance.REGISTER), moves=any(actor.holds(p) for p in finance.MOVE),
        closes=any(actor.holds(p) for p in finance.CLOSE), **context,
    )  # fmt: skip


# ------------------------------------------------------------------ receipts


@get("/finance", guards=[readers])
async def receipts(request: AnyRequest) -> Template:
    return await receipts_page(request)


async def receipts_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    county = actor_of(request).scope.county_code
    asked = request.query_params
    only_open, before = asked.get("open") == "1", number(asked, "before")
    rows = await queries.receipts(county, only_open=only_open, before=before, limit=PAGE_SIZE + 1)
    here = "/finance?open=1" if only_open else "/finance"
    awaiting = await queries.awaiting_money(county, PAGE_SIZE)
    titles = await queries.account_titles()
    return await shown(
        request, "receipts", "到款登记", problems, typed=typed,
        reminders=await payment_days.reminders(county, on(request), sorted(actor_of(request).posts)), rows=rows[:PAGE_SIZE], only_open=only_open,
        awaiting=awaiting, payable=[(d.id, f"{TITLES[d.kind]} {d.number}，差{show(d.total_fen - d.received_fen)}元") for d in awaiting],
        today=on(request), places=[(place, titles[place]) for place in titles if place in finance.MAY_RECEIVE],
        next_url=f"{here}{'&' if only_open else '?'}before={rows[PAGE_SIZE - 1].id}" if len(rows) > PAGE_SIZE else None,
        first_url=here if before else None,
    )  # fmt: skip


@post("/finance/receipts", guards=[post_required(*finance.REGISTER)])
async def register(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        slip = Slip(
            account=text(form, "account"), bank=text(form, "bank"), slip_no=text(form, "slip_no"),
            received_on=day(form, "received_on", "到款日期"), amount_fen=money(form, "amount", "到款金额"),
            people=number(form, "people") or 0, payer=text(form, "payer"), purpose=text(form, "purpose"),
        )  # fmt: skip
        await finance.register_receipt(actor.scope.county_code, slip, number(form, "document_id"), actor, now(request))
    except Refused as refused:
        return await receipts_page(request, refused.problems, forms.typed(form))
    return go(request, "/finance")


@post("/finance/receipts/{receipt_id:int}/match", guards=[post_required(*finance.MOVE)])
async def match(request: AnyRequest, receipt_id: FromPath[int]) -> Response[Any] | Template:
    """What money in suspense turned out to be for."""
    actor, form = actor_of(request), await request.form()
    try:
        document = number(form, "document_id")
        if document is None:
            raise Refused(Problem("no-document", "请选择这笔款对应的单据。", field="document_id"))
        await finance.match_receipt(actor.scope.county_code, receipt_id, document, actor, now(request))
    except Refused as refused:
        return await receipts_page(request, refused.problems)
    return go(request, "/finance")


# ------------------------------------------------------------------ movements


@get("/finance/movements", guards=[readers])
async def movements(request: AnyRequest) -> Template:
    return await movements_page(request)


async def movements_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    period = months.month_of(on(request))
    rows = await queries.balances(actor_of(request).scope.county_code, period)
    ways = [(f"{source}:{target}", title) for (source, target), title in finance.MOVEMENTS.items()]
    return await shown(
        request, "movements", "账户余额和划转", problems, typed=typed, rows=rows, ways=ways, today=on(request)
    )


@post("/finance/movements", guards=[post_required(*finance.MOVE)])
async def move(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    source, _, target = text(form, "way").partition(":")
    try:
        await finance.move(
            actor.scope.county_code, source, target, money(form, "amount", "划转金额"), text(form, "slip_no"),
            day(form, "on", "划转日期"), actor, now(request),
        )  # fmt: skip
    except Refused as refused:
        return await movements_page(request, refused.problems, forms.typed(form))
    return go(request, "/finance/movements")


# ------------------------------------------------------------------ vouchers and months


@get("/finance/vouchers", guards=[readers])
async def vouchers(request: AnyRequest) -> Template:
    """Of one month; without one, of this month."""
    today = on(request)
    return await vouchers_page(request, months.parse(request.query_params.get("period", "")) or months.month_of(today))


async def vouchers_page(request: AnyRequest, period: int, problems: tuple[Any, ...] = ()) -> Template:
    actor, before = actor_of(request), number(request.query_params, "before")
    found = await queries.vouchers(actor.scope.county_code, period, before=before, limit=PAGE_SIZE + 1)
    rows, here = found[:PAGE_SIZE], f"/finance/vouchers?period={period}"
    return await shown(
        request, "vouchers", "记账凭证", problems, rows=rows, period=period,
        open_ones=[v.number for v in rows if not v.reviewed_by_name and v.made_by != actor.id],
        periods=await queries.periods(actor.scope.county_code, 36),
        next_url=f"{here}&before={rows[-1].number}" if len(found) > PAGE_SIZE else None, first_url=here if before else None,
    )  # fmt: skip


@post("/finance/vouchers/{period:int}/review", guards=[post_required(*finance.MOVE)])
async def review(request: AnyRequest, period: FromPath[int]) -> Response[Any] | Template:
    """Of the vouchers that stood on the page the reviewer read."""
    actor, form = actor_of(request), await request.form()
    first, last = number(form, "first"), number(form, "last")
    if period >= 10**6 or first is None or last is None:
        raise NotFound
    try:
        await finance.review_vouchers(actor.scope.county_code, period, first, last, actor, now(request))
    except Refused as refused:
        return await vouchers_page(request, period, refused.problems)
    return go(request, f"/finance/vouchers?period={period}")


@get("/finance/vouchers/{period:int}/{number:int}", guards=[readers])
async def voucher(request: AnyRequest, period: FromPath[int], number: FromPath[int]) -> Template:
    head, rows = await found_voucher(request, period, number)
    own = head.made_by == actor_of(request).id
    return await shown(
        request,
        "voucher",
        f"记账凭证 {period}-{number}",
        head=head,
        rows=rows,
        reviewable=not head.reviewed_by_name and not own,
    )


async def found_voucher(
    request: AnyRequest, period: int, number: int
) -> tuple[queries.VoucherHead, list[queries.VoucherRow]]:
    """NotFound for numbers that cannot be one, too."""
    found = None
    if period < 10**6 and number < 10**9:
        found = await queries.voucher(actor_of(request).scope.county_code, period, number)
    if found is None:
        raise NotFound
    return found


@get("/finance/periods", guards=[readers])
async def periods(request: AnyRequest) -> Template:
    return await periods_page(request)


async def periods_page(request: AnyRequest, problems: tuple[Any, ...] = ()) -> Template:
    """The months, and what stands in the way of closing the oldest that is open and over."""
    county, today = actor_of(request).scope.county_code, on(request)
    rows = await queries.periods(county, 36)
    over = [row.period for row in rows if row.state == "open" and row.period < months.month_of(today)]
    next_one = min(over, default=None)
    return await shown(
        request, "periods", "月份和封账", problems, rows=rows, next_one=next_one,
        obstacles=await finance.obstacles(county, next_one) if next_one else (),
    )  # fmt: skip


@post("/finance/periods/{period:int}/close", guards=[post_required(*finance.CLOSE)])
async def close(request: AnyRequest, period: FromPath[int]) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    if not date.min.year * 100 < period < 10**6:
        raise NotFound
    try:
        await finance.close_period(actor.scope.county_code, period, text(form, "reason"), actor, now(request))
    except Refused as refused:
        return await periods_page(request, refused.problems)
    return go(request, "/finance/periods")


# ------------------------------------------------------------------ where the agency's money lies


@get("/finance/bank-accounts", guards=[readers])
async def bank_accounts(request: AnyRequest) -> Template:
    return await bank_accounts_page(request)


async def bank_accounts_page(
    request: AnyRequest, problems: tuple[Any, ...] = (), typed: forms.Text | None = None
) -> Template:
    titles = await queries.account_titles()
    return await shown(
        request, "bank_accounts", "机构的银行账户", problems, typed=typed, places=[(place, titles[place]) for place in PLACES],
        rows=await queries.bank_accounts(actor_of(request).scope.county_code),
    )  # fmt: skip


@post("/finance/bank-accounts", guards=[post_required(*finance.CLOSE)])
async def set_bank_account(request: AnyRequest) -> Response[Any] | Template:
    actor, form = actor_of(request), await request.form()
    try:
        await finance.set_bank_account(
            actor.scope.county_code, text(form, "kind"), text(form, "bank"), text(form, "account_name"),
            text(form, "account_no"), actor, now(request),
        )  # fmt: skip
    except Refused as refused:
        return await bank_accounts_page(request, refused.problems, forms.typed(form))
    return go(request, "/finance/bank-accounts")


ROUTES = [
    receipts, register, match, movements, move, vouchers, review, voucher, periods, close, bank_accounts, set_bank_account,
]  # fmt: skip
