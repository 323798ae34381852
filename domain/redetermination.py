"""重新核定 (规程第二十五条; R-240): a standard that was wrong is put right from the first wrong month on.

One person of the benefit desk says what is right, another approves, and it is in force when the pensioner agrees; until then the
old standard is paid. The account's part is reckoned anew; of the rest only what hangs on the years moves, so that increases
somebody got, or did not get, stay as they are. What was paid too little or too much follows with the next plan.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import benefits as queries
from db.queries.benefits import BenefitRow, StandardRow
from db.queries.pension import Redetermination
from db.stores import audit, benefits, messages, people
from db.stores import redeterminations as store
from db.stores.benefits import NewStandard
from db.stores.people import PersonRow
from domain import months
from domain.actor import Actor, Post
from domain.agency import require_post
from domain.agency.parameters_import import snapshot
from domain.determination import column_of
from domain.errors import NotFound, Problem, Refused
from domain.funds import Fund
from domain.identity import age_on
from domain.money import show
from domain.parameters import Parameters
from domain.rules.pension import Part, Pension, pension, standards
from domain.trace import Trace

POSTS = (Post.COUNTY_BENEFIT,)
REASON_AT_LEAST = 4  # characters
YEARS_AT_MOST = 60


class Step(Struct, frozen=True):
    """What a month is from `from_month` on, before and after. `amounts` by part (db/benefit_items.py)."""

    from_month: int
    before_fen: int
    amounts: dict[str, int]
    trace: Trace

    @property
    def total_fen(self) -> int:
        return sum(self.amounts.values())


async def propose(
    county_code: int,
    person_id: int,
    month: int,
    years: int,
    balances: Mapping[Fund, int],
    reason: str,
    by: Actor,
    at: datetime,
) -> int:
    """`month`: the first wrong one; `balances`: the account by source as it should have been divided. Refused when nothing would
    be different."""
    require_post(by, county_code, POSTS)
    async with transaction():
        benefit, person = await _of(county_code, person_id)
        problems = []
        if not benefit.first_month <= month <= max(benefit.first_month, months.month_of(at.date())):
            problems.append(
                Problem(
                    "month",
                    f"从哪个月起有误，请填{benefit.first_month}到这个月之间的月份，例如{benefit.first_month}。",
                    "month",
                )
            )
        if not 0 <= years <= YEARS_AT_MOST:
            problems.append(Problem("years", "请填写缴费年限，例如16。", "years"))
        if any(fen < 0 for fen in balances.values()):
            problems.append(Problem("balances", "账户各项不能是负数。", "balances"))
        if len(reason.strip()) < REASON_AT_LEAST:
            problems.append(Problem("reason", "请写明哪里有误、按什么改，本人会看到。", "reason"))
        if problems:
            raise Refused(*problems)
        held = {fund: fen for fund, fen in balances.items() if fen}
        found = await _steps(benefit, person, month, years, held)
        if all(step.total_fen == step.before_fen for step in found):
            raise Refused(Problem("same", "改正以后和现在的标准一样，不用重新核定。", ""))
        text = msgspec.json.encode({fund.value: fen for fund, fen in held.items()}).decode()
        new = await store.propose(county_code, person_id, month, years, text, reason.strip(), by.id, by.name, at)
        if new is None:
            raise Refused(Problem("open", "这个人有一份重新核定还没有办完。", ""))
        await _log(county_code, person_id, by, at, "benefit.redetermination_proposed", reason.strip())
    return new


async def decide(county_code: int, person_id: int, by: Actor, at: datetime, *, approves: bool) -> None:
    """By somebody else than who proposed it; the person is told and asked to confirm."""
    require_post(by, county_code, POSTS)
    async with transaction():
        found = await store.lock(county_code, person_id, "proposed")
        if found is None:
            raise NotFound
        if approves and found.proposed_by == by.id:
            raise Refused(Problem("same-person", "提出和审核不能是同一个人，请另一位同事审核。"))
        await store.decide(county_code, found.id, "approved" if approves else "cancelled", by.id, by.name, at)
        if approves:
            await _ask(county_code, person_id, found, at)
        await _log(
            county_code, person_id, by, at, f"benefit.redetermination_{'approved' if approves else 'cancelled'}", ""
        )


async def _ask(county_code: int, person_id: int, found: Redetermination, at: datetime) -> None:
    benefit, person = await _of(county_code, person_id)
    last = (await steps(benefit, person, found))[-1]
    body = (
        f"您的养老金标准重新核定了：{found.reason}。改正以后每月{show(last.total_fen)}元，原来是{show(last.before_fen)}元。"
        "请在“我的养老金”里核对确认，也可以到乡镇（街道）事务所确认。您确认以后，多退少补。"
    )
    await messages.tell(
        county_code=county_code, recipient_index=person.id_index, case_id=None, title="养老金标准重新核定", body=body, at=at, phone=person.phone
    )  # fmt: skip


async def put_into_force(county_code: int, person_id: int, how: str, by: Actor, at: datetime) -> bool:
    """The person has agreed: every step from the first wrong month on is written anew, in the caller's transaction. False when
    there is nothing to agree to."""
    found = await store.lock(county_code, person_id, "approved")
    if found is None:
        return False
    benefit, person = await _of(county_code, person_id)
    for step in await steps(benefit, person, found):
        await benefits.add_standard(county_code, NewStandard(
            person_id=person_id, from_month=step.from_month, reason="redetermination", amounts=step.amounts, balances=found.balances,
            trace=msgspec.json.encode(step.trace).decode(), versions=tuple(sorted(step.trace.all_versions())), document=found.reason,
        ), by.id, by.name, at)  # fmt: skip
    await store.confirm(county_code, found, how, by.name, at)
    await benefits.recheck(county_code, [person_id], found.from_month)
    return True


async def steps(benefit: BenefitRow, person: PersonRow, found: Redetermination) -> list[Step]:
    """What it would be with the standards that stand now."""
    balances = {Fund(fund): fen for fund, fen in msgspec.json.decode(found.balances, type=dict[str, int]).items()}
    return await _steps(benefit, person, found.from_month, found.years, balances)


async def _steps(
    benefit: BenefitRow, person: PersonRow, month: int, years: int, balances: Mapping[Fund, int]
) -> list[Step]:
    parameters = await snapshot(person.county_code)
    newest: dict[int, StandardRow] = {}
    for row in await queries.standards(person.county_code, benefit.person_id):  # the newest first
        newest.setdefault(row.from_month, row)
    valid = max(from_month for from_month in newest if from_month <= month)
    held = {month: newest[valid]} | {from_month: row for from_month, row in newest.items() if from_month > month}
    return [
        _step(from_month, held[from_month], benefit, person, years, balances, parameters) for from_month in sorted(held)
    ]


def _step(
    month: int,
    row: StandardRow,
    benefit: BenefitRow,
    person: PersonRow,
    years: int,
    balances: Mapping[Fund, int],
    parameters: Parameters,
) -> Step:
    on = months.first_day(month)
    age, rates = age_on(person.born_on, on), standards(parameters, on)
    right, was = pension(balances, years, age, rates), pension({}, benefit.years, age, rates)
    amounts = {item: fen for item, fen in row.amounts.items() if not item.startswith("account_")}
    amounts |= _of_part(right, Part.ACCOUNT_PENSION)
    long, long_was = (
        _of_part(right, Part.LONG_CONTRIBUTION_SUPPLEMENT),
        _of_part(was, Part.LONG_CONTRIBUTION_SUPPLEMENT),
    )
    amounts |= {
        item: max(amounts.get(item, 0) + long.get(item, 0) - long_was.get(item, 0), 0) for item in {**long, **long_was}
    }
    amounts = {item: fen for item, fen in amounts.items() if fen}
    inputs = {"原来的标准": f"{show(row.total_fen)}元", "缴费年限": f"{years}年（原来{benefit.years}年）"}
    moved = (Part.LONG_CONTRIBUTION_SUPPLEMENT.value, Part.ACCOUNT_PENSION.value)
    children = tuple(each for each in right.trace.children if each.rule in moved)
    return Step(
        month,
        row.total_fen,
        amounts,
        Trace("redetermination", "规程第二十五条", inputs, f"{show(sum(amounts.values()))}元", children=children),
    )


def _of_part(found: Pension, part: Part) -> dict[str, int]:
    return {column_of(item): item.fen for item in found.items if item.part is part}


async def _of(county_code: int, person_id: int) -> tuple[BenefitRow, PersonRow]:
    benefit, person = await queries.benefit(county_code, person_id), await people.read(county_code, person_id)
    if benefit is None or person is None or benefit.state in ("ended", "settled"):
        raise NotFound
    return benefit, person


async def _log(county_code: int, person_id: int, by: Actor, at: datetime, action: str, reason: str) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "person", f"{person_id}", reason)
