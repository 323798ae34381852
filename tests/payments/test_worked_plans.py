"""Worked examples of a month's plan: by the database, and by the rule in plain Python beside it."""

from datetime import datetime

import pytest

from db import engine
from db.stores import benefits as store
from domain import months
from domain.agency import suspensions
from domain.money import Fen, show, yuan
from domain.rules.arrears import Standard, differences, due, net
from tests.items.claiming import LIN_JING
from tests.make import CHINA, COUNTY
from tests.payments import month as way
from tests.rules.worked import examples

pytestmark = pytest.mark.usefixtures("db")
FOREVER = 209912


def pairs(text: str) -> list[tuple[int, int, Fen]]:
    """`202501:1.00 202502-202503:2.00` → (first, last, 分)."""
    found = []
    for each in text.split():
        span, _, fen = each.partition(":")
        first, _, last = span.partition("-")
        found.append((int(first), int(last or first), yuan(fen)))
    return found


def span(text: str) -> tuple[int, int | None]:
    first, _, last = text.partition("-")
    return int(first), int(last) if last else None


async def draws(row: dict[str, str]) -> int:
    (_, _, fen), *later = pairs(row["标准"])
    person = await way.draws(first=int(row["首发月份"]), amounts={"basic_central": fen})
    for month, _, more in later:
        await way.standard(person, month, {"basic_central": more})
    return person


async def lines(person: int, plan: int) -> str:
    return " ".join(f"{month}:{show(fen)}" for month, _, fen in await way.lines(person, plan))


def by_the_rule(row: dict[str, str]) -> tuple[dict[int, Fen], Fen, Fen]:
    """(lines, what goes to the bank, what is carried)."""
    month = int(row["计划月份"])
    paid = {m: fen for first, last, fen in pairs(row["已发"]) for m in months.between(first, last)}
    waits: set[int] = set()
    for first, last in map(span, row["暂停"].split()):
        waits |= set(months.between(first, last or month))
    for situation, _, told in (each.partition(":") for each in row["服刑"].split()):
        if situation in ("imprisoned", "wanted_or_detained"):
            first, last = span(told)
            waits |= set(months.between(first, last or month))
    if row["终止月份"]:
        waits |= set(months.between(months.after(int(row["终止月份"])), month))
    standards = [Standard(first, fen) for first, _, fen in pairs(row["标准"])]
    asked = months.between(min(paid, default=int(row["首发月份"])), month)
    found = differences(due(standards, asked, waits), paid)
    result = net(found.get(month, 0), [fen for m, fen in found.items() if m != month], yuan(row["待扣"] or "0"))
    return found, result.pays, result.carried


@pytest.mark.parametrize("row", examples("plan"))
async def test_worked_examples_of_a_plan(row: dict[str, str]) -> None:
    person, month = await draws(row), int(row["计划月份"])
    paid = {m: fen for first, last, fen in pairs(row["已发"]) for m in months.between(first, last)}
    await way.was_paid(person, paid)
    for told in row["暂停"].split():
        first, last = span(told)
        await way.suspended(person, first, last=last)
    for situation, _, told in (each.partition(":") for each in row["服刑"].split()):
        first, last = span(told)
        acquitted = situation == "acquitted"
        await way.sentenced(person, "wanted_or_detained" if acquitted else situation, first, last, acquitted=acquitted)
    if row["终止月份"]:
        await engine.execute("update benefit set state = 'ended', ended_month = $1", int(row["终止月份"]))
    await engine.execute("update benefit set carried_fen = $1", yuan(row["待扣"] or "0"))
    if paid:
        await store.recheck(COUNTY, [person], min(paid))
    _, plan = await way.drafted(month, datetime(month // 100, month % 100, 8, 9, tzinfo=CHINA))
    assert await lines(person, plan) == row["明细"]
    found = await engine.fetchrow("select net_fen, carried_fen from payment_transfer where plan_id = $1", plan)
    assert (tuple(map(show, found)) if found else ("", "")) == (row["实发"], row["结转"])
    ruled, pays, carried = by_the_rule(row)
    assert " ".join(f"{m}:{show(fen)}" for m, fen in ruled.items()) == row["明细"]
    if found:
        assert (show(pays), show(carried)) == (row["实发"], row["结转"])


@pytest.mark.parametrize("row", examples("resume"))
async def test_worked_examples_of_a_restored_pension(row: dict[str, str]) -> None:
    person, first = await draws(row), int(row["暂停自"])
    await engine.execute("update benefit set paid_until = $1", months.after(first, -1))
    await way.suspended(person, first, reason=row["原因"])
    at = datetime.fromisoformat(f"{row['恢复日期']}T09:00+08:00")
    suspension = await engine.fetchval("select id from benefit_suspension")
    await suspensions.lift(COUNTY, suspension, "核实过了，可以恢复", LIN_JING, at, acquitted=bool(row["无罪"]))
    plan = await way.planned(months.month_of(at.date()), at)
    assert await lines(person, plan) == row["明细"]
    assert show((await way.plan(plan)).total_fen) == row["合计"]
