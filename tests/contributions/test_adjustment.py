"""A year that was booked wrongly is put right by entries that are added: who may, what moves, and what follows."""

from collections.abc import AsyncIterator
from datetime import date, datetime

import msgspec
import pytest

from db import engine
from db.queries import accounts
from db.queries import subsidies as subsidy_query
from domain import account_story, books, contributions, finance, subsidies, verify
from domain.actor import Actor, Post
from domain.agency import adjustment, adjustment_review, adjustment_sheet, payment_orders
from domain.agency.adjustment import Payee
from domain.errors import NotFound, Refused
from domain.exchange import workbook
from domain.finance import Slip
from domain.ledger import Kind
from tests import make
from tests.contributions.adjusting import (
    FINANCE,
    PAYEE,
    approved,
    asked,
    balance,
    granted,
    person_id_of,
    reversible,
    saved,
    state,
    yuan,
)
from tests.contributions.ways import (
    AT,
    CASHIER,
    CHECKER,
    DAY,
    MAKER,
    booked,
    due,
    identity,
    paid,
    special_rule,
    year_of,
)
from tests.make import CHINA, COUNTY, LI_XIUYING, WANG_DASHAN, WORKER, Person
from tests.runs.conftest import interest_in, settle

TWO = yuan(200, 30, 5, 5)  # what 200 yuan entitle to
THREE = yuan(300, 35, 5, 10)


@pytest.fixture
async def paid_200(db: object) -> AsyncIterator[None]:
    """王大山 has paid 200 yuan for 2026, and both posts may adjust today. In the end the books agree."""
    await make.participant()
    await booked(paid(20000, external_no="T1"))
    await granted(MAKER, FINANCE)
    yield
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


async def receipt(fen: int, document: int | None, *, on: date = DAY, slip_no: str = "T-9") -> int:
    slip = Slip(account="income_account", bank="农商行", slip_no=slip_no, received_on=on, amount_fen=fen, people=1)
    return await finance.register_receipt(COUNTY, slip, document, CASHIER, AT)


async def entries(kind: Kind, year: int = 2026) -> list[tuple[date, dict[str, int]]]:
    account = await accounts.account_of(COUNTY, await person_id_of())
    assert account is not None
    return [(e.value_on, e.amounts) for e in await accounts.entries(COUNTY, account.id, year) if e.kind == kind]


# ------------------------------------------------------------------ who may


@pytest.mark.rule("R-168")
async def test_without_an_authority_in_force_nobody_saves_and_nobody_approves(db: object) -> None:
    await make.participant()
    await booked(paid(20000))
    with pytest.raises(Refused) as refused:
        await saved(THREE)
    assert codes(refused) == ["no-authority"]
    await granted(MAKER)
    document = await saved(THREE)
    with pytest.raises(Refused) as refused:
        await adjustment_review.approve(COUNTY, document, FINANCE, AT)
    assert codes(refused) == ["no-authority"]
    await granted(FINANCE)
    with pytest.raises(Refused) as refused:
        await adjustment_review.approve(COUNTY, document, FINANCE, AT.replace(day=22))
    assert codes(refused) == ["no-authority"], "over by itself after a day"
    await adjustment_review.approve(COUNTY, document, FINANCE, AT)


@pytest.mark.rule("R-168")
async def test_an_authority_for_one_person_is_for_nobody_else_and_for_no_sheet(db: object) -> None:
    await make.participant()
    await make.participant(LI_XIUYING)
    await booked(paid(20000), paid(20000, LI_XIUYING, line=2))
    await granted(MAKER, person_id=await person_id_of())
    with pytest.raises(Refused) as refused:
        await saved(THREE, person=LI_XIUYING)
    assert codes(refused) == ["no-authority"]
    with pytest.raises(Refused) as refused:
        await taken(ROW)
    assert codes(refused) == ["no-authority"]
    await saved(THREE)


