"""服刑 (numbers B8)."""

import pytest

from db import engine
from domain.agency import sentences
from domain.errors import Refused
from tests.agency.pensioner import benefit, drawing
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, FRIDAY, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("db")
PAPER = "（2026）青刑初字第8号"


async def recorded(situation: str = "wanted_or_detained", first: int = 202605) -> tuple[int, int]:
    person = await drawing()
    return person, await sentences.record(COUNTY, person, situation, first, PAPER, LIN_JING, FRIDAY)


@pytest.mark.rule("R-363", "R-366")
@pytest.mark.parametrize(
    ("situation", "said"), [("imprisoned", "停发"), ("serving_outside", "照常发放"), ("paroled", "照常发放")]
)
async def test_a_fact_is_compared_with_what_was_paid_and_told(situation: str, said: str) -> None:
    person, _ = await recorded(situation)
    assert (await benefit(person))["recheck_from"] == 202605
    (body,) = await told("养老金发放情况有变化")
    assert said in body
    assert PAPER in body


@pytest.mark.rule("R-369")
async def test_an_acquittal_owes_the_detention_anew_and_a_release_the_months_after() -> None:
    person, spell = await recorded()
    await engine.execute("update benefit set recheck_from = null")
    with pytest.raises(Refused, match="文号"):
        await sentences.end(COUNTY, spell, 202608, " ", LIN_JING, FRIDAY, acquitted=True)
    await sentences.end(COUNTY, spell, 202608, "不起诉决定书", LIN_JING, FRIDAY, acquitted=True)
    assert (await benefit(person))["recheck_from"] == 202605
    with pytest.raises(Refused, match="已经登记过结束"):
        await sentences.end(COUNTY, spell, 202609, "x", LIN_JING, FRIDAY)
    await engine.execute("update benefit set recheck_from = null")
    second = await sentences.record(COUNTY, person, "imprisoned", 202609, PAPER, LIN_JING, FRIDAY)
    await engine.execute("update benefit set recheck_from = null")
    with pytest.raises(Refused, match="羁押"):
        await sentences.end(COUNTY, second, 202610, "x", LIN_JING, FRIDAY, acquitted=True)
    for month in (202608, 202701):
        with pytest.raises(Refused, match="结束的月份"):
            await sentences.end(COUNTY, second, month, "x", LIN_JING, FRIDAY)
    await sentences.end(COUNTY, second, 202610, "释放证明", LIN_JING, FRIDAY)
    assert (await benefit(person))["recheck_from"] == 202611


async def test_months_of_two_facts_do_not_meet() -> None:
    person, spell = await recorded()
    with pytest.raises(Refused, match="还没有结束"):
        await sentences.record(COUNTY, person, "imprisoned", 202609, PAPER, LIN_JING, FRIDAY)
    await sentences.end(COUNTY, spell, 202608, "判决书", LIN_JING, FRIDAY)
    with pytest.raises(Refused, match="重叠"):
        await sentences.record(COUNTY, person, "imprisoned", 202608, PAPER, LIN_JING, FRIDAY)
    await sentences.record(COUNTY, person, "imprisoned", 202609, PAPER, LIN_JING, FRIDAY)


async def test_only_the_benefit_desk_with_a_document_and_no_later_than_next_month() -> None:
    person = await drawing()
    with pytest.raises(Refused, match="待遇核发岗"):
        await sentences.record(COUNTY, person, "imprisoned", 202611, PAPER, ZHAO_MIN, FRIDAY)
    with pytest.raises(Refused, match="文号"):
        await sentences.record(COUNTY, person, "imprisoned", 202611, "", LIN_JING, FRIDAY)
    with pytest.raises(Refused, match="下个月"):
        await sentences.record(COUNTY, person, "imprisoned", 202701, PAPER, LIN_JING, FRIDAY)
    await sentences.record(COUNTY, person, "imprisoned", 202612, PAPER, LIN_JING, FRIDAY)
