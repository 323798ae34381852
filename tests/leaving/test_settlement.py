"""A relation ends: what the family gets, what is set off, and books that agree."""

from datetime import date, datetime

import pytest

from db import engine
from db.stores import benefits as benefit_store
from domain import payments, settlement
from domain.agency import suspensions
from domain.agency.parameters_import import snapshot
from domain.errors import Refused
from domain.money import yuan
from domain.parameters import Kind
from domain.rules.interest import rounded
from tests.agency.pensioner import benefit, only
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING
from tests.leaving import family
from tests.leaving.family import (
    XU_XIAOYU,
    balance,
    ended,
    lines,
    month,
    orders,
    pensioner,
    received,
    registered,
    row,
    voucher,
)
from tests.make import CHINA, COUNTY, HE_JING, ZHAO_MIN
from tests.payments import month as way

pytestmark = pytest.mark.usefixtures("db")
DECEMBER, EARLY = way.AT, datetime(2027, 1, 10, 9, tzinfo=CHINA)
JANUARY = datetime(2027, 1, 28, 9, tzinfo=CHINA)
FEBRUARY = datetime(2027, 2, 10, 9, tzinfo=CHINA)
DIED = date(2026, 12, 15)
MONTHLY, ACCOUNT = 20923, 6623
PPM = 25000  # 2025's rate is the last that is published


async def funeral_fen(died: date = DIED) -> int:
    parameters = await snapshot(COUNTY)
    return 10 * sum(yuan(value) for _, value, _ in parameters.entered(Kind.BASIC_PENSION, died))


@pytest.mark.rule("R-320", "R-321", "R-326", "R-327", "R-344")
async def test_a_pensioner_who_was_paid_a_month_too_much() -> None:
    person = await pensioner()
    await month(202612, DECEMBER)
    await month(202701, EARLY)
    found = await ended(person, DIED, FEBRUARY)
    assert await lines(found["id"]) == [(202701, "overpaid", -MONTHLY)]
    interest_2026 = rounded(930000 * 11, PPM)  # from February; what left in December counts to its end
    held = 930000 + interest_2026 - ACCOUNT
    whole = held + rounded(held * 2, PPM)
    assert sum(fen for name, fen in found.items() if name.startswith("returned_")) == whole
    assert (found["restored_fen"], found["overpaid_fen"], found["from_account_fen"]) == (ACCOUNT, MONTHLY, MONTHLY)
    assert found["funeral_fen"] == await funeral_fen() > 0
    assert found["payable_fen"] == whole + found["funeral_fen"] - MONTHLY
    assert await orders() == [("F10006", "许小雨", found["payable_fen"], "waiting")]
    assert await voucher(found["document_id"]) == {
        "account_return": whole, "funeral_expense": found["funeral_fen"], "settlement_payable": -MONTHLY,
        "expenditure_account": -found["payable_fen"],
    }  # fmt: skip
    assert await voucher(found["offset_document_id"]) == {
        "settlement_payable": MONTHLY, "benefit_expense": -14300, "pension_from_accounts": -ACCOUNT,
    }  # fmt: skip
    assert await balance(person) == 0
    await family.books_agree()


async def test_what_stands_after_the_end() -> None:
    person = await pensioner()
    await month(202612, DECEMBER)
    await ended(person, DIED, FEBRUARY)
    now = await benefit(person)
    assert (now["state"], now["ended_month"], now["end_reason"], now["recheck_from"]) == ("settled", 202612, "死亡", None)
    statuses = await engine.fetchrow(
        "select n.participation_status, n.contribution_status, a.status from participation n join individual_account a"
        " using (county_code, person_id) where person_id = $1", person,
    )  # fmt: skip
    assert tuple(statuses or ()) == (4, 3, "settled")
    (said,) = await told("注销结算")
    assert "账户里的钱" in said
    assert "丧葬补助金" in said
    assert "付到农商银行尾号0018的账户" in said
    plan = await way.planned(202702, FEBRUARY)
    assert await way.lines(person, plan) == []


@pytest.mark.rule("R-339")
async def test_a_suspension_is_paid_afterwards_up_to_the_month_of_death() -> None:
    person = await pensioner(first=202611)
    held = await suspensions.propose(COUNTY, person, "suspected_death", 202611, "村里说可能去世了", ZHAO_MIN, way.AT)
    await suspensions.confirm(COUNTY, [held], LIN_JING, way.AT)
    found = await ended(person, DIED, JANUARY)
    assert await lines(found["id"]) == [(202611, "arrears", MONTHLY), (202612, "arrears", MONTHLY)]
    assert (found["arrears_fen"], found["overpaid_fen"], found["recover_fen"]) == (2 * MONTHLY, 0, 0)
    assert await voucher(found["document_id"]) == {
        "account_return": 930000 + rounded(930000 * 11, PPM) + rounded((930000 + rounded(930000 * 11, PPM)), PPM) - 2 * ACCOUNT,
        "benefit_expense": 2 * 14300, "pension_from_accounts": 2 * ACCOUNT, "funeral_expense": found["funeral_fen"],
        "expenditure_account": -found["payable_fen"],
    }  # fmt: skip
    stop = await only(person)
    assert (stop["state"], stop["last_month"], stop["pays_arrears"]) == ("lifted", 202612, True)
    await family.books_agree()


