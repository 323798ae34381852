"""缴费退费 (P-13): what goes back to whom, from the form to the payment order."""

from datetime import date, datetime
from typing import Any

import pytest

from db import engine
from db.crypto import unseal_text
from domain import verify
from domain.agency import payment_orders
from domain.books import DocumentKind
from domain.case import flow
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.items import contribution_refund
from domain.items.contribution_refund import ContributionRefund
from tests import make
from tests.contributions.test_collective_assistance import GOOD, taken, through
from tests.contributions.ways import AT, CASHIER, CHECKER, booked, due, paid, told, year_of
from tests.make import CHINA, COUNTY, FRIDAY, WANG_DASHAN, ZHAO_MIN
from tests.runs.conftest import settle

pytestmark = pytest.mark.usefixtures("county")

OVERLAP = {"reason": "overlap", "year": 2026, "from_month": 1, "to_month": 5, "payee": "王大山", "bank": "农商行",
           "bank_account": "6222 0212 3456 7890"}  # fmt: skip
REPEATED = OVERLAP | {"reason": "repeated", "amount": "200", "from_month": None, "to_month": None}


async def filed(answers: dict[str, Any] = OVERLAP, **more: Any) -> flow.Receipt:
    return await make.handed_in(contribution_refund.ITEM, answers | more, WANG_DASHAN)


async def codes(**more: Any) -> list[str]:
    receipt = await filed(**more)
    _, looked = await flow.look(COUNTY, receipt.case_id, CHECKER, FRIDAY)
    return [finding.code for finding in looked.findings if finding.code != "no-dual-coverage"]


async def refunded(answers: dict[str, Any] = OVERLAP, **more: Any) -> int:
    """Through both desks; the case."""
    receipt = await filed(answers, **more)
    await make.approve(receipt.case_id, ZHAO_MIN)
    assert await make.approve(receipt.case_id, CHECKER) is Status.EFFECTED
    report = await verify.county(COUNTY)
    assert report.clean, report.text()
    return receipt.case_id


async def orders() -> list[tuple[str, int, str]]:
    rows = await engine.fetch("select kind, amount_fen, state from payment_order order by id")
    return [tuple(row) for row in rows]


async def held(fund: str = "personal") -> int:
    fen: int = await engine.fetchval(f"select {fund}_fen from account_balance")
    return fen


@pytest.mark.rule("R-170", "R-404", "R-171")
async def test_the_overlapping_months_of_own_and_assisted_money_go_back_and_subsidies_stay() -> None:
    """E-31: 1000 own + 120 collective, January to May: 416.67 + 50.00."""
    await make.participant()
    await booked(paid(100000))
    await through(await taken((*GOOD[:3], "120")), 12000)
    before = await due()
    await refunded()
    assert (await held(), await held("collective")) == (100000 - 41667, 12000 - 5000)
    assert await orders() == [("F10004", 46667, "waiting")]
    year = await year_of()
    assert (year["personal_fen"], year["tier"], year["counts"]) == (58333, "1000", True)
    assert await due() == before
    entry = await engine.fetchrow("select value_on, contribution_year, reverses_id from ledger_entry where kind = 22")
    assert entry is not None
    assert tuple(entry) == (FRIDAY.date(), 2026, None)


@pytest.mark.rule("R-404")
@pytest.mark.parametrize(
    ("first", "last", "fen", "counts"), [(1, 12, 0, False), (2, 12, 1667, True), (12, 12, 18333, True)]
)
async def test_a_year_that_overlaps_whole_is_no_year_here(first: int, last: int, fen: int, counts: bool) -> None:
    await make.participant()
    await booked(paid(20000, year=2025))
    await refunded(year=2025, from_month=first, to_month=last)
    year = await year_of(2025)
    assert (year["personal_fen"], year["counts"], await held()) == (fen, counts, fen)


@pytest.mark.rule("R-170")
async def test_the_same_overlap_is_returned_once() -> None:
    await make.participant()
    await booked(paid(20000))
    await refunded()
    assert await codes() == ["refunded"]