@pytest.mark.rule("R-161")
async def test_collection_saves_finance_approves_and_never_the_same(paid_200: None) -> None:
    both = make.staff("两岗", Post.COUNTY_COLLECTION, Post.FINANCE_SUPERVISOR, staff_id=MAKER.id)
    with pytest.raises(Refused) as refused:
        await adjustment.save(COUNTY, await asked(THREE), FINANCE, AT)
    assert codes(refused) == ["wrong-post"]
    document = await saved(THREE)
    for by, code in ((CHECKER, "wrong-post"), (both, "own-document")):
        with pytest.raises(Refused) as refused:
            await adjustment_review.approve(COUNTY, document, by, AT)
        assert codes(refused) == [code]


@pytest.mark.rule("R-016")
async def test_nobody_adjusts_his_own_year_nor_a_relatives(paid_200: None) -> None:
    himself = msgspec.structs.replace(MAKER, id_index=WANG_DASHAN.index)
    with pytest.raises(Refused) as refused:
        await adjustment.save(COUNTY, await asked(THREE), himself, AT)
    assert codes(refused) == ["own-case"]
    document = await saved(THREE)
    brother = msgspec.structs.replace(FINANCE, relatives=frozenset({WANG_DASHAN.index}))
    with pytest.raises(Refused) as refused:
        await adjustment_review.approve(COUNTY, document, brother, AT)
    assert codes(refused) == ["own-case"]


async def test_other_documents_are_not_approved_here(paid_200: None) -> None:
    other = await booked(paid(10000, external_no="T2"))
    with pytest.raises(Refused):
        await adjustment_review.approve(COUNTY, other, FINANCE, AT)
    await engine.execute("update fund_document set state = 'declared' where id = $1", other)
    with pytest.raises(NotFound):
        await adjustment_review.approve(COUNTY, other, FINANCE, AT)
    with pytest.raises(NotFound):
        await adjustment_review.cancel(COUNTY, other, "录错", FINANCE, AT)
    await engine.execute("update fund_document set state = 'booked' where id = $1", other)


# ------------------------------------------------------------------ what is refused


@pytest.mark.rule("R-153", "R-154")
async def test_a_contributor_has_paid_years_only_a_pensioner_has_all(paid_200: None) -> None:
    with pytest.raises(Refused) as refused:
        await saved(TWO, 2025)
    assert codes(refused) == ["not-paid"]
    await engine.execute("update participation set contribution_status = 3")
    with pytest.raises(Refused) as refused:
        await saved(yuan(200), 1990)
    assert codes(refused) == ["too-young"]
    with pytest.raises(Refused) as refused:
        await saved(TWO, 2027)
    assert codes(refused) == ["future-year"]
    document = await approved(yuan(200), 2025)
    await receipt(20000, document)
    assert await adjustment_review.book_ready(COUNTY, WORKER, AT) == 1
    year = await year_of(2025)
    assert (year["personal_fen"], year["tier"], year["counts"], year["channel"]) == (20000, "200", True, "adjustment")
    with pytest.raises(Refused) as refused:
        await saved(yuan(199), 2025, payee=PAYEE)
    assert codes(refused) == ["pensioner-down"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"reason": "错了"}, ["no-reason"]), ({"category": "051"}, ["category"]), ({"after": TWO}, ["no-change"]),
        ({"after": yuan(3001)}, ["beyond-the-top"]), ({"after": yuan(100)}, ["payee", "required", "account"]),
        ({"after": yuan(100), "payee": Payee("李四", "农商行", "62301234567890")}, ["payee"]),
        ({"after": yuan(100), "payee": Payee("王大山", "农商行", "6230-123")}, ["account"]),
        ({"after": yuan(100), "payee": PAYEE, "reverses_id": 999}, ["reverses"]),
    ],
)  # fmt: skip
@pytest.mark.rule("R-156")
async def test_what_is_wrong_is_said_at_once(paid_200: None, change: dict[str, object], expected: list[str]) -> None:
    after = change.pop("after", THREE)
    with pytest.raises(Refused) as refused:
        await saved(after, **change)  # type: ignore[arg-type]
    assert codes(refused) == expected
    assert await engine.fetchval("select count(*) from contribution_adjustment") == 0


