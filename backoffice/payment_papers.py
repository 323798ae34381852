"""The sheets of a payment month to print and sign: 《待遇支付审批表》 and 《基金支付汇总表》."""

from litestar import Response, get
from litestar.params import FromPath

from backoffice.payments import LEVELS, READERS
from backoffice.viewer import AnyRequest, actor_of, now
from db.queries import payments as queries
from db.queries import portal as county_query
from db.queries import runs as run_query
from db.queries.payments import PlanRow, TownshipRow
from domain import months
from domain.errors import NotFound
from web.documents import pdf
from web.documents.paper import Paper
from web.documents.payment_contents import BankPayment, PaidPart, PaymentApproval, PaymentSummary, TownshipPayment
from web.guards import post_required

PAID = ("settled", "closed")
TITLES = {"account": "个人账户养老金"}
readers = post_required(*READERS)


@get("/payments/{plan_id:int}/approval.pdf", guards=[readers])
async def approval(request: AnyRequest, plan_id: FromPath[int]) -> Response[bytes]:
    plan, agency = await _found(request, plan_id)
    county = actor_of(request).scope.county_code
    run = await run_query.run(county, plan.run_id)
    assert run is not None
    rows = await queries.by_township(county, plan_id, regular=True)
    return await _printed("payment_approval", PaymentApproval(
        agency=agency, printed_at=now(request), number=f"FF-{plan.month}", month=months.in_words(plan.month), pay_on=plan.pay_on,
        lines=tuple(_line(row) for row in rows), maker=run.prepared_by_name, reviewer=run.reviewed_by_name,
        approver=run.approved_by_name,
    ))  # fmt: skip


def _line(row: TownshipRow) -> TownshipPayment:
    parts = {f"{level}_fen": fen for level, fen in row.levels.items()}
    return TownshipPayment(
        region_name=row.name, people=row.people, change_fen=row.net_fen - sum(row.levels.values()), **parts
    )


@get("/payments/{plan_id:int}/summary.pdf", guards=[readers])
async def summary(request: AnyRequest, plan_id: FromPath[int]) -> Response[bytes]:
    """NotFound until every transfer has its result: before that there is nothing to hold beside the bank's receipts."""
    plan, agency = await _found(request, plan_id)
    if plan.state not in PAID:
        raise NotFound
    actor = actor_of(request)
    banks = await queries.paid_by_bank(actor.scope.county_code, plan_id)
    levels = await queries.paid_levels(actor.scope.county_code, plan_id)
    parts = {TITLES.get(level, f"基础养老金（{title}）"): levels[level] for level, title in LEVELS.items()}
    parts["抵扣以前多发的"] = sum(bank.fen for bank in banks) - sum(parts.values())
    return await _printed("payment_summary", PaymentSummary(
        agency=agency, printed_at=now(request), number=f"ZF-{plan.month}", month=months.in_words(plan.month), pay_on=plan.pay_on, maker=actor.name,
        parts=tuple(PaidPart(title=title, amount_fen=fen) for title, fen in parts.items()),
        banks=tuple(BankPayment(bank=row.bank, files=row.files, people=row.people, amount_fen=row.fen) for row in banks),
    ))  # fmt: skip


async def _found(request: AnyRequest, plan_id: int) -> tuple[PlanRow, str]:
    """The plan and the agency's name; a cancelled plan has no papers."""
    code = actor_of(request).scope.county_code
    plan, county = await queries.plan(code, plan_id), await county_query.county(code)
    if plan is None or plan.state == "cancelled" or county is None:
        raise NotFound
    return plan, county.agency_name


async def _printed(kind: str, contents: Paper) -> Response[bytes]:
    data = await pdf.render(kind, contents)
    return Response(data, media_type="application/pdf", headers={"Content-Disposition": "inline"})


ROUTES = [approval, summary]
