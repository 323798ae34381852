"""A resident sees every fen of the account and why it is there."""

from datetime import date

import pytest

from tests import make
from tests.contributions.ways import booked, paid
from tests.make import LI_XIUYING, WANG_DASHAN
from tests.portal.town import Town
from tests.runs.test_interest_settlement import settle


async def three_years() -> None:
    await make.participant()
    for year, fen in ((2024, 30000), (2025, 50000), (2026, 100_000)):
        await booked(paid(fen, year=year, on=date(year, 3, 10), external_no=f"T{year}"))
    for year in (2024, 2025):
        await settle(year)


@pytest.mark.rule("R-197", "R-198")
async def test_the_account_shows_the_sum_its_sources_and_every_year(town: Town) -> None:
    await three_years()
    async with town.login(WANG_DASHAN) as visitor:
        shown = await visitor.get("/account")
        assert "1,823.79" in shown.text  # 1,800.00; 300 × 3 % × 9/12 = 6.75; 306.75 × 2.5 % + 500 × 2.5 % × 9/12 = 17.04
        assert "利息算到2025年年底" in shown.text
        rows = [row.text for row in shown.all("tr")]
        assert any("2024年" in row and "306.75" in row for row in rows)
        await visitor.follow("2025年")
        words = visitor.page.text
        assert "306.75" in words
        assert "从2025年4月开始计息，这一年计9个月" in words
        assert "2.5%" in words
        assert "7.67" in words
        assert "9.38" in words
        assert "17.04" in words


@pytest.mark.rule("R-176", "R-430")
async def test_a_year_that_is_not_settled_says_so(town: Town) -> None:
    await three_years()
    async with town.login(WANG_DASHAN) as visitor:
        assert "还没有结息" in (await visitor.get("/account/2026")).text
        await visitor.get("/account/2019", 404)
        await visitor.get("/account/999999", 404)


async def test_who_has_no_account_is_shown_the_way(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        assert "还没有您的个人账户" in (await visitor.get("/account")).text
        await visitor.get("/account/2025", 404)
