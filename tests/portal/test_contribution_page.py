"""What is paid, on its way and open, and what a tier brings: from the rules by which payments are booked."""

from datetime import date, datetime

import pytest

from db import engine
from db.stores import special_groups
from domain import finance, subsidies
from domain.books import DocumentKind
from domain.finance import Slip
from tests import make
from tests.contributions.ways import AT, CASHIER, DAY, MAKER, booked, identity, paid, special_rule, taken
from tests.make import CHEN_CHUNSHENG, CHINA, COUNTY, LI_XIUYING, OTHER_GROUP, VILLAGE, WANG_DASHAN, ZHOU_XIAOMAN
from tests.pages import Node
from tests.portal.town import Town, Visitor


async def stands(participation: int, contribution: int) -> None:
    await engine.execute(
        "update participation set participation_status = $1, contribution_status = $2", participation, contribution
    )


def row(page: Node, head: str) -> str:
    return next(each.text for each in page.all("tr") if each.text.startswith(head))


def links(page: Node) -> list[str]:
    return [link.attrs["href"] for link in page.all("a")]


# ------------------------------------------------------------------ this year


@pytest.mark.rule("R-076")
async def test_this_year_is_open_until_it_is_paid(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        assert "还没有缴" in (await visitor.get("/contribution")).text
        await booked(paid(30000, external_no="T1"))
        shown = (await visitor.get("/contribution")).text
        assert "还没有缴" not in shown
        assert "您自己缴了300.00元，是每年300元的档次" in shown
        assert "政府给的：50.00元，还没到账" in shown


@pytest.mark.rule("R-086")
async def test_what_the_tax_bureau_reports_is_on_its_way_until_it_is_booked(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        await taken(paid(30000, external_no="T1"))
        shown = (await visitor.get("/contribution")).text
        assert "缴费正在路上" in shown
        assert "税务部门，300.00元：已经缴了" in shown


@pytest.mark.rule("R-092")
async def test_a_sheet_of_the_agency_is_on_its_way_only_when_it_is_declared(town: Town) -> None:
    await make.participant()
    document = await taken(paid(30000), kind=DocumentKind.AGENCY_BATCH)
    async with town.login(WANG_DASHAN) as visitor:
        assert "正在路上" not in (await visitor.get("/contribution")).text
        await engine.execute("update fund_document set state = 'declared' where id = $1", document)
        assert "经办机构，300.00元：已经申报" in (await visitor.get("/contribution")).text
        await engine.execute("update fund_document set state = 'cancelled' where id = $1", document)
        assert "正在路上" not in (await visitor.get("/contribution")).text


@pytest.mark.rule("R-080")
async def test_money_nobody_could_place_is_shown_as_being_checked(town: Town) -> None:
    await make.participant()
    await booked(paid(300_000, external_no="T1"))
    await booked(paid(30000, external_no="T2"))  # beyond the highest tier
    async with town.login(WANG_DASHAN) as visitor:
        shown = (await visitor.get("/contribution")).text
        assert "300.00元：钱已经收到，工作人员正在核对" in shown
        assert "您自己缴了3,000.00元" in shown


# ------------------------------------------------------------------ the years before


@pytest.mark.rule("R-106", "R-107", "R-115")
async def test_each_year_says_what_came_from_whom_and_whether_it_is_open(town: Town) -> None:
    await make.participant()
    await booked(paid(30000, year=2024, on=date(2024, 3, 10), external_no="T1"))
    slip = Slip(account="fiscal_account", bank="农商行", slip_no="S1", received_on=DAY, amount_fen=4000, people=0)
    receipt = await finance.register_receipt(COUNTY, slip, None, CASHIER, AT)
    await subsidies.credit(COUNTY, receipt, {"province": 3500, "city": 500}, MAKER, AT)
    await booked(paid(20000, external_no="T2"))  # what government owes for it is another year's
    async with town.login(WANG_DASHAN) as visitor:
        shown = await visitor.get("/contribution")
        done = row(shown, "2024年")
        assert "340.00" in done
        assert "个人缴费300.00、省级补贴35.00、市级补贴5.00" in done
        assert "50.00元，已到40.00元，还有10.00元没到" in done
        assert "已经缴了" in done
        assert "可以补缴" in row(shown, "2025年")
        assert "/contribution/choose?year=2025" in links(shown)
        assert "/contribution/choose?year=2024" not in links(shown)
        assert "档次还没有录入" in row(shown, "2011年到2019年")


@pytest.mark.rule("R-106")
async def test_a_year_that_is_over_can_be_paid_once_even_below_the_lowest_tier(town: Town) -> None:
    await make.participant()
    await booked(paid(10000, year=2025, on=DAY, external_no="T1"))
    async with town.login(WANG_DASHAN) as visitor:
        shown = await visitor.get("/contribution")
        assert "可以补缴" not in row(shown, "2025年")
        await visitor.get("/contribution/choose?year=2025", 404)


@pytest.mark.rule("R-109")
@pytest.mark.parametrize(("years", "told"), [(14, "可以补缴"), (15, "已经缴满15年，不用再补缴")])
async def test_who_was_near_sixty_pays_back_until_fifteen_years_are_full(town: Town, years: int, told: str) -> None:
    await make.participant()
    await engine.execute("update person set born_on = '1966-01-01'")
    paid_for = [year for year in range(2026, 2010, -1) if year != 2021][:years]
    await engine.execute(
        "insert into contribution_year (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on) select $1, a.id, year, '011', '20', '200',"
        " 20000, 0, 0, 0, 0, 'tax', $3, $3 from individual_account a cross join unnest($2::int[]) year",
        COUNTY, paid_for, DAY,
    )  # fmt: skip
    async with town.login(WANG_DASHAN) as visitor:
        assert told in row(await visitor.get("/contribution"), "2021年")


@pytest.mark.rule("R-108")
async def test_years_before_the_scheme_are_for_the_agency_and_only_for_those_who_were_46(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        assert "只能到经办机构办" not in (await visitor.get("/contribution")).text
        await engine.execute("update person set born_on = '1963-05-01'")
        assert "2009年到2010年制度还没有开始" in (await visitor.get("/contribution")).text


# ------------------------------------------------------------------ who does not pay


async def covered() -> None:
    await make.participant()
    await identity("031", date(2026, 1, 1))
    await special_rule(
        "031", "20", "200", personal="0.00", province="30.00", city="5.00", county="5.00", government_paid="200.00"
    )


@pytest.mark.rule("R-124", "R-128", "R-129")
async def test_whom_government_pays_for_is_told_the_amount_the_reason_and_to_agree_first(town: Town) -> None:
    await covered()
    async with town.login(WANG_DASHAN) as visitor:
        shown = (await visitor.get("/contribution")).text
        assert "您不用缴，政府代缴" in shown
        assert "因为您是特困人员（一级），今年的200.00元由政府代缴200.00元" in shown
        assert "政府代缴要先同意参保" in shown
        person_id = await engine.fetchval("select id from person")
        async with engine.transaction():
            await special_groups.consent(COUNTY, person_id, 2026, DAY, "paper", 1, "周会", AT)
        assert "2026年11月20日已经登记同意参保" in (await visitor.get("/contribution")).text


@pytest.mark.rule("R-123", "R-132")
async def test_whom_government_helps_pays_the_rest_of_his_own_tiers(town: Town) -> None:
    await make.participant()
    await identity("061", date(2026, 1, 1))
    await special_rule(
        "061", "20", "200", personal="100.00", province="30.00", city="5.00", county="5.00", government_paid="100.00"
    )
    async with town.login(WANG_DASHAN) as visitor:
        assert "因为您是低保对象（一级），政府会代缴一部分" in (await visitor.get("/contribution")).text
        shown = (await visitor.get("/contribution/choose")).text
        assert "您自己缴100.00元" in shown
        assert "政府代缴100.00元" in shown
        assert "每年300元" not in shown
        await engine.execute("update person set household_type = '10'")  # no rules of its own: the ordinary tiers
        assert "每年300元" in (await visitor.get("/contribution/choose")).text


@pytest.mark.rule("R-095", "R-096")
@pytest.mark.parametrize(
    ("codes", "told"),
    [((2, 2), "要先办续保"), ((1, 3), "已经在领养老金，不用再缴费"), ((4, 3), "养老保险关系已经终止")],
)
async def test_who_is_not_to_pay_is_told_why_and_what_to_do(town: Town, codes: tuple[int, int], told: str) -> None:
    await make.participant()
    await stands(*codes)
    async with town.login(WANG_DASHAN) as visitor:
        shown = await visitor.get("/contribution")
        assert told in shown.text
        assert "可以补缴" not in shown.text
        assert "怎样缴" not in shown.text
        assert "/contribution/choose" not in links(shown)
        if codes == (2, 2):
            await visitor.follow("去办续保")
        await visitor.get("/contribution/choose", 404)


async def test_after_sixty_this_year_is_closed_and_missed_years_are_not(town: Town) -> None:
    await make.participant()
    async with town.login(WANG_DASHAN) as visitor:
        await engine.execute("update person set born_on = '1966-01-01'")
        assert "今年已经过了60周岁" not in (await visitor.get("/contribution")).text
        await engine.execute("update person set born_on = '1965-12-31'")
        shown = await visitor.get("/contribution")
        assert "您今年已经过了60周岁" in shown.text
        assert "可以补缴" in row(shown, "2025年")


async def test_who_is_not_enrolled_is_shown_the_way_and_who_is_too_young_is_told_to_wait(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        shown = await visitor.get("/contribution")
        assert "您还没有参保" in shown.text
        assert "/guide/enrollment" in links(shown)
        await visitor.get("/contribution/choose")
    async with town.login(ZHOU_XIAOMAN) as visitor:
        assert "还不到缴费的年龄" in (await visitor.get("/contribution")).text
        town.now = datetime(2027, 2, 1, 9, tzinfo=CHINA)  # the 16th birthday
        await visitor.log_in(ZHOU_XIAOMAN)
        assert "还不到缴费的年龄" not in (await visitor.get("/contribution")).text


# ------------------------------------------------------------------ agreement, assistant


@pytest.mark.rule("R-116", "R-118")
async def test_the_agreement_one_is_debited_under_is_shown(town: Town) -> None:
    person_id = await make.participant()
    agreement = await engine.fetchval(
        "insert into debit_agreement (county_code, number, payer_name, payer_id_type, payer_id_sealed, payer_index, bank,"
        " bank_account_sealed, bank_account_index, signed_on, recorded_at, recorded_by_name) values"
        " ($1, 'DK-7', '王小山', 'resident_id_card', '', '', '青禾农商行', '', '', '2026-02-03', $2, 'x') returning id",
        COUNTY, AT,
    )  # fmt: skip
    await engine.execute(
        "insert into debit_member (county_code, agreement_id, position, person_id, relation, tier, from_on)"
        " values ($1, $2, 1, $3, '5', '300', '2026-02-03')",
        COUNTY, agreement, person_id,
    )  # fmt: skip
    async with town.login(WANG_DASHAN) as visitor:
        shown = (await visitor.get("/contribution")).text
        assert "DK-7" in shown
        assert "王小山" in shown
        assert "今年扣多少300.00元" in shown
        await engine.execute("update debit_member set until_on = '2026-10-01', end_reason = 'x'")
        assert "没有签代扣协议" in (await visitor.get("/contribution")).text


async def helper(visitor: Visitor, person_id: int) -> Node:
    await visitor.get(f"/village/{VILLAGE}/people/{person_id}")
    return await visitor.follow("看王大山的缴费")


@pytest.mark.rule("R-021")
async def test_an_assistant_sees_the_people_of_the_own_village_and_leaves_a_trace(town: Town) -> None:
    person_id = await make.participant()
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        assert "王大山的缴费" in (await helper(visitor, person_id)).text
        await visitor.follow("选档次，看政府补多少")
        assert "王大山自己缴300.00元" in visitor.page.text
        looked = await engine.fetch("select reason from audit_entry where action = 'person.opened' order by id")
        assert [entry["reason"] for entry in looked] == ["村协办员看缴费情况", "村协办员帮选缴费档次"]
        await engine.execute("update person set region_code = $1", OTHER_GROUP)
        await visitor.get(f"/village/{VILLAGE}/people/{person_id}/contribution", 404)
        await visitor.get(f"/village/{VILLAGE}/people/{person_id}/contribution/choose", 404)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get(f"/village/{VILLAGE}/people/{person_id}/contribution", 404)