async def test_a_year_is_adjusted_by_one_at_a_time(paid_200: None) -> None:
    document = await saved(THREE)
    with pytest.raises(Refused) as refused:
        await saved(yuan(500, 40, 10, 10))
    assert codes(refused) == ["under-way"]
    await adjustment_review.cancel(COUNTY, document, "资料不全", FINANCE, AT)
    await saved(yuan(500, 40, 10, 10))


async def test_who_has_no_open_account_here_is_not_adjusted(paid_200: None) -> None:
    with pytest.raises(NotFound):
        await adjustment.look(COUNTY, 999, 2026, AT)
    await engine.execute("update participation set participation_status = 4, contribution_status = 3")
    with pytest.raises(Refused) as refused:
        await saved(THREE)
    assert codes(refused) == ["no-account"]


# ------------------------------------------------------------------ money that comes


@pytest.mark.rule("R-162", "R-166")
async def test_what_the_person_pays_besides_is_booked_from_the_day_it_came(paid_200: None) -> None:
    document = await approved(THREE)
    assert (await state(document), await balance()) == ("approved", (20000, 0))
    assert await adjustment_review.book_ready(COUNTY, WORKER, AT) == 0
    await receipt(10000, document, on=date(2026, 11, 18))
    assert await adjustment_review.book_ready(COUNTY, WORKER, AT) == 1
    assert (await state(document), await balance()) == ("booked", (30000, 0))
    assert await entries(Kind.ADJUSTMENT) == [(date(2026, 11, 18), {"personal": 10000})]
    year = await year_of()
    assert (year["tier"], year["personal_fen"], year["province_fen"], year["county_fen"]) == ("300", 30000, 3500, 1000)
    assert await due() == [(2026, 3000, 500, 500, 0), (2026, 500, 0, 500, 0)]
    lines = await subsidy_query.estimate(COUNTY, 202611)
    assert [(line.tier, line.subsidy_fen) for line in lines] == [("200", 4000), ("300", 1000)]


@pytest.mark.rule("R-162")
async def test_money_that_lay_in_suspense_is_used_and_bears_interest_from_when_it_came(db: object) -> None:
    """100 yuan came on 2025-05-20 and nobody knew whose; 2025 is settled since. 100 × 2.5 % × 7 ÷ 12 = 1.458…"""
    await make.participant()
    await booked(paid(20000, year=2025, on=date(2025, 3, 10), external_no="T1"))
    came = await receipt(10000, None, on=date(2025, 5, 20))
    await settle(2025)
    assert await balance() == (20000, 375)  # 200 × 2.5 % × 9 ÷ 12
    await granted(MAKER, FINANCE)
    document = await approved(THREE, 2025)
    await finance.match_receipt(COUNTY, came, document, make.staff("会计", Post.ACCOUNTANT), AT)
    await adjustment_review.book_ready(COUNTY, WORKER, AT)
    assert await balance() == (30000, 521)  # 3.75 + 1.458… = 5.208…, one rounding
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


# ------------------------------------------------------------------ subsidies only


@pytest.mark.rule("R-160", "R-166")
async def test_a_change_of_subsidies_alone_is_a_zero_registration(paid_200: None) -> None:
    document = await approved(yuan(200, 35, 5, 0))
    assert await state(document) == "booked"
    assert await engine.fetchval("select count(*) from voucher where document_id = $1", document) == 0
    assert await engine.fetchval("select count(*) from ledger_entry where document_id = $1", document) == 0
    assert await due() == [(2026, 3000, 500, 500, 0), (2026, 500, 0, -500, 0)]
    assert (await year_of())["tier"] == "200"


