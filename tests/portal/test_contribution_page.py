"""The contribution page says what is paid, on its way and open, and what a tier brings, from the same rules as the booking."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from db import engine
from db.queries import contribution_page as queries
from domain.contribution_offer import grown
from tests import make
from tests.contributions.ways import approved, booked, identity, paid, special_rule, taken
from tests.make import CHEN_CHUNSHENG, CHINA, COUNTY, LI_XIUYING, VILLAGE, WANG_DASHAN, ZHOU_XIAOMAN
from tests.portal.town import Town


async def status(participation: int, contribution: int) -> None:
    await engine.execute(
        "update participation set participation_status = $1, contribution_status = $2", participation, contribution
    )


def row(page: object, head: str) -> str:
    return next(r.text for r in page.all("tr") if r.text.startswith(head))  # type: ignore[attr-defined]


@pytest.mark.rule("R-076", "R-106")
async def test_this_year_is_open_until_it_is_paid_and_then_not(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        assert "还没有缴" in (await visitor.get("/contribution")).text
        await booked(paid(30000, external_no="T1"))
        shown = await visitor.get("/contribution")
        assert "还没有缴" not in shown.text
        assert "您自己缴了300.00元，是每年300.00元的档次" in shown.text
        assert "50.00元，已到0.00元，还有50.00元没到" in shown.text


async def test_what_the_tax_bureau_knows_and_what_was_declared_is_on_its_way(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        from domain.books import DocumentKind

        await taken(paid(20000, external_no="B1"), kind=DocumentKind.AGENCY_BATCH)
        assert "正在路上" not in (await visitor.get("/contribution")).text  # a draft nobody has declared
        await taken(paid(30000, external_no="T1"))
        shown = await visitor.get("/contribution")
        assert "缴费正在路上" in shown.text
        assert "税务部门，300.00元" in shown.text


async def test_a_tier(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        shown = await visitor.get("/contribution/choose?tier=1000")
        print(shown.text)
        await visitor.get("/contribution/choose?year=2025&tier=1000")
        print((await visitor.get("/contribution")).text)