@pytest.mark.rule("R-171", "R-166")
async def test_a_payment_too_many_is_taken_back_with_its_day_and_the_claims_follow() -> None:
    await make.participant()
    await booked(paid(20000, on=date(2026, 3, 5)), kind=DocumentKind.AGENCY_BATCH)
    await booked(paid(20000, on=date(2026, 6, 8)))
    first = await due()
    await refunded(REPEATED)
    entry = await engine.fetchrow("select value_on, reverses_id, personal_fen from ledger_entry where kind = 22")
    assert entry is not None
    reversed_on = await engine.fetchval("select value_on from ledger_entry where id = $1", entry["reverses_id"])
    assert (entry["value_on"], reversed_on, entry["personal_fen"]) == (date(2026, 6, 8), date(2026, 6, 8), -20000)
    year = await year_of()
    assert (year["personal_fen"], year["tier"], year["counts"]) == (20000, "200", True)
    assert len(await due()) == len(first) + 1
    assert [sum(row[i] for row in await due()) for i in range(1, 5)] == [
        year["province_fen"], year["city_fen"], year["county_fen"], year["government_paid_fen"],
    ]  # fmt: skip
    assert await codes(**REPEATED) == ["not-repeated"]


@pytest.mark.rule("R-167")
async def test_a_payment_taken_back_in_a_settled_year_takes_its_interest_with_it() -> None:
    """2025: 200 in March and 200 in June at the year's rate; without the second only the first earned."""
    await make.participant()
    await booked(paid(20000, year=2025, on=date(2025, 3, 5)), at=datetime(2025, 3, 5, 9, tzinfo=CHINA))
    await settle(2025)
    alone = await held("personal_interest")
    await booked(paid(20000, year=2025, on=date(2025, 6, 8)))
    await settle(2025)
    assert await held("personal_interest") > alone
    await refunded(REPEATED, year=2025)
    assert await held("personal_interest") == alone
    assert await held() == 20000


@pytest.mark.rule("R-171")
@pytest.mark.parametrize(
    ("amount", "found"), [("300", []), ("200", []), ("500", ["no-such-payment"]), ("300.01", ["no-such-payment"])]
)
async def test_only_a_whole_payment_of_the_year_is_one_too_many(amount: str, found: list[str]) -> None:
    await make.participant()
    await booked(paid(20000))
    await booked(paid(30000))
    assert await codes(**REPEATED | {"amount": amount}) == found


@pytest.mark.rule("R-173")
@pytest.mark.parametrize(("payee", "found"), [("王大山", []), (" 王大山 ", []), ("王小山", ["payee"])])
async def test_money_goes_to_the_payers_own_account_only(payee: str, found: list[str]) -> None:
    await make.participant()
    await booked(paid(20000))
    assert await codes(payee=payee) == found


@pytest.mark.rule("R-172")
@pytest.mark.parametrize(
    ("account", "status", "found"),
    [("open", (1, 1), []), ("settled", (1, 1), ["settled"]), ("open", (1, 3), ["receiving"]), ("open", (2, 2), [])],
)  # fmt: skip
async def test_an_account_that_was_paid_out_gives_nothing_back(
    account: str, status: tuple[int, int], found: list[str]
) -> None:
    await make.participant()
    await booked(paid(20000))
    await engine.execute("update individual_account set status = $1", account)
    await engine.execute("update participation set participation_status = $1, contribution_status = $2", *status)
    assert await codes() == found


@pytest.mark.rule("R-170")
@pytest.mark.parametrize(
    ("year", "last", "found"), [(2025, 5, ["nothing-paid"]), (2026, 11, []), (2026, 12, ["future"])]
)
async def test_only_paid_years_and_months_that_are_over_go_back(year: int, last: int, found: list[str]) -> None:
    await make.participant()
    await booked(paid(20000))
    assert await codes(year=year, to_month=last) == found