async def test_a_change_that_touches_no_subsidy_claims_none(paid_200: None) -> None:
    document = await approved(yuan(250, 30, 5, 5))
    await receipt(5000, document)
    await adjustment_review.book_ready(COUNTY, WORKER, AT)
    assert ((await balance())[0], await due()) == (25000, [(2026, 3000, 500, 500, 0)])


@pytest.mark.rule("R-155", "R-166")
async def test_a_subsidy_that_came_already_leaves_with_the_next_arrival(paid_200: None) -> None:
    await make.participant(LI_XIUYING)
    await booked(paid(20000, LI_XIUYING, external_no="T2"))
    first = await finance.register_receipt(COUNTY, _fiscal(6000, "1"), None, CASHIER, AT)
    await subsidies.credit(COUNTY, first, {"province": 6000}, MAKER, AT)
    await approved(yuan(200, 20, 5, 5))
    await booked(paid(280000, LI_XIUYING, external_no="T3"))  # 3000 yuan: 90 more from the province
    assert await from_province(WANG_DASHAN) == 3000, "nothing leaves the account before government has reckoned with it"
    second = await finance.register_receipt(COUNTY, _fiscal(8000, "2"), None, CASHIER, AT)
    await subsidies.credit(COUNTY, second, {"province": 8000}, MAKER, AT)
    assert (await from_province(WANG_DASHAN), await from_province(LI_XIUYING)) == (2000, 12000)


async def from_province(person: Person) -> int:
    """What the account holds of the province's subsidy."""
    rows = await accounts.balances(COUNTY, await person_id_of(person))
    return next(row.principal_fen for row in rows if row.fund == "subsidy_province")


def _fiscal(fen: int, slip_no: str) -> Slip:
    return Slip(
        account="fiscal_account", bank="农商行", slip_no=slip_no, received_on=AT.date(), amount_fen=fen, people=0
    )


# ------------------------------------------------------------------ money that goes back


@pytest.mark.rule("R-155", "R-156", "R-164", "R-167")
async def test_what_was_paid_too_much_goes_back_on_its_own_day_and_keeps_its_interest(db: object) -> None:
    await make.participant()
    await booked(paid(200000, year=2025, on=date(2025, 3, 10), external_no="T1"))
    await settle(2025)
    assert await balance() == (200000, 3750)  # 2000 × 2.5 % × 9 ÷ 12
    await granted(MAKER, FINANCE)
    document = await approved(TWO, 2025, payee=PAYEE)
    assert (await state(document), await balance()) == ("booked", (20000, 3750))
    assert await entries(Kind.ADJUSTMENT) == [(AT.date(), {"personal": -180000})]
    row = await engine.fetchrow("select kind, payee_name, bank, amount_fen, state from payment_order")
    assert row is not None
    assert tuple(row) == ("F10007", "王大山", "农商行", 180000, "waiting")
    sides = await engine.fetch(
        "select account, debit_fen, credit_fen from voucher_line join voucher using (county_code, period, number)"
        " where document_id = $1 order by position",
        document,
    )
    assert [tuple(side) for side in sides] == [("expenditure_account", 0, 180000), ("contribution_income", 180000, 0)]
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-164")
async def test_a_payout_that_came_back_is_paid_to_another_account(paid_200: None) -> None:
    await approved(yuan(100, 30, 5, 5), payee=PAYEE)
    order: int = await engine.fetchval("select id from payment_order")
    await payment_orders.failed(COUNTY, order, "账号不存在", CASHIER, AT)
    again = await payment_orders.again(COUNTY, order, "工商银行", "62220212345678", MAKER, AT)
    (row,) = await adjustment.queries.history(COUNTY, 1, 2026)
    assert row.payment_state == "waiting"
    await payment_orders.paid(COUNTY, again, DAY, CASHIER, AT)
    (row,) = await adjustment.queries.history(COUNTY, 1, 2026)
    assert (row.payment_state, row.bank_account) == ("paid", "6230123456789012345")


