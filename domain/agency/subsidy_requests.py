"""缴费补贴申请 (湖南省经办工作流程十九; R-411, R-412): what a month's contributions entitle to is asked of the finance bureau, once.

The file follows the month's 《缴费补贴测算表》 tier by tier; what the bureau pays comes back as 到款通知 (finance_desk).
"""

from datetime import datetime

from db.engine import transaction
from db.queries import books as book_query
from db.queries import subsidies as queries
from db.stores import audit
from db.stores import exchange as store
from domain import months
from domain.actor import Actor
from domain.agency import numbered_files, require_post
from domain.agency.finance_desk import PARTNER
from domain.errors import Problem, Refused
from domain.exchange.finance import FINANCE, SubsidyRequest
from domain.money import yuan
from domain.subsidies import POSTS

KIND = "subsidy_request"


def number_of(county_code: int, period: int) -> str:
    """测算表编号; what arrives names it."""
    return f"CS-{county_code}-{period}"


async def ask(county_code: int, period: int, by: Actor, at: datetime) -> str:
    """Queues the request for a month (202611); returns its number. Refused before the month is over, while something of it is
    not booked, when nothing is to be asked for, and a second time."""
    require_post(by, county_code, POSTS)
    if period >= months.month_of(at.date()):
        raise Refused(Problem("not-over", "这个月还没有过完，下个月才能申请补贴。"))
    if waiting := await book_query.unbooked(county_code, months.first_day(period)):
        raise Refused(Problem("not-booked", f"还有{waiting}张单据已经审核、没有登账，登完以后再申请。"))
    number = number_of(county_code, period)
    rows = [_row(number, period, line) for line in await queries.estimate(county_code, period) if line.subsidy_fen > 0]
    if not rows:
        raise Refused(Problem("nothing", "这个月没有要申请的补贴。"))
    async with transaction():
        await store.lock_partner(county_code, FINANCE)
        if await queries.asked_on(county_code, period) is not None:
            raise Refused(Problem("asked", "这个月的补贴已经申请过了。"))
        await numbered_files.queue_file(PARTNER, county_code, KIND, rows, months.last_day(period), at)
        await audit.write(county_code, at, by.kind, by.id, by.name, "subsidies.requested", "period", f"{period}", detail=number)
    return number


def _row(number: str, period: int, line: queries.EstimateLine) -> SubsidyRequest:
    return SubsidyRequest(
        request_no=number, period=period, tier=line.tier or "不到最低档次", standard_fen=yuan(line.tier) if line.tier else 0,
        times=line.times, personal_fen=line.personal_fen, province_fen=line.province_fen, city_fen=line.city_fen,
        county_fen=line.county_fen, government_paid_fen=line.government_paid_fen, amount_fen=line.subsidy_fen,
    )  # fmt: skip