@pytest.mark.rule("R-339", "R-363")
async def test_the_months_of_a_sentence_are_not_owed_to_the_heirs_either() -> None:
    person = await pensioner(first=202611)
    await engine.execute(
        "insert into sentence_spell (county_code, person_id, situation, first_month, document, recorded_at, recorded_by,"
        " recorded_by_name) values ($1, $2, 'imprisoned', 202612, '判决书', $3, 1, 'x')", COUNTY, person, way.AT,
    )  # fmt: skip
    found = await ended(person, DIED, JANUARY)
    assert await lines(found["id"]) == [(202611, "arrears", MONTHLY)]
    assert found["funeral_fen"] == 0


@pytest.mark.rule("R-339", "R-258")
async def test_a_month_that_is_planned_but_in_no_file_is_taken_out_and_settled() -> None:
    person = await pensioner()
    plan = await way.planned(202612, way.AT)
    found = await ended(person, DIED, datetime(2026, 12, 20, 9, tzinfo=CHINA))
    assert (await way.transfer(plan, person))[0] == "left_out"
    assert await lines(found["id"]) == [(202612, "arrears", MONTHLY)]
    await family.books_agree()


async def test_a_settlement_waits_for_the_bank_and_comes_to_the_same() -> None:
    person, other = await pensioner(1), await pensioner(2)
    plan = await way.planned(202612, way.AT)
    files = await way.sent(plan, way.AT)
    at = datetime(2026, 12, 20, 9, tzinfo=CHINA)
    waiting = [await registered(each, date(2026, 11, 20), at) for each in (person, other)]
    assert await settlement.settle_ready(COUNTY, at) == 0
    for file_id in files:
        await way.returned(file_id, {other: "账户不存在"}, at)
    assert await settlement.settle_ready(COUNTY, at) == 1  # what failed is known; the month is not in the books yet
    assert (await way.transfer(plan, other))[0] == "void"
    await payments.book(COUNTY, plan, family.REVIEWER, at)
    assert await settlement.settle_ready(COUNTY, at) == 1
    paid, failed = [await row(each) for each in waiting]
    assert (paid["overpaid_fen"], failed["overpaid_fen"]) == (MONTHLY, 0)
    assert await received(person) == await received(other) > 0
    await family.books_agree()
    assert await settlement.settle_ready(COUNTY, at) == 0


async def test_settling_twice_is_settling_once() -> None:
    person = await pensioner()
    found = await ended(person, DIED, JANUARY)
    async with engine.transaction():
        assert await settlement.settle(COUNTY, found["id"], HE_JING, JANUARY)
    assert await row(found["id"]) == found
    assert await settlement.settle_ready(COUNTY, JANUARY) == 0
    with pytest.raises(Refused, match="已经终止"):
        await registered(person, DIED, JANUARY)
    assert len(await orders()) == 1


@pytest.mark.rule("R-327", "R-351")
async def test_what_the_account_cannot_cover_is_asked_back() -> None:
    person = await pensioner(personal=ACCOUNT * 2)
    for at, which in ((DECEMBER, 202612), (EARLY, 202701), (FEBRUARY, 202702)):
        await month(which, at)
    found = await ended(person, date(2026, 11, 30), datetime(2027, 3, 1, 9, tzinfo=CHINA), claims_funeral=False)
    assert (found["overpaid_fen"], found["funeral_fen"], found["payable_fen"]) == (3 * MONTHLY, 0, 0)
    assert found["restored_fen"] == 2 * ACCOUNT  # the third month came from the fund
    assert found["recover_fen"] == 3 * MONTHLY - found["from_account_fen"]
    assert await orders() == []
    (said,) = await told("注销结算")
    assert "需要退还" in said
    await family.books_agree()