@pytest.mark.rule("R-102")
async def test_a_year_adjusted_to_nothing_does_not_count_and_can_be_paid_for_again(paid_200: None) -> None:
    await approved(yuan(0), payee=PAYEE)
    year = await year_of()
    assert (year["personal_fen"], year["tier"], year["counts"]) == (0, "", False)
    assert await due() == [(2026, 3000, 500, 500, 0), (2026, -3000, -500, -500, 0)]
    with pytest.raises(Refused) as refused:
        await saved(TWO)
    assert codes(refused) == ["not-paid"]
    await booked(paid(30000, external_no="T2"))
    year = await year_of()
    assert (year["personal_fen"], year["tier"], year["counts"]) == (30000, "300", True)


@pytest.mark.rule("R-163")
async def test_one_persons_decrease_is_anothers_increase_and_both_are_booked(paid_200: None) -> None:
    """李秀英's 100 yuan were booked for 王大山: they leave 支出户 for 收入户 and come in as hers."""
    await make.participant(LI_XIUYING)
    await booked(paid(20000, LI_XIUYING, external_no="T2"), paid(10000, line=2, external_no="T3"))
    await finance.set_bank_account(
        COUNTY, "income_account", "农商行", "青禾县社保中心收入户", "43990100001", FINANCE, AT
    )
    payee = Payee("青禾县社保中心收入户", "农商行", "43990100001")
    _, wrong = await reversible(2026)
    await approved(TWO, payee=payee, reverses_id=wrong)
    hers = await approved(THREE, person=LI_XIUYING)
    await receipt(10000, hers)
    await adjustment_review.book_ready(COUNTY, WORKER, AT)
    assert (await balance(), await balance(LI_XIUYING)) == ((20000, 0), (30000, 0))


# ------------------------------------------------------------------ stories


@pytest.mark.rule("R-167")
async def test_a_wrong_payment_is_taken_back_after_the_years_interest_was_settled(db: object) -> None:
    """200 yuan were typed as 2000 on 2025-03-10. The year 2025 was settled at 2.5 %: 2000 × 2.5 % × 9 ÷ 12 = 37.50; of 200 it
    is 3.75. Taken back with the day it was booked for, the year's interest falls by 33.75, and nothing is rewritten."""
    await make.participant()
    await booked(paid(200000, year=2025, on=date(2025, 3, 10), external_no="T1"))
    await settle(2025)
    before = await engine.fetch("select * from ledger_entry order by id")
    await granted(MAKER, FINANCE)
    (wrong,) = await reversible(2025)
    document = await approved(TWO, 2025, payee=PAYEE, reverses_id=wrong)
    assert await balance() == (20000, 375)
    assert await entries(Kind.REVERSAL, 2025) == [(date(2025, 3, 10), {"personal": -180000})]
    assert await entries(Kind.INTEREST_CORRECTION, 2025) == [(date(2025, 12, 31), {"personal": -3375})]
    after = await engine.fetch("select * from ledger_entry order by id")
    assert after[: len(before)] == before
    assert [row["document_id"] for row in after[len(before) :]] == [document, document]
    account = await accounts.account_of(COUNTY, await person_id_of())
    assert account is not None
    story = await account_story.year_story(COUNTY, account.id, 2025)
    assert (story.posted_fen, story.agrees) == (375, True)
    await settle(2025)
    assert await interest_in(account.id, 2025) == {"personal": 375}, "a second settlement finds nothing to correct"
    assert await reversible(2025) == [wrong]
    with pytest.raises(Refused) as refused:
        await saved(yuan(0), 2025, payee=PAYEE, reverses_id=wrong + 1)
    assert codes(refused) == ["reverses"]
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-123", "R-155", "R-165")
async def test_a_year_paid_before_the_poverty_identity_was_known_is_put_right(paid_200: None) -> None:
    """Government pays 100 of the 200 yuan; the list came after the payment. 100 go back to the person, government owes 100."""
    for tier in ("200", "300"):
        items = {"province": "30", "city": "5", "county": "5", "government_paid": "100"}
        await special_rule("051", "20", tier, personal=f"{int(tier) - 100}", **items)
    await identity("051", date(2026, 11, 1))
    view = await adjustment.look(COUNTY, await person_id_of(), 2026, AT)
    assert list(view.choices) == ["011", "051"]
    await approved(yuan(100, 30, 5, 5, 100), category="051", payee=PAYEE)
    year = await year_of()
    assert (year["category"], year["tier"], year["personal_fen"], year["government_paid_fen"], year["counts"]) == (
        "051", "200", 10000, 10000, True,
    )  # fmt: skip
    assert (await balance())[0] == 10000
    assert await due() == [(2026, 3000, 500, 500, 0), (2026, 0, 0, 0, 10000)]


