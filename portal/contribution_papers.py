"""参保证明, 缴费证明, 缴费凭单 as files (R-103, R-201)."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from db.queries import regions
from domain import contribution_papers, identity
from domain.contribution_offer import Year
from domain.contribution_papers import Issued, PaperKind
from domain.errors import NotFound
from portal import papers, viewer
from portal.contribution import LEVEL, View, channel_of, own_view, standing_of, villager_view
from portal.me import PARTICIPATION
from portal.viewer import AnyRequest
from web.account_papers import desk_of, printed_certificate, printed_participation, tier_of
from web.documents import pdf
from web.documents.account_contents import Payment, PaymentSlip
from web.guards import assistant_required, assurance


@get("/contribution/certificate.pdf", guards=[assurance(LEVEL)])
async def certificate(request: AnyRequest) -> Response[bytes]:
    return await _certificate(request, await own_view(request))


@get("/village/{village:str}/people/{person_id:int}/contribution/certificate.pdf", guards=[assistant_required])
async def certificate_for(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Response[bytes]:
    return await _certificate(request, await villager_view(request, village, person_id, "村协办员打印缴费证明"))


@get("/contribution/participation.pdf", guards=[assurance(LEVEL)])
async def participation(request: AnyRequest) -> Response[bytes]:
    return await _participation(request, await own_view(request))


@get("/village/{village:str}/people/{person_id:int}/contribution/participation.pdf", guards=[assistant_required])
async def participation_for(request: AnyRequest, village: FromPath[str], person_id: FromPath[int]) -> Response[bytes]:
    return await _participation(request, await villager_view(request, village, person_id, "村协办员打印参保证明"))


async def _participation(request: AnyRequest, view: View | None) -> Response[bytes]:
    if view is None:
        raise NotFound
    found = await standing_of(request, view)
    desk = await desk_of(view.actor.scope.county_code, request.app.state.portal_url)
    status = PARTICIPATION.get(view.person.participation_status or 0, "")
    return papers.as_file(
        *await printed_participation(view.person, found, status, desk, view.actor, viewer.now(request))
    )


@get("/contribution/slips/{year:int}", guards=[assurance(LEVEL)])
async def slip(request: AnyRequest, year: FromPath[int]) -> Response[bytes]:
    return await _slip(request, await own_view(request), year)


@get("/village/{village:str}/people/{person_id:int}/contribution/slips/{year:int}", guards=[assistant_required])
async def slip_for(
    request: AnyRequest, village: FromPath[str], person_id: FromPath[int], year: FromPath[int]
) -> Response[bytes]:
    return await _slip(request, await villager_view(request, village, person_id, "村协办员打印缴费凭单"), year)


async def _certificate(request: AnyRequest, view: View | None) -> Response[bytes]:
    """Of the years from `first` to `last` of the address; without them of all."""
    if view is None:
        raise NotFound
    found = await standing_of(request, view)
    asked = viewer.number(request.query_params, "first"), viewer.number(request.query_params, "last")
    years = [year for year in found.paid_years if (asked[0] or 0) <= year.year <= (asked[1] or year.year)]
    desk = await desk_of(view.actor.scope.county_code, request.app.state.portal_url)
    status = PARTICIPATION.get(view.person.participation_status or 0, "")
    return papers.as_file(
        *await printed_certificate(view.person, found, years, status, desk, view.actor, viewer.now(request))
    )


async def _slip(request: AnyRequest, view: View | None, year: int) -> Response[bytes]:
    """What was paid for one year, whether it has arrived or not."""
    if view is None:
        raise NotFound
    found = await standing_of(request, view)
    asked = next((each for each in (found.this, *found.past) if each.year == year), None)
    payments = _payments(asked) if asked else ()
    if not payments or found.account is None:
        raise NotFound
    at, total = viewer.now(request), sum(payment.amount_fen for payment in payments)
    issued = await contribution_papers.issue(PaperKind.PAYMENT_SLIP, found.account.id, total, view.actor, at, year=year)
    contents = PaymentSlip(
        **await _around(request, view, issued), id_number_masked=identity.mask_id(view.person.id_number), payments=payments,
        issued_on=at.date(),
    )  # fmt: skip
    return papers.as_file(await pdf.render("payment_slip", contents), f"缴费凭单-{issued.number}.pdf")


def _payments(year: Year) -> tuple[Payment, ...]:
    """The tier is what the year has reached by what is booked; of money on its way none is known yet."""
    tier = tier_of(year.tier_fen) if year.tier_fen else ""
    return tuple(
        Payment(
            year=year.year, tier=tier if each.booked_at else "", amount_fen=each.amount_fen, paid_on=each.value_on,
            booked_on=each.booked_at.date() if each.booked_at else None, channel=channel_of(each.kind),
            voucher_number=each.external_no,
        )
        for each in year.payments if each.amount_fen
    )  # fmt: skip


async def _around(request: AnyRequest, view: View, issued: Issued) -> dict[str, Any]:
    county = await viewer.county_of(request)
    code = view.person.region_code
    return {
        "agency": county.agency_name, "printed_at": viewer.now(request), "number": issued.number, "name": view.person.name,
        "region_name": (await regions.names([code])).get(code, code), "enquiry_phone": county.agency_phone,
        "verify_url": f"{request.app.state.portal_url}/papers/{issued.verify_token}",
    }  # fmt: skip


ROUTES = [certificate, certificate_for, slip, slip_for, participation, participation_for]
