"""What each tier of a year brings, for this person: own rules, what government adds, an example of the pension."""

from datetime import date
from decimal import Decimal

import pytest

from db import engine
from domain.rules.interest import grown
from tests import make
from tests.contributions.ways import booked, paid, taken
from tests.make import COUNTY, WANG_DASHAN
from tests.portal.test_contribution_page import row
from tests.portal.town import Town


@pytest.mark.rule("R-077", "R-081", "R-224")
async def test_a_tier_shows_each_level_of_government_and_an_example_of_the_pension(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        shown = await visitor.get("/contribution/choose?tier=1000")
        for line in (
            "您自己缴1,000.00元",
            "省里补60.00元",
            "市里补10.00元",
            "县里补10.00元",
            "一共进个人账户1,080.00元",
        ):
            assert line in shown.text
        assert "大约多领7.77元" in shown.text  # 1,080.00 ÷ 139
        assert "大约9.64元" in shown.text  # at 2.5 % for 1 month, 8 years and 8 months: 1,340.57 ÷ 139
        assert "不能作为凭据" in shown.text
        assert row(shown, "每年200元") == "每年200元200.0040.00240.001.73"
        await visitor.follow("每年500元")
        assert "省里补40.00元" in visitor.page.text


@pytest.mark.rule("R-181")
async def test_the_example_has_interest_only_where_a_rate_is_in_force(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        assert "如果利率一直是现在的2.5%" in (await visitor.get("/contribution/choose")).text
        await engine.execute(
            "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified,"
            " proposed_by, confirmed_by, recorded_at) values ($1, 'crediting_rate', '', null, '2026-01-01', '2026-01-01', 'x',"
            " false, 'a', 'b', now())",
            COUNTY,
        )
        shown = (await visitor.get("/contribution/choose")).text
        assert "如果利率" not in shown
        assert "除以139个月，不算利息" in shown


@pytest.mark.rule("R-113")
async def test_a_back_payment_gets_no_subsidy(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        shown = (await visitor.get("/contribution/choose?year=2025&tier=1000")).text
        assert "省里补0.00元" in shown
        assert "一共进个人账户1,000.00元" in shown


@pytest.mark.rule("R-080")
async def test_what_was_paid_or_is_on_its_way_counts_towards_a_tier(town: Town) -> None:
    await make.participant()
    await booked(paid(20000, external_no="T1"))
    await taken(paid(10000, external_no="T2"))
    async with town.login(WANG_DASHAN) as visitor:
        assert "到这个档次还要缴200.00元" in (await visitor.get("/contribution/choose?tier=500")).text
        assert "已经够这个档次了" in (await visitor.get("/contribution/choose?tier=300")).text


async def test_a_year_or_tier_that_is_no_choice(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/contribution/choose?year=2027", 404)
        await visitor.get("/contribution/choose?year=2019", 404)
        assert "每年300元的档次" in (await visitor.get("/contribution/choose?tier=777")).text  # the registered one
        assert "2026年" in (await visitor.get("/contribution/choose?year=x")).text


@pytest.mark.rule("R-176", "R-229")
def test_interest_of_the_example_runs_from_the_month_after_to_the_month_of_the_birthday() -> None:
    rate = Decimal("0.12")
    assert grown(10000, date(2026, 11, 20), date(2026, 11, 30), rate) == 10000
    assert grown(10000, date(2026, 11, 20), date(2026, 12, 1), rate) == 10100
    assert grown(10000, date(2026, 12, 31), date(2027, 1, 1), rate) == 10100
    assert grown(10000, date(2026, 11, 20), date(2028, 1, 1), rate) == 11425  # 101.00 → 113.12 → 114.25
    assert grown(10000, date(2026, 11, 20), date(2020, 1, 1), rate) == 10000
