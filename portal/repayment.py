"""要退还的钱: what somebody is asked to pay back, why, by when and how; what has come and what is left (R-352…R-355)."""

from litestar import get
from litestar.response import Template

from db.queries import books
from db.queries import recovery as queries
from domain.rules.recovery import CAUSE_TITLES
from portal import viewer
from portal.viewer import AnyRequest
from web.guards import assurance
from web.pages import page
from web.recovery_papers import RECEIVES
from web.sessions import actor_of

LEVEL = 2
OWN = "/repayment"


async def waits(request: AnyRequest) -> bool:
    """Whether the viewer is asked for something."""
    county = actor_of(request).scope.county_code
    return any(each.open_fen for each in await queries.of_debtor(county, await viewer.indexes_of(actor_of(request))))


@get(OWN, guards=[assurance(LEVEL)])
async def own(request: AnyRequest) -> Template:
    actor = actor_of(request)
    county = actor.scope.county_code
    debts = [
        (
            each, (await queries.notices(county, each.id))[-1:], [p for p in await queries.payments(county, each.id) if p.state != "cancelled"],
            (await queries.agreements(county, each.id))[:1], await queries.deductions(county, each.id),
        )
        for each in await queries.of_debtor(county, await viewer.indexes_of(actor))
    ]  # fmt: skip
    account = next((each for each in await books.bank_accounts(county) if each.kind == RECEIVES), None)
    return page(
        request, "repayment.html", debts=debts, causes=CAUSE_TITLES, account=account, today=viewer.today(request),
        office=await viewer.county_of(request),
    )  # fmt: skip


ROUTES = [own]
