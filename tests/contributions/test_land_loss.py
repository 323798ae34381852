"""被征地农民缴费补贴: awards as they are told, what is due of them, and the list's way to the accounts."""

from datetime import date, datetime

import pytest

from db import engine
from db.queries import land
from domain import finance, verify
from domain.actor import Actor
from domain.agency import funded_lists, land_loss
from domain.agency.land_loss import COLUMNS, YEARS, Imported
from domain.errors import NotFound, Refused
from domain.exchange import workbook
from domain.finance import Slip
from tests import make
from tests.contributions.ways import AT, CASHIER, CHECKER, DAY, MAKER, booked, paid
from tests.make import CHINA, COUNTY, LI_XIUYING, WANG_DASHAN, WORKER, ZHAO_MIN

YEARLY = (WANG_DASHAN.name, WANG_DASHAN.id_number, "30000", "按年", "2026-03-01", "15")
AT_ONCE = (WANG_DASHAN.name, WANG_DASHAN.id_number, "8000.50", "一次性", "2026-03-01", "")


def sheet(*rows: tuple[str, ...]) -> bytes:
    return workbook.write([("被征地农民名单", [[*COLUMNS, YEARS], *rows])])


async def told(*rows: tuple[str, ...], by: Actor = MAKER, document: str = "青人社〔2026〕5号") -> Imported:
    return await land_loss.import_awards(COUNTY, sheet(*rows), document, by, AT)


async def due(on: date = DAY) -> list[tuple[int, int, int]]:
    """(year, which part, 分)."""
    return [(row.credit.year, row.year_number, row.credit.fen) for row in await land_loss.due(COUNTY, f"{COUNTY}", on)]


async def through(fen: int, at: datetime = AT) -> int:
    document = await land_loss.make_list(COUNTY, MAKER, at)
    await funded_lists.declare(COUNTY, document, MAKER, at)
    await funded_lists.approve(COUNTY, document, CHECKER, at)
    slip = Slip(
        account="fiscal_account",
        bank="农商行",
        slip_no=f"TD{document}",
        received_on=at.date(),
        amount_fen=fen,
        people=1,
    )
    await finance.register_receipt(COUNTY, slip, document, CASHIER, at)
    assert await funded_lists.book_ready(COUNTY, WORKER, at) == 1
    return document


async def held() -> int:
    fen: int = await engine.fetchval("select land_loss_fen from account_balance")
    return fen


@pytest.mark.rule("R-145", "R-147")
async def test_a_yearly_part_is_due_once_the_year_is_paid_and_credited_once(db: object) -> None:
    await make.participant()
    await told(YEARLY)
    assert await due() == []
    with pytest.raises(Refused, match="没有可以划入"):
        await land_loss.make_list(COUNTY, MAKER, AT)
    await booked(paid(20000))
    assert await due() == [(2026, 1, 200000)]
    await through(200000)
    assert await held() == 200000
    assert await due() == []
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-147")
async def test_what_stands_on_a_list_is_not_put_on_a_second_one_and_comes_back_when_it_is_cancelled(db: object) -> None:
    await make.participant()
    await told(YEARLY)
    await booked(paid(20000))
    document = await land_loss.make_list(COUNTY, MAKER, AT)
    with pytest.raises(Refused):
        await land_loss.make_list(COUNTY, MAKER, AT)
    await funded_lists.cancel(COUNTY, document, "重做", MAKER, AT)
    assert await due() == [(2026, 1, 200000)]


@pytest.mark.rule("R-149")
async def test_no_year_before_the_expropriation_is_subsidised(db: object) -> None:
    await make.participant()
    await told((*YEARLY[:4], "2026-01-01", "15"))
    await booked(paid(20000, year=2025), paid(20000, line=2))
    assert await due() == [(2026, 1, 200000)]


@pytest.mark.rule("R-147")
async def test_an_award_at_once_comes_whole_after_the_own_contribution(db: object) -> None:
    await make.participant()
    await told(AT_ONCE)
    assert await due() == []
    await booked(paid(20000))
    assert await due() == [(2026, 0, 800050)]


@pytest.mark.rule("R-146")
async def test_a_pensioner_gets_everything_at_once_without_paying(db: object) -> None:
    await make.participant()
    await told(YEARLY)
    await engine.execute("update participation set contribution_status = 3")
    assert await due() == [(2026, 0, 3000000)]
    await through(3000000)
    assert await held() == 3000000
    assert await due() == []


@pytest.mark.rule("R-148")
async def test_the_remainder_comes_in_the_month_before_sixty(db: object) -> None:
    """王大山 is born on 1975-08-20: he is 60 on 2035-08-20."""
    await make.participant()
    await told(YEARLY)
    await booked(paid(20000, year=2035, on=date(2035, 3, 1)), at=datetime(2035, 3, 1, 9, tzinfo=CHINA))
    assert await due(date(2035, 7, 19)) == [(2035, 10, 200000)]  # the tenth part, as he was 50 when the land was taken
    assert await due(date(2035, 7, 20)) == [(2035, 0, 3000000)]