async def test_before_and_after_who_when_and_why_stay(paid_200: None) -> None:
    await approved(yuan(200, 35, 5, 5), reason="省级补贴少记5元")
    (row,) = await adjustment.queries.history(COUNTY, 1, 2026)
    assert (row.before, row.after) == ((20000, 3000, 500, 500, 0), (20000, 3500, 500, 500, 0))
    assert (row.created_by_name, row.approved_by_name, row.created_at, row.reason) == (
        "周会",
        "严明",
        AT,
        "省级补贴少记5元",
    )
    logged = await engine.fetchrow(
        "select actor_name, reason, detail from audit_entry where action = 'adjustment.saved'"
    )
    assert logged is not None
    assert tuple(logged) == (
        "周会",
        "省级补贴少记5元",
        "2026 200.00 30.00 5.00 5.00 0.00 → 200.00 35.00 5.00 5.00 0.00",
    )
    assert await engine.fetchval("select title from message order by id desc limit 1") == "缴费记录已经调整"


# ------------------------------------------------------------------ what moves in between


async def test_a_year_that_has_moved_since_is_left_alone_and_its_money_waits(paid_200: None) -> None:
    document = await approved(THREE)
    await booked(paid(10000, external_no="T2"))  # the person paid through the tax bureau meanwhile
    await receipt(10000, document)
    await adjustment_review.book_ready(COUNTY, WORKER, AT)
    assert (await balance())[0] == 30000
    assert await engine.fetchval("select reason_code from document_line where document_id = $1", document) == "moved"
    await contributions.settle(COUNTY, document, 1, await person_id_of(), "本人再缴一档", MAKER, AT)
    assert (await balance())[0] == 40000


async def test_without_money_a_year_that_has_moved_is_refused_and_can_be_given_up(paid_200: None) -> None:
    document = await saved(yuan(100, 30, 5, 5), payee=PAYEE)
    await booked(paid(10000, external_no="T2"))
    with pytest.raises(Refused) as refused:
        await adjustment_review.approve(COUNTY, document, FINANCE, AT)
    assert codes(refused) == ["moved"]
    await adjustment_review.cancel(COUNTY, document, "缴费又有变动", MAKER, AT)


async def test_a_closed_month_takes_no_adjustment(paid_200: None) -> None:
    document = await saved(yuan(200, 35, 5, 5))
    december = datetime(2026, 12, 1, 9, tzinfo=CHINA)
    await finance.close_period(COUNTY, 202611, "测试封账", make.staff("主管", Post.FINANCE_SUPERVISOR), december)
    with pytest.raises(Refused) as refused:
        await adjustment_review.approve(COUNTY, document, FINANCE, AT)
    assert codes(refused) == ["period-closed"]


# ------------------------------------------------------------------ sheets

ROW = (WANG_DASHAN.name, WANG_DASHAN.id_number, "", "300", "", "", "", "", "")


