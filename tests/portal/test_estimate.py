"""What a pension could be: for anybody who asks, and for a participant with his own figures."""

from datetime import date
from decimal import Decimal

import pytest

from domain import estimate
from domain.agency.parameters_import import snapshot
from domain.estimate import Start
from domain.rules.pension import Part
from tests import make
from tests.contributions.ways import booked, paid
from tests.make import COUNTY, WANG_DASHAN, Person, id_number
from tests.portal.town import Town

ON = date(2026, 11, 20)
BORN = date(1975, 8, 20)


async def found(start: Start, pays: int | None = None) -> estimate.Estimates:
    return await estimate.estimates(COUNTY, start, ON, pays)


@pytest.mark.rule("R-211", "R-215", "R-224")
async def test_every_tier_is_paid_each_year_until_sixty_and_subsidised_as_today(db: object) -> None:
    answer = await found(Start(born_on=BORN))
    assert (answer.most, answer.pays, answer.total_years, answer.missing) == (10, 10, 10, 5)  # 2026 to 2035
    low = answer.tiers[0]
    assert (low.rule.tier, low.own_fen, low.government_fen) == ("200", 200_000, 40_000)
    assert low.account_fen > 240_000  # with interest
    assert low.pension.of(Part.BASIC_PENSION) == 17300
    assert low.pension.of(Part.ACCOUNT_PENSION) == round(low.account_fen / 139)
    assert low.months_to_recover == -(-200_000 // low.pension.total)


@pytest.mark.rule("R-238")
@pytest.mark.parametrize(("years", "extra"), [(5, 0), (6, 100)])
async def test_the_sixteenth_year_brings_its_supplement(db: object, years: int, extra: int) -> None:
    answer = await found(Start(born_on=BORN, years=years))
    assert answer.missing == 0
    assert answer.tiers[0].pension.of(Part.LONG_CONTRIBUTION_SUPPLEMENT) == extra


@pytest.mark.rule("R-176", "R-179")
async def test_what_is_there_grows_by_the_last_published_rate(db: object) -> None:
    answer = await found(Start(born_on=date(1966, 12, 31), balance_fen=100_000), pays=0)
    assert answer.rate == Decimal("0.025")
    assert {each.account_fen for each in answer.tiers} == {102_500}  # 2026 whole, 60 in December


async def test_who_has_paid_this_year_begins_next_year_and_nobody_before_sixteen(db: object) -> None:
    parameters = await snapshot(COUNTY)
    assert parameters is not None
    assert estimate.years_left(Start(born_on=BORN, paid_this_year=True), ON)[0] == 2027
    assert estimate.years_left(Start(born_on=date(2014, 1, 1)), ON)[0] == 2030
    assert estimate.years_left(Start(born_on=date(1966, 12, 31), paid_this_year=True), ON) == []


@pytest.mark.rule("R-215")
async def test_a_visitor_tries_it_without_logging_in_and_is_told_it_is_an_example(town: Town) -> None:
    async with town.visitor() as visitor:
        first = await visitor.get("/estimate")
        assert "出生年月" in first.text
        assert "各个档次比一比" not in first.text
        answer = await visitor.get("/estimate?born=197508&years=5&balance=1000&tier=1000")
        assert "2035年满60周岁" in answer.text
        assert "不能作为凭据" in answer.text
        assert "利率一直是最近公布的2.5%" in answer.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("born=1975", "请写6位数字的出生年月"), ("born=197513", "请写6位数字的出生年月"), ("born=196611", "已经满60周岁"),
        ("born=197508&years=x", "请写已经缴了几年"), ("born=197508&balance=1.234", "请写账户里有多少元"),
        ("born=197508&balance=-1", "请写账户里有多少元"), ("born=209901", "请写6位数字的出生年月"),
    ],
)  # fmt: skip
async def test_what_cannot_be_reckoned_with_is_said_beside_its_field(town: Town, asked: str, said: str) -> None:
    async with town.visitor() as visitor:
        answer = await visitor.get(f"/estimate?{asked}", 422)
        assert said in answer.text


async def test_a_participant_finds_his_own_figures(town: Town) -> None:
    await make.participant()
    await booked(paid(30000, external_no="T1"))
    async with town.login(WANG_DASHAN) as resident:
        answer = await resident.get("/estimate")
        values = {field.attrs["name"]: field.attrs.get("value", "") for field in answer.all("input") if "name" in field.attrs}
        assert (values["born"], values["years"], values["balance"]) == ("197508", "1", "300.00")
        assert "还差5年" in answer.text  # nine more years and this one


async def test_who_is_sixty_is_sent_to_the_claim(town: Town) -> None:
    person = Person("许霜", id_number(date(1966, 11, 10), 161), 5)
    await make.participant(person)
    async with town.login(person) as resident:
        answer = await resident.get("/estimate")
        assert "申请领取养老金" in answer.text
        assert "各个档次比一比" not in answer.text
