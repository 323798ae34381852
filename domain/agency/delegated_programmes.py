"""代发项目: whose allowance it is, from when to when, on which day; one proposes, another says yes (R-437, R-016)."""

from datetime import datetime

from msgspec import Struct

from db.engine import transaction
from db.queries import delegated_lists as queries
from db.stores import audit
from db.stores import delegated_lists as store
from domain import months
from domain.actor import Actor, Post
from domain.agency import require_document, require_post
from domain.errors import NotFound, Problem, Refused

MAKERS = (Post.DELEGATED_PAY_OFFICER,)
CHECKERS = (Post.DELEGATED_PAY_OFFICER, Post.COUNTY_HEAD)


class Programme(Struct, frozen=True, kw_only=True):
    """`last_month` None: it goes on. `pay_day`: of the month, or the last working day before it."""

    name: str
    principal: str
    purpose: str
    from_month: int
    last_month: int | None
    pay_day: int
    document: str


async def open_programme(county_code: int, new: Programme, by: Actor, at: datetime) -> int:
    """Proposed with its first term; it pays once somebody else has approved that one."""
    require_post(by, county_code, MAKERS)
    texts = (
        ("name", "项目名称", new.name),
        ("principal", "委托单位", new.principal),
        ("purpose", "发的是什么", new.purpose),
    )
    if missing := [
        Problem("required", f"请填写{title}。", field) for field, title, value in texts if not value.strip()
    ]:
        raise Refused(*missing)
    async with transaction():
        programme_id = await store.add_programme(
            county_code, new.name.strip(), new.principal.strip(), new.purpose.strip(), by.id, by.name, at
        )
        if programme_id is None:
            raise Refused(Problem("name-taken", "已经有同名的代发项目。", "name"))
        await _propose(county_code, programme_id, new, by, at)
    return programme_id


async def change_programme(
    county_code: int, programme_id: int, from_month: int, last_month: int | None, pay_day: int, document: str, by: Actor, at: datetime
) -> None:  # fmt: skip
    """Another pay day, or an end, from a month on. Refused for months that are being paid already."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        if await store.lock_programme(county_code, programme_id) is None:
            raise NotFound
        paid_until = await queries.last_month_of(county_code, programme_id)
        if from_month <= paid_until or (last_month is not None and last_month < paid_until):
            raise Refused(
                Problem("paid", f"已经编到{months.in_words(paid_until)}的发放，只能改以后的月份。", "from_month")
            )
        new = Programme(
            name="",
            principal="",
            purpose="",
            from_month=from_month,
            last_month=last_month,
            pay_day=pay_day,
            document=document,
        )
        await _propose(county_code, programme_id, new, by, at)


async def _propose(county_code: int, programme_id: int, new: Programme, by: Actor, at: datetime) -> None:
    document = require_document(new.document)
    if not 1 <= new.pay_day <= 28:
        raise Refused(Problem("pay-day", "发放日请填1到28。", "pay_day"))
    if new.last_month is not None and new.last_month < new.from_month:
        raise Refused(Problem("last-month", "最后一个月不能早于开始的月份。", "last_month"))
    term = await store.propose_term(
        county_code, programme_id, new.from_month, new.last_month, new.pay_day, document, by.id, by.name, at
    )
    if term is None:
        raise Refused(Problem("waits", "这个项目还有一条变更等着复核，先办完再改。"))
    await log(county_code, "delegated.programme_proposed", programme_id, document, by, at)


async def decide_programme(county_code: int, term_id: int, by: Actor, at: datetime, *, approve: bool) -> None:
    """By somebody other than who proposed it (R-016)."""
    require_post(by, county_code, CHECKERS)
    async with transaction():
        term = await store.lock_term(county_code, term_id)
        if term is None:
            raise NotFound
        second(term.state, term.proposed_by, by)
        await store.decide_term(county_code, term_id, "approved" if approve else "refused", by.id, by.name, at)
        action = "delegated.programme_approved" if approve else "delegated.programme_refused"
        await log(county_code, action, term.programme_id, f"{term.document}", by, at)


def second(state: str, proposed_by: int, by: Actor) -> None:
    """Refused unless it waits, and by who proposed it."""
    if state != "proposed":
        raise Refused(Problem("decided", "这一条刚刚已经处理过了，请刷新页面。"))
    if proposed_by == by.id:
        raise Refused(Problem("own", "自己提出的，要由另一位同事复核。"))


async def log(county_code: int, action: str, programme_id: int, detail: str, by: Actor, at: datetime) -> None:
    await audit.write(
        county_code, at, by.kind, by.id, by.name, action, "delegated_programme", f"{programme_id}", detail=detail
    )
