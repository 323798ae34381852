"""Sheets of the fund to print and sign: 申报单, 进账单, 测算表, 记账凭证."""

from litestar import Response, get
from litestar.params import FromPath

from backoffice.contributions import KIND_OF, document_of
from backoffice.contributions import readers as contribution_readers
from backoffice.finance import TITLES, found_voucher
from backoffice.finance import readers as finance_readers
from backoffice.funded_lists import paper
from backoffice.subsidies import READERS as SUBSIDY_READERS
from backoffice.viewer import AnyRequest, actor_of, now
from db.queries import books as book_query
from db.queries import contributions as queries
from db.queries import subsidies as subsidy_query
from db.queries.books import BankAccount
from db.queries.contributions import DocumentRow
from db.queries.reference import agency_name
from domain import months
from domain.agency import batch_import
from domain.errors import NotFound
from domain.money import show, yuan
from web.documents.fund_contents import (
    BackPayment,
    BackPaymentList,
    BankSlip,
    BatchDeclaration,
    EstimateLine,
    FundVoucher,
    SubsidyEstimate,
    VoucherEntry,
)
from web.guards import post_required


@get("/contributions/{document_id:int}/declaration.pdf", guards=[contribution_readers])
async def declaration(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """《批量缴费申报单》 (R-091): what is signed and goes with the money."""
    found = await document_of(request, document_id)
    if found.kind not in KIND_OF or found.state in ("draft", "cancelled"):
        raise NotFound
    header = await batch_import.header_of(found)
    slips = await queries.slip_numbers(found.county_code, document_id)
    contents = BatchDeclaration(
        agency=await agency_name(found.county_code), printed_at=now(request), number=found.number, office=header.organisation,
        declarant=header.declared_by, declarant_id_number=header.declared_by_id, declared_on=found.business_on, bank=header.bank,
        payment_state="已缴费" if slips else "未缴费", slip_number="、".join(slips), handler=found.created_by_name,
        handled_on=found.created_at.date(), people_times=found.line_count - found.bad_count, total_fen=found.total_fen,
    )  # fmt: skip
    return await paper("batch_declaration", contents, f"批量缴费申报单{found.number}")


@get("/contributions/{document_id:int}/slip.pdf", guards=[contribution_readers])
async def slip(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """进账单 for the bank, filled in but for the day: the money goes to the agency's 收入户."""
    found = await document_of(request, document_id)
    if found.kind not in KIND_OF or found.state in ("draft", "cancelled"):
        raise NotFound
    header = await batch_import.header_of(found)
    return await bank_slip(request, found, header.bank, f"{TITLES[found.kind]} {header.organisation}")


@get("/contributions/{document_id:int}/back-payments.pdf", guards=[contribution_readers])
async def back_payments(request: AnyRequest, document_id: FromPath[int]) -> Response[bytes]:
    """《补缴明细表》 of the past years on a sheet (R-106…R-115)."""
    found = await document_of(request, document_id)
    rows = await queries.back_paid(found.county_code, document_id)
    if found.kind not in KIND_OF or found.state in ("draft", "cancelled") or not rows:
        raise NotFound
    header = await batch_import.header_of(found)
    place = await income_account(found.county_code, header.bank)
    contents = BackPaymentList(
        agency=await agency_name(found.county_code), printed_at=now(request), number=found.number, region_name=header.organisation,
        declared_on=found.business_on, payee=place.account_name if place else "", bank=place.bank if place else header.bank,
        account=place.account_no if place else "", maker=found.created_by_name, reviewer=found.approved_by_name,
        lines=tuple(
            BackPayment(name=row.name, id_number=row.id_number, region_name=row.region_name, year=row.year,
                        tier=f"每年{show(row.amount_fen).removesuffix('.00')}元", amount_fen=row.amount_fen,
                        paid_on=row.value_on if row.state == "booked" else None)
            for row in rows
        ),
    )  # fmt: skip
    return await paper("back_payment_list", contents, f"补缴明细表{found.number}")


async def income_account(county_code: int, bank: str) -> BankAccount | None:
    """收入户 in use at this bank, else at another one."""
    places = [
        a for a in await book_query.bank_accounts(county_code) if a.kind == "income_account" and a.until_on is None
    ]
    return next((a for a in places if a.bank == bank), places[0] if places else None)


async def bank_slip(request: AnyRequest, found: DocumentRow, bank: str, source: str) -> Response[bytes]:
    """`bank`: where the money is to be paid in, if the agency has an account there."""
    place = await income_account(found.county_code, bank)
    contents = BankSlip(
        agency=await agency_name(found.county_code), printed_at=now(request), number=found.number, title="银行进账单",
        payee=place.account_name if place else "", bank=place.bank if place else bank,
        account=place.account_no if place else "", source=source, amount_fen=found.total_fen,
        people=found.line_count - found.bad_count,
    )  # fmt: skip
    return await paper("bank_slip", contents, f"进账单{found.number}")


@get("/subsidies/{period:int}/estimate.pdf", guards=[post_required(*SUBSIDY_READERS)])
async def estimate(request: AnyRequest, period: FromPath[int]) -> Response[bytes]:
    """《缴费补贴测算表》 of a month that is over (R-411)."""
    today, county = now(request), actor_of(request).scope.county_code
    if months.parse(f"{period}") is None or period >= months.month_of(today):
        raise NotFound
    rows = await subsidy_query.estimate(county, period)
    contents = SubsidyEstimate(
        agency=await agency_name(county), printed_at=today, number=f"CS-{county}-{period}", year=period // 100, month=period % 100,
        maker=actor_of(request).name,
        lines=tuple(
            EstimateLine(
                tier=f"每年{row.tier}元" if row.tier else "不到最低档次", standard_fen=yuan(row.tier) if row.tier else 0,
                people_times=row.times, personal_fen=row.personal_fen, province_fen=row.province_fen, city_fen=row.city_fen,
                county_fen=row.county_fen, government_paid_fen=row.government_paid_fen,
            )
            for row in rows
        ),
    )  # fmt: skip
    return await paper("subsidy_estimate", contents, f"缴费补贴测算表{period}")


@get("/finance/vouchers/{period:int}/{number:int}/voucher.pdf", guards=[finance_readers])
async def voucher(request: AnyRequest, period: FromPath[int], number: FromPath[int]) -> Response[bytes]:
    head, rows = await found_voucher(request, period, number)
    county = actor_of(request).scope.county_code
    contents = FundVoucher(
        agency=await agency_name(county), printed_at=now(request), number=f"{period}-{number:04d}",
        period=months.in_words(period), dated_on=head.dated_on,
        source=f"{TITLES[head.document_kind]} {head.document_number}", maker=head.made_by_name, reviewer=head.reviewed_by_name,
        lines=tuple(
            VoucherEntry(summary=row.memo or head.summary, account=row.title, debit_fen=row.debit_fen, credit_fen=row.credit_fen)
            for row in rows
        ),
    )  # fmt: skip
    return await paper("fund_voucher", contents, f"记账凭证{period}-{number}")


ROUTES = [declaration, slip, back_payments, estimate, voucher]