@pytest.mark.rule("R-150")
async def test_nothing_is_due_for_a_closed_account_and_what_is_left_stays_on_the_register(db: object) -> None:
    await make.participant()
    await told(YEARLY)
    await booked(paid(20000))
    await engine.execute("update individual_account set status = 'settled'")
    assert await due() == []
    (row,) = await land.awards(COUNTY, f"{COUNTY}", limit=10)
    assert (row.account_id, row.left_fen) == (None, 3000000)


@pytest.mark.rule("R-145")
async def test_who_lost_the_own_contribution_is_found_at_the_approval(db: object) -> None:
    await make.participant()
    await told(YEARLY)
    await booked(paid(20000))
    document = await land_loss.make_list(COUNTY, MAKER, AT)
    await funded_lists.declare(COUNTY, document, MAKER, AT)
    await engine.execute("update contribution_year set counts = false")
    with pytest.raises(Refused, match="没有2026年的本人缴费"):
        await funded_lists.approve(COUNTY, document, CHECKER, AT)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("王小山", *YEARLY[1:]), "姓名和参保登记的不一致"), ((LI_XIUYING.name, LI_XIUYING.id_number, *YEARLY[2:]), "没有查到"),
        ((*YEARLY[:2], "0", *YEARLY[3:]), "大于0"), ((*YEARLY[:2], "1.005", *YEARLY[3:]), "两位小数"),
        ((*YEARLY[:3], "分期", *YEARLY[4:]), "一次性"), ((*YEARLY[:5], ""), "补贴年限"), ((*YEARLY[:5], "41"), "补贴年限"),
        ((*YEARLY[:5], "0"), "补贴年限"), ((*YEARLY[:4], "2026-13-01", "15"), "不是日期"), ((*YEARLY[:4], "2026-11-21", "15"), "不能晚于今天"),
        (AT_ONCE, "已经登记过"), ((AT_ONCE[0], "439901197508201311", *AT_ONCE[2:]), "证"),
    ],
)  # fmt: skip
async def test_a_bad_row_says_where_and_why_and_the_good_one_is_kept(
    db: object, row: tuple[str, ...], words: str
) -> None:
    await make.participant()
    done = await told(AT_ONCE, row)
    assert (done.added, done.left_out_count) == (1, 1)
    assert done.left_out[0].message.startswith("第3行：")
    assert words in done.left_out[0].message


@pytest.mark.parametrize("years", ["1", "40"])
async def test_the_limits_of_the_years_themselves_are_taken(db: object, years: str) -> None:
    await make.participant()
    assert (await told((*YEARLY[:5], years))).added == 1


async def test_the_same_list_again_awards_nothing(db: object) -> None:
    await make.participant()
    await told(YEARLY, AT_ONCE)
    with pytest.raises(Refused, match="已经登记过"):
        await told(YEARLY, AT_ONCE)
    assert await engine.fetchval("select count(*) from land_loss_award") == 2


@pytest.mark.rule("R-152")
async def test_without_the_confirmation_of_the_bureau_nothing_is_taken(db: object) -> None:
    await make.participant()
    with pytest.raises(Refused, match="文号"):
        await told(YEARLY, document=" ")


async def test_a_township_records_its_own_people_and_makes_no_list(db: object) -> None:
    await make.participant(region="439901020201")
    with pytest.raises(Refused, match="不属于您的乡镇"):
        await told(YEARLY, by=ZHAO_MIN)
    with pytest.raises(Refused, match="征缴管理岗"):
        await land_loss.make_list(COUNTY, ZHAO_MIN, AT)
    with pytest.raises(NotFound):
        await told(YEARLY, by=make.HE_JING)


async def test_a_wrong_award_is_stopped_with_a_reason(db: object) -> None:
    await make.participant()
    await told(YEARLY)
    await booked(paid(20000))
    award = await engine.fetchval("select id from land_loss_award")
    document = await land_loss.make_list(COUNTY, MAKER, AT)
    with pytest.raises(Refused, match="作废申报表"):
        await land_loss.stop(COUNTY, award, "总额录错", MAKER, AT)
    await funded_lists.cancel(COUNTY, document, "补贴录错", MAKER, AT)
    with pytest.raises(Refused, match="写明"):
        await land_loss.stop(COUNTY, award, " ", MAKER, AT)
    await land_loss.stop(COUNTY, award, "总额录错", MAKER, AT)
    assert await due() == []
    with pytest.raises(NotFound):
        await land_loss.stop(COUNTY, award, "再停", MAKER, AT)
    assert (await told(YEARLY)).added == 1  # what was wrong can be told anew


@pytest.mark.rule("R-147")
async def test_the_money_comes_from_the_finance_bureau(db: object) -> None:
    await make.participant()
    await told(YEARLY)
    await booked(paid(20000))
    document = await land_loss.make_list(COUNTY, MAKER, AT)
    await funded_lists.declare(COUNTY, document, MAKER, AT)
    slip = Slip(
        account="income_account", bank="农商行", slip_no="1", received_on=AT.date(), amount_fen=200000, people=1
    )
    with pytest.raises(Refused, match="财政专户"):
        await finance.register_receipt(COUNTY, slip, document, CASHIER, AT)
