"""政府全额代缴的“零缴费” (湖南省经办工作流程十五 核心提示4; R-128, R-129): who agreed is put on a list, without a fen of his own.

The list goes the way of every sheet (declared, approved by a second person, booked by the worker); what government pays for
the people on it becomes a claim like any subsidy (R-133).
"""

from datetime import date, datetime

from db.engine import transaction
from db.queries import special_groups as queries
from db.queries.special_groups import Candidate
from db.stores import audit
from db.stores import special_groups as store
from db.stores.books import NewDocument
from domain import contributions
from domain.actor import Actor, Post
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.errors import NotFound, Problem, Refused
from domain.parameters import Missing

MAKERS = (Post.TOWNSHIP_CLERK, Post.COUNTY_COLLECTION)
MANNERS = {"paper": "书面", "phone": "电话", "portal": "网上"}
MOST = 20_000


async def candidates(county_code: int, prefix: str, on: date, *, after: int = 0, limit: int = MOST) -> list[Candidate]:
    """For whom government may pay everything this year. Nobody while there are no rules for the day."""
    try:
        rules = (await snapshot(county_code)).rules(on)
    except Missing:
        return []
    covered = sorted({(r.category, r.household_type) for r in rules if r.personal == 0})
    return await queries.zero_candidates(county_code, prefix, on.year, covered, after=after, limit=limit)


async def record_consent(
    county_code: int, person_id: int, year: int, given_on: date, manner: str, by: Actor, at: datetime
) -> None:
    """That somebody agreed to participate, without which government does not pay for him (R-128)."""
    _require_maker(county_code, by)
    region = await queries.region_of(county_code, person_id)
    if region is None or not by.scope.covers(region):
        raise NotFound
    if manner not in MANNERS:
        raise Refused(Problem("manner", "请选择是怎样同意的。", "manner"))
    if given_on > at.date() or year != at.year:
        raise Refused(Problem("given-on", "同意的日期不能晚于今天，年度是今年。", "given_on"))
    async with transaction():
        if not await store.consent(county_code, person_id, year, given_on, manner, by.id, by.name, at):
            raise Refused(Problem("consented", "这个人今年的同意已经登记过了。"))
        await audit.write(county_code, at, by.kind, by.id, by.name, "zero_consent.recorded", "person", f"{person_id}",
                          detail=f"{year} {manner} {given_on}")  # fmt: skip


async def declare(county_code: int, by: Actor, at: datetime) -> int:
    """A draft list of everybody of the maker's region who agreed and whom government pays for entirely; returns its id."""
    _require_maker(county_code, by)
    agreed = [c for c in await candidates(county_code, by.scope.region_prefix, at.date()) if c.consented_on]
    if not agreed:
        raise Refused(Problem("nobody", "没有已经同意、还没有办理零缴费的人。"))
    new = NewDocument(
        kind=DocumentKind.ZERO_CONTRIBUTION, business_on=at.date(), region_code=by.scope.region_prefix,
        title=f"{at.year}年政府全额代缴零缴费",
    )  # fmt: skip
    paid = [
        Paid(line_no=number, name=c.name, id_number="", id_index=c.id_index, year=at.year, amount_fen=0, value_on=at.date())
        for number, c in enumerate(agreed, start=1)
    ]  # fmt: skip
    return await contributions.take_in(county_code, new, paid, by, at)


def _require_maker(county_code: int, by: Actor) -> None:
    if by.scope.county_code != county_code:
        raise NotFound
    if not any(by.holds(post) for post in MAKERS):
        raise Refused(Problem("wrong-post", "零缴费由乡镇经办岗或县里的征缴管理岗办理。"))