@pytest.mark.rule("R-333", "R-336")
@pytest.mark.parametrize("known", [True, False])
async def test_shares_are_ordered_or_held(known: bool) -> None:
    from msgspec.structs import replace  # noqa: PLC0415

    brother = replace(XU_XIAOYU, name="许小云", id_number=family.id_number(date(1992, 5, 6), 331), account="", bank="", share_percent=33)
    person = await pensioner()
    found = await ended(person, DIED, JANUARY, payees=(replace(XU_XIAOYU, share_percent=67), brother) if known else ())
    rows = await engine.fetch("select line_no, amount_fen, order_id is null as held, held_reason from settlement_payment order by 1")
    payments_of = [tuple(each) for each in rows]
    if known:
        assert [(line, held, why) for line, _, held, why in payments_of] == [(1, False, ""), (2, True, "还没有收款账户")]
    else:
        assert payments_of == [(0, found["payable_fen"], True, "没有受益人或者继承人")]
    assert sum(fen for _, fen, _, _ in payments_of) == found["payable_fen"]
    held = sum(fen for _, fen, is_held, _ in payments_of if is_held)
    assert (await voucher(found["document_id"])).get("settlement_payable", 0) == -held
    await family.books_agree()


@pytest.mark.rule("R-345")
async def test_the_old_account_can_be_used() -> None:
    person = await pensioner()
    await ended(person, DIED, JANUARY, use_old_account=True)
    assert [(payee, state) for _, payee, _, state in await orders()] == [(way.pensioner(1).name, "waiting")]


@pytest.mark.rule("R-352", "R-359", "R-405")
async def test_who_draws_another_pension_gets_the_account_without_subsidies() -> None:
    person = await pensioner()
    await month(202612, DECEMBER)
    found = await ended(person, date(2026, 11, 1), JANUARY, cause="other_pension")
    assert (found["funeral_fen"], found["overpaid_fen"]) == (0, MONTHLY)
    assert found["returned_subsidy_county_fen"] == 0 < found["kept_subsidy_county_fen"]
    assert found["payable_fen"] == found["returned_personal_fen"] - MONTHLY
    assert (await voucher(found["document_id"]))["other_income"] == -found["kept_subsidy_county_fen"]
    await family.books_agree()


@pytest.mark.rule("R-340")
async def test_a_subsidy_that_comes_late_is_paid_as_a_supplement() -> None:
    person = await pensioner()
    await month(202612, DECEMBER)
    await month(202701, EARLY)
    first = await ended(person, DIED, JANUARY)
    assert first["overpaid_fen"] == MONTHLY
    await family.deposited(person, date(2027, 2, 3), subsidy_province=6000)
    assert await settlement.settle_ready(COUNTY, FEBRUARY) == 1
    extra = await row(await engine.fetchval("select max(id) from settlement"))
    assert (extra["kind"], extra["payable_fen"], extra["funeral_fen"]) == ("supplement", 6000, 0)
    assert extra["overpaid_fen"] == 0  # it was set off before
    assert [fen for _, _, fen, _ in await orders()] == [first["payable_fen"], 6000]
    assert await settlement.settle_ready(COUNTY, FEBRUARY) == 0
    await family.books_agree()


async def test_news_that_comes_to_nothing_is_no_settlement() -> None:
    """A plan that was drafted with the person, and is approved without."""
    person = await pensioner()
    run_id, plan = await way.drafted(202612, way.AT)
    found = await ended(person, DIED, datetime(2026, 12, 20, 9, tzinfo=CHINA))
    await way.accepted(plan)
    await way.approved(run_id)
    assert (await way.transfer(plan, person))[0] == "left_out"
    assert await settlement.settle_ready(COUNTY, JANUARY) == 0
    assert await engine.fetchval("select array_agg(id) from settlement") == [found["id"]]
    assert len(await told("注销结算")) == 1


@pytest.mark.rule("R-310")
async def test_an_increase_for_months_alive_is_paid_as_a_supplement_and_no_month_more() -> None:
    person = await pensioner()
    await month(202612, DECEMBER)
    await ended(person, DIED, JANUARY)
    await way.standard(person, 202612, {"basic_central": 15300, "account_personal": ACCOUNT})
    await benefit_store.recheck(COUNTY, [person], 202612)
    assert await settlement.settle_ready(COUNTY, FEBRUARY) == 1
    extra = await row(await engine.fetchval("select max(id) from settlement"))
    assert (extra["kind"], extra["arrears_fen"], extra["payable_fen"]) == ("supplement", 1000, 1000)
    await family.books_agree()


async def test_a_trial_is_what_is_booked_afterwards() -> None:
    person = await pensioner()
    await month(202612, DECEMBER)
    await month(202701, EARLY)
    before = await settlement.trial(COUNTY, person, "death", DIED, FEBRUARY.date())
    found = await ended(person, DIED, FEBRUARY)
    assert (before.offset.payable, before.funeral, before.overpaid) == (
        found["payable_fen"], found["funeral_fen"], found["overpaid_fen"],
    )  # fmt: skip