@pytest.mark.rule("R-208")
@pytest.mark.parametrize(("known", "notes"), [(True, []), (False, ["no-dual-coverage"])])
async def test_the_other_scheme_is_looked_up_and_not_proved_by_paper(known: bool, notes: list[str]) -> None:
    await make.participant()
    await booked(paid(20000))
    await make.sources(
        household_register=make.household(WANG_DASHAN),
        employee_scheme={WANG_DASHAN: {"status": "insured", "unit": "青禾机械厂"}} if known else {},
    )
    receipt = await filed()
    _, looked = await flow.look(COUNTY, receipt.case_id, CHECKER, FRIDAY)
    assert [finding.code for finding in looked.findings] == notes
    assert contribution_refund.ITEM.materials == ()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"from_month": 6}, "从几月到几月"), ({"from_month": None}, "从几月到几月"), ({"to_month": None}, "从几月到几月"),
        ({"reason": "repeated"}, "多缴的那一笔"), ({"reason": "repeated", "amount": "0"}, "多缴的那一笔"), ({"reason": "x"}, "为什么退"),
    ],
)  # fmt: skip
def test_a_form_with_a_gap_says_what_is_missing(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ContributionRefund(**OVERLAP | more)
    assert ContributionRefund(**OVERLAP).months == 5
    assert ContributionRefund(**OVERLAP | {"from_month": 5}).months == 1


@pytest.mark.rule("R-174")
@pytest.mark.parametrize(("kind", "place"), [("tax_detail", "expenditure_account"), ("agency_batch", "income_account")])
async def test_money_leaves_the_account_it_came_in_on_or_the_one_that_pays(kind: str, place: str) -> None:
    await make.participant()
    await booked(paid(20000), kind=DocumentKind(kind))
    await refunded()
    rows = await engine.fetch(
        "select l.account, l.debit_fen, l.credit_fen from voucher_line l join voucher v using (county_code, period, number)"
        " join fund_document d on d.county_code = v.county_code and d.id = v.document_id where d.kind = 'refund' order by l.position"
    )
    assert [tuple(row) for row in rows] == [(place, 0, 8333), ("contribution_income", 8333, 0)]


@pytest.mark.rule("R-016", "R-173")
async def test_the_order_is_paid_or_fails_and_is_paid_elsewhere() -> None:
    await make.participant()
    await booked(paid(20000))
    await refunded()
    (order,) = [row["id"] for row in await engine.fetch("select id from payment_order")]
    sealed = await engine.fetchval("select bank_account_sealed from payment_order")
    assert unseal_text(sealed, "bank_account") == "6222021234567890"
    with pytest.raises(Refused, match="出纳"):
        await payment_orders.paid(COUNTY, order, FRIDAY.date(), CHECKER, FRIDAY)
    for wrong in (date(2026, 11, 19), date(2026, 11, 21)):
        with pytest.raises(Refused, match="付款日期"):
            await payment_orders.paid(COUNTY, order, wrong, CASHIER, FRIDAY)
    with pytest.raises(Refused, match="写明"):
        await payment_orders.failed(COUNTY, order, " ", CASHIER, FRIDAY)
    await payment_orders.failed(COUNTY, order, "账号不存在", CASHIER, FRIDAY)
    with pytest.raises(Refused, match="8到32位"):
        await payment_orders.again(COUNTY, order, "农商行", "1234567", CHECKER, FRIDAY)
    new = await payment_orders.again(COUNTY, order, "农商行", "62220212345678", CHECKER, FRIDAY)
    with pytest.raises(Refused, match="已经处理过"):
        await payment_orders.again(COUNTY, order, "农商行", "62220212345678", CHECKER, FRIDAY)
    await payment_orders.paid(COUNTY, new, FRIDAY.date(), CASHIER, FRIDAY)
    assert await orders() == [("F10004", 8333, "cancelled"), ("F10004", 8333, "paid")]
    assert await told("退费已经付款") == ["退给您的83.33元已于2026年11月20日付到您的银行账户，请查收。"]
    with pytest.raises(NotFound):
        await payment_orders.paid(COUNTY, 999, FRIDAY.date(), CASHIER, AT)


async def test_a_refund_nobody_could_see_any_more_at_the_decision_changes_nothing() -> None:
    """Two cases for the same months cannot be open together; what happened since is looked at again at the decision."""
    await make.participant()
    await booked(paid(20000))
    receipt = await filed()
    await make.approve(receipt.case_id, ZHAO_MIN)
    outcome = await make.outcome(receipt.case_id, CHECKER)
    await engine.execute("update individual_account set status = 'settled'")
    with pytest.raises(Refused):
        await flow.approve(COUNTY, receipt.case_id, CHECKER, await make.version(receipt.case_id), outcome, FRIDAY)
    assert await orders() == []