async def taken(*rows: tuple[str, ...], year: int = 2026, by: Actor = MAKER) -> int:
    data = workbook.write([("批量缴费调整登记表", [adjustment_sheet.COLUMNS, *rows])])
    return await adjustment_sheet.take_in(COUNTY, data, "表.xlsx", year, "县政府会议纪要", by, AT)


@pytest.mark.rule("R-016")
async def test_nobody_hands_in_a_sheet_with_a_relative_on_it(paid_200: None) -> None:
    with pytest.raises(Refused) as refused:
        await taken(ROW, by=msgspec.structs.replace(MAKER, relatives=frozenset({WANG_DASHAN.index})))
    assert codes(refused) == ["own-case"]


@pytest.mark.rule("R-158", "R-165")
async def test_a_sheet_of_many_goes_its_whole_way(paid_200: None) -> None:
    await make.participant(LI_XIUYING)
    await booked(paid(20000, LI_XIUYING, external_no="T2"))
    hers = (LI_XIUYING.name, LI_XIUYING.id_number, "普通参保人员", "", "", "35", "", "", "")
    document = await taken(ROW, hers)
    assert await state(document) == "draft"
    await adjustment_sheet.declare(COUNTY, document, MAKER, AT)
    await adjustment_review.approve(COUNTY, document, FINANCE, AT)
    await receipt(10000, document)
    assert await adjustment_review.book_ready(COUNTY, WORKER, AT) == 1
    assert ((await balance())[0], (await balance(LI_XIUYING))[0]) == (30000, 20000)
    assert (await due())[2:] == [(2026, 500, 0, 500, 0), (2026, 500, 0, 0, 0)]


@pytest.mark.rule("R-158")
@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((*ROW[:3], "200", "", "", "", "", ""), "没有要调整的"), ((*ROW[:3], "", "199.99", "", "", "", ""), "不能成批办"),
        ((*ROW[:3], "250", "", "", "", "", ""), "没有250这个档次"), ((*ROW[:3], "", "3.001", "", "", "", ""), "两位小数"),
        ((*ROW[:3], "", "", "-1", "", "", ""), "省级补贴不能调整到小于0"), ((*ROW[:2], "051", *ROW[3:]), "不能按这种身份"),
        ((*ROW[:2], "富人", *ROW[3:]), "没有这种缴费身份"), (("王小山", *ROW[1:]), "不一致"), (("", *ROW[1:]), "没有姓名"),
        ((ROW[0], "439901197508201311", *ROW[2:]), "证"), (ROW, "前面已经有一行"),
        ((LI_XIUYING.name, LI_XIUYING.id_number, *ROW[2:]), "没有正在使用的个人账户"),
    ],
)  # fmt: skip
async def test_a_bad_row_goes_back_with_its_reason_and_the_good_one_stays(
    paid_200: None, row: tuple[str, ...], words: str
) -> None:
    document = await taken(ROW, row)
    lines = await engine.fetch(
        "select state, reason from document_line where document_id = $1 order by line_no", document
    )
    assert [line["state"] for line in lines] == ["good", "bad"]
    assert words in lines[1]["reason"]
    found = adjustment_sheet.sheets.read(
        await adjustment_sheet.bad_rows(COUNTY, document), (*adjustment_sheet.COLUMNS, "原因")
    )
    assert [line.cells[:9] for line in found] == [row]


@pytest.mark.rule("R-153")
async def test_a_sheet_is_for_paid_years_too_and_needs_a_year_and_a_reason(paid_200: None) -> None:
    document = await taken(ROW, year=2025)
    assert "没有缴过费" in await engine.fetchval("select reason from document_line where document_id = $1", document)
    with pytest.raises(Refused):
        await adjustment_sheet.declare(COUNTY, document, MAKER, AT)
    with pytest.raises(Refused) as refused:
        await taken(ROW, year=2027)
    assert codes(refused) == ["year"]
    assert books.KINDS[books.DocumentKind.ADJUSTMENT].title == "缴费调整"
