"""待遇发放月度计划 (规程第二十八条、第二十九条)."""

from datetime import date, datetime

import pytest

from db import engine
from db.stores import benefits as store
from domain import payment_list, payments, verify
from domain.errors import Refused
from domain.runs import run
from tests import make
from tests.contributions.ways import CASHIER, told
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import CHINA, COUNTY, FENG_YUAN, OTHER_GROUP
from tests.payments import month as way
from tests.payments.month import AT, KIND, MONTH, banked, draws, suspended
from tests.runs.conftest import REVIEWER, WITHOUT_VOUCHERS

pytestmark = pytest.mark.usefixtures("db")
JANUARY = datetime(2027, 1, 11, 9, tzinfo=CHINA)


async def findings(person_id: int) -> list[str]:
    found: list[str] = await engine.fetchval(
        "select findings from payment_transfer where person_id = $1 order by plan_id desc limit 1", person_id
    )
    return found


@pytest.mark.rule("R-242", "R-246", "R-259")
async def test_a_month_is_paid_from_the_draft_to_the_closed_book() -> None:
    one, two = await draws(1, held=920_625), await draws(2, region=OTHER_GROUP, held=920_625)
    plan_id = await way.paid()
    assert await way.lines(one) == [(MONTH, "regular", 20923)]
    assert (await way.plan(plan_id)).people == 2
    assert (await way.plan(plan_id)).total_fen == 2 * 20923
    assert await way.transfer(plan_id, two) == ("paid", 20923)
    assert (await way.plan(plan_id)).state == "settled"
    document = await payments.book(COUNTY, plan_id, REVIEWER, AT)
    rows = await engine.fetch(
        "select l.account, l.debit_fen - l.credit_fen as fen from voucher v join voucher_line l using (county_code, period, number)"
        " where v.document_id = $1 order by l.position",
        document,
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [
        ("benefit_expense", 28600), ("pension_from_accounts", 13246), ("expenditure_account", -41846)
    ]  # fmt: skip
    assert await engine.fetchval("select sum(personal_fen)::bigint from account_balance") == 2 * (920_625 - 6623)
    await payments.close(COUNTY, plan_id, REVIEWER, AT)
    assert (await way.plan(plan_id)).state == "closed"
    with pytest.raises(Refused, match="已经有变化"):
        await payments.book(COUNTY, plan_id, REVIEWER, AT)
    report = await verify.county(COUNTY)
    assert not {c.title for c in report.checks if c.count} - WITHOUT_VOUCHERS, report.text()


@pytest.mark.rule("R-228", "R-263")
async def test_who_comes_late_gets_the_earlier_months_as_arrears_at_the_standards_of_those_months() -> None:
    person = await draws(1, first=202610)
    await way.standard(person, 202612, {"basic_central": 15300, "account_personal": 6623})
    await way.planned()
    assert await way.lines(person) == [
        (202610, "arrears", 20923), (202611, "arrears", 20923), (202612, "regular", 21923)
    ]  # fmt: skip


@pytest.mark.rule("R-240", "R-263", "R-255")
async def test_what_is_said_anew_about_paid_months_is_paid_as_the_difference_and_once() -> None:
    person = await draws(1)
    await way.paid()
    await way.standard(person, 202612, {"basic_central": 15300, "account_personal": 6623})
    await store.recheck(COUNTY, [person], 202612)
    january = await way.paid(202701, JANUARY)
    assert await way.lines(person, january) == [(202612, "arrears", 1000), (202701, "regular", 21923)]
    february = await way.planned(202702, datetime(2027, 2, 2, 9, tzinfo=CHINA))
    assert await way.lines(person, february) == [(202702, "regular", 21923)]


@pytest.mark.rule("R-264")
async def test_a_net_amount_is_never_negative_and_the_rest_is_taken_off_later() -> None:
    person = await draws(1, amounts={"basic_central": 10000})
    await way.paid()
    await way.standard(person, 202612, {"basic_central": 2000})
    await way.standard(person, 202701, {"basic_central": 3000})
    await store.recheck(COUNTY, [person], 202612)
    january = await way.paid(202701, JANUARY)
    assert await way.lines(person, january) == [(202612, "deduction", -8000), (202701, "regular", 3000)]
    assert await way.transfer(january, person) == ("paid", 0)
    assert await engine.fetchval("select carried_fen from benefit") == 5000
    february = await way.paid(202702, datetime(2027, 2, 2, 9, tzinfo=CHINA))
    assert await way.transfer(february, person) == ("paid", 0)
    march = await way.paid(202703, datetime(2027, 3, 2, 9, tzinfo=CHINA))
    assert await way.transfer(march, person) == ("paid", 1000)
    assert await engine.fetchval("select carried_fen from benefit") == 0


@pytest.mark.rule("R-301", "R-293")
@pytest.mark.parametrize(
    ("state", "last", "arrears", "owed"),
    [
        ("confirmed", None, None, []),
        ("confirmed", 202611, None, [(202611, False), (202612, True)]),
        ("lifted", 202611, True, [(202611, True), (202612, True)]),
        ("lifted", 202611, False, [(202611, False), (202612, True)]),
        ("dismissed", None, None, [(202611, True), (202612, True)]),
    ],
)
async def test_suspended_months_are_owed_only_when_the_suspension_is_lifted_with_arrears(
    state: str, last: int | None, arrears: bool | None, owed: list[tuple[int, bool]]
) -> None:
    person = await draws(1, first=202611)
    await suspended(person, 202611, state, last, pays_arrears=arrears)
    await way.planned()
    assert [month for month, _, _ in await way.lines(person)] == [month for month, yes in owed if yes]


@pytest.mark.rule("R-363", "R-365")
@pytest.mark.parametrize(
    ("situation", "acquitted", "pays"),
    [("imprisoned", False, False), ("wanted_or_detained", False, False), ("wanted_or_detained", True, True),
     ("serving_outside", False, True), ("paroled", False, True)],
)  # fmt: skip
async def test_prison_stops_the_pension_as_its_rule_says(situation: str, acquitted: bool, pays: bool) -> None:
    person = await draws(1)
    await engine.execute(
        "insert into sentence_spell (county_code, person_id, situation, first_month, acquitted, document, recorded_at, recorded_by,"
        " recorded_by_name) values ($1, $2, $3, 202612, $4, 'x', $5, 1, 'x')",
        COUNTY, person, situation, acquitted, AT,
    )  # fmt: skip
    await way.planned()
    assert bool(await way.lines(person)) is pays


@pytest.mark.parametrize(("ended", "pays"), [(202611, False), (202612, True)])
async def test_the_month_of_the_end_is_the_last_one_owed(ended: int, pays: bool) -> None:
    person = await draws(1)
    await engine.execute("update benefit set state = 'ended', ended_month = $1", ended)
    await way.planned()
    assert bool(await way.lines(person)) is pays


# ------------------------------------------------------------------ the list to be looked at


@pytest.mark.rule("R-246", "R-256", "R-275")
async def test_the_list_names_what_is_new_or_odd_and_leaves_the_rest_alone() -> None:
    clean, changed, named, expiring, expired, dead = [await draws(n) for n in range(1, 7)]
    without = await draws(7, bank=None)
    await way.paid()
    assert await findings(without) == ["first_payment", "no_account"]
    await banked(2, changed, last="9")
    await engine.execute("update person set name = '改名' where id = $1", named)
    await engine.execute("update benefit set certified_month = 202601 where person_id = $1", expiring)
    await engine.execute("update benefit set certified_month = 202512 where person_id = $1", expired)
    await make.sources(deaths={way.pensioner(6): {"died_on": "2027-01-02"}})
    new, unverified = await draws(8, first=202701), await draws(9, first=202701, verified=False)
    await way.drafted(202701, JANUARY)
    assert await findings(clean) == []
    assert await findings(changed) == ["account_changed"]
    assert await findings(named) == ["name_differs"]
    assert await findings(expiring) == ["certification_expiring"]
    assert await findings(expired) == ["certification_missing"]
    assert await findings(dead) == ["death_match"]
    assert await findings(new) == ["first_payment"]
    assert await findings(unverified) == ["first_payment", "account_unverified"]


@pytest.mark.rule("R-282")
async def test_the_county_s_own_cycle_of_certification_counts() -> None:
    late = await draws(1, certified=202605)
    await way.paid()
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, 'certification_cycle', '', '6', '2027-01-01', '2026-12-01', 'x', false, 'a', 'b',"
        " now())",
        COUNTY,
    )  # fmt: skip
    await way.drafted(202701, JANUARY)
    assert await findings(late) == ["certification_missing"]


@pytest.mark.rule("R-246", "R-278")
async def test_the_list_names_odd_amounts_accounts_of_many_and_three_failures_in_a_row() -> None:
    usual, odd, failing = [await draws(n) for n in (1, 2, 3)]
    for month in range(1, 4):
        at = datetime(2027, month, 4, 9, tzinfo=CHINA)
        await way.paid(202700 + month, at, failing={failing: "账户不存在"})
    for person, fen in ((usual, 25107), (odd, 25108)):  # a fifth more than 209.23, and a little beyond
        await way.standard(person, 202704, {"basic_central": fen})
    three, four = [[await draws(n, first=202704) for n in group] for group in (range(10, 13), range(13, 17))]
    for group, last in ((three, 3), (four, 4)):
        for person in group:
            await banked(99, person, last=f"{last}")
    await way.drafted(202704, datetime(2027, 4, 6, 9, tzinfo=CHINA))
    assert ["account_shared" in await findings(person) for person in (*three, *four)] == [False] * 3 + [True] * 4
    assert await findings(failing) == ["failed_thrice"]
    assert await findings(usual) == []
    assert await findings(odd) == ["unusual_amount"]


@pytest.mark.rule("R-246", "R-262")
async def test_who_waits_for_a_word_or_was_refused_is_left_out_and_told_and_paid_by_the_next_plan() -> None:
    accepted, silent, refused, proposed, fine = [await draws(n) for n in range(1, 6)]
    run_id, plan_id = await way.drafted()
    await suspended(proposed, 202612, "proposed")
    await payment_list.decide(COUNTY, plan_id, [accepted, fine, proposed], "accepted", "", LIN_JING, AT)
    with pytest.raises(Refused, match="写明原因"):
        await payment_list.decide(COUNTY, plan_id, [refused], "rejected", " ", LIN_JING, AT)
    await payment_list.decide(COUNTY, plan_id, [refused], "rejected", "名字不对", XIA_YU, AT)
    await way.approved(run_id)
    assert [(await way.transfer(plan_id, p))[0] for p in (accepted, silent, refused, proposed, fine)] == [
        "planned", "left_out", "left_out", "left_out", "planned"
    ]  # fmt: skip
    assert (await way.plan(plan_id)).people == 2
    assert len(await told("本月养老金没有发放")) == 3
    with pytest.raises(Refused, match="已经有变化"):
        await payment_list.decide(COUNTY, plan_id, [silent], "accepted", "", LIN_JING, AT)
    for file_id in await way.sent(plan_id):
        await way.returned(file_id)
    await engine.execute("update benefit_suspension set state = 'dismissed'")
    january = await way.paid(202701, JANUARY)
    assert await way.lines(silent, january) == [(202612, "arrears", 20923), (202701, "regular", 20923)]
    assert await way.lines(proposed, january) == [(202612, "arrears", 20923), (202701, "regular", 20923)]
    assert await way.lines(fine, january) == [(202701, "regular", 20923)]


@pytest.mark.rule("R-246")
async def test_figures_that_moved_between_the_draft_and_the_approval_are_not_paid() -> None:
    person, other = await draws(1), await draws(2)
    run_id, plan_id = await way.drafted()
    await way.accepted(plan_id)
    await way.standard(person, 202612, {"basic_central": 99900})
    await way.approved(run_id)
    assert await way.transfer(plan_id, person) == ("left_out", 20923)
    assert await way.transfer(plan_id, other) == ("planned", 20923)


async def test_a_cancelled_draft_leaves_the_month_free() -> None:
    person = await draws(1)
    run_id, _ = await way.drafted()
    with pytest.raises(Refused, match="还没有批准"):
        await run.prepare(KIND, COUNTY, "202701", LIN_JING, AT)
    await run.cancel(KIND, COUNTY, run_id, "重编", LIN_JING, AT)
    await way.planned()
    assert await way.lines(person) == [(MONTH, "regular", 20923)]
    with pytest.raises(Refused, match="已经编过"):
        await run.prepare(KIND, COUNTY, "202612", LIN_JING, AT)


@pytest.mark.rule("R-259", "R-242")
async def test_three_people_make_a_plan_and_only_for_this_month_or_the_next() -> None:
    await draws(1)
    for wrong in ("202611", "202702", "2026", "x"):
        with pytest.raises(Refused, match="这个月或者下个月"):
            await run.prepare(KIND, COUNTY, wrong, LIN_JING, AT)
    with pytest.raises(Refused, match="已经过了"):
        await run.prepare(KIND, COUNTY, "202612", LIN_JING, datetime(2026, 12, 28, 9, tzinfo=CHINA))
    with pytest.raises(Refused, match="岗位"):
        await run.prepare(KIND, COUNTY, "202612", REVIEWER, AT)
    run_id, _ = await way.drafted()
    with pytest.raises(Refused, match="岗位"):
        await run.review(KIND, COUNTY, run_id, XIA_YU, AT)
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    with pytest.raises(Refused, match="岗位"):
        await run.approve(KIND, COUNTY, run_id, REVIEWER, AT)


# ------------------------------------------------------------------ money and files


@pytest.mark.rule("R-243", "R-245")
async def test_each_step_waits_for_the_one_before_and_for_the_money() -> None:
    await draws(1)
    plan_id = await way.planned()
    with pytest.raises(Refused, match="前一步"):
        await payments.fund(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    await payments.request(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    await way.money(20922)
    with pytest.raises(Refused, match="先从财政专户划入"):
        await payments.fund(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    await way.money(1, AT)
    await payments.fund(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    with pytest.raises(Refused, match="前一步"):
        await payments.write_files(COUNTY, plan_id, CASHIER, AT)
    with pytest.raises(Refused, match="岗位"):
        await payments.transfer(COUNTY, plan_id, "T", AT.date(), "", FENG_YUAN, AT)


@pytest.mark.rule("R-243")
@pytest.mark.parametrize(("day", "late"), [(23, False), (24, True)])
async def test_the_bank_has_the_money_two_working_days_before_the_pay_day(day: int, late: bool) -> None:
    """Pay day is Friday, 25 December 2026."""
    await draws(1)
    plan_id = await way.planned()
    await way.money(20923)
    await payments.request(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    await payments.fund(COUNTY, plan_id, AT.date(), REVIEWER, AT)
    at = datetime(2026, 12, day, 9, tzinfo=CHINA)
    if late:
        with pytest.raises(Refused, match="12月23日"):
            await payments.transfer(COUNTY, plan_id, "T", at.date(), "", CASHIER, at)
    await payments.transfer(COUNTY, plan_id, "T", at.date(), "银行停电" if late else "", CASHIER, at)


@pytest.mark.rule("R-265", "R-268")
async def test_files_are_per_bank_and_below_the_banks_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "ROWS", 2)
    people = [await draws(n) for n in range(1, 4)] + [await draws(4, bank="邮储银行")]
    plan_id = await way.planned()
    files = await way.sent(plan_id)
    rows = await engine.fetch("select partner, row_count, total_fen from exchange_file order by id")
    assert [tuple(row) for row in rows] == [("农商银行", 2, 41846), ("农商银行", 1, 20923), ("邮储银行", 1, 20923)]
    assert [line.participant_no for f in files for line in await way.lines_of(f)] == [f"{COUNTY}-{p}" for p in people]
    assert await payments.write_files(COUNTY, plan_id, CASHIER, AT) == 0


@pytest.mark.rule("R-258")
async def test_a_death_found_before_the_file_takes_the_person_out_and_after_it_does_not() -> None:
    before, after = await draws(1), await draws(2)
    plan_id = await way.planned()
    await suspended(before, 202612)
    (file_id,) = await way.sent(plan_id)
    await suspended(after, 202612)
    assert len(await way.lines_of(file_id)) == 1
    assert await way.transfer(plan_id, before) == ("left_out", 20923)
    assert (await way.plan(plan_id)).total_fen == 20923
    await way.returned(file_id)
    assert await way.transfer(plan_id, after) == ("paid", 20923)
    await store.recheck(COUNTY, [after], 202612)
    january = await way.planned(202701, JANUARY)
    assert await way.lines(after, january) == [(202612, "deduction", -20923)]
    assert await engine.fetchval("select carried_fen from benefit where person_id = $1", after) == 20923
    assert await way.lines(before, january) == []


@pytest.mark.rule("R-251", "R-265")
async def test_a_return_is_taken_whole_once_and_only_with_the_banks_total() -> None:
    one, two = await draws(1), await draws(2)
    plan_id = await way.planned()
    (file_id,) = await way.sent(plan_id)
    success, failure, total = way.answer(await way.lines_of(file_id), {two: "账户已冻结"})
    with pytest.raises(Refused, match="对不上"):
        await payments.take_return(COUNTY, file_id, success, failure, total + 1, AT.date(), CASHIER, AT)
    with pytest.raises(Refused, match="不完整"):
        await payments.take_return(COUNTY, file_id, success, b"", total, AT.date(), CASHIER, AT)
    with pytest.raises(Refused, match="发放日期"):
        await payments.take_return(COUNTY, file_id, success, failure, total, date(2026, 12, 11), CASHIER, AT)
    assert [(await way.transfer(plan_id, p))[0] for p in (one, two)] == ["sent", "sent"]
    assert await payments.take_return(COUNTY, file_id, success, failure, total, AT.date(), CASHIER, AT) is True
    assert await payments.take_return(COUNTY, file_id, success, failure, total, AT.date(), CASHIER, AT) is False
    with pytest.raises(Refused, match="内容和这次不同"):
        await payments.take_return(COUNTY, file_id, success + failure, b"", total, AT.date(), CASHIER, AT)
    assert [(await way.transfer(plan_id, p))[0] for p in (one, two)] == ["paid", "failed"]
    (message,) = await told("养老金没有发成")
    assert "账户已冻结" in message


@pytest.mark.rule("R-252", "R-253", "R-254")
async def test_what_failed_is_paid_again_to_the_new_account_or_owed_by_the_next_plan() -> None:
    again, given_up = await draws(1), await draws(2)
    plan_id = await way.paid(failing={again: "账户不存在", given_up: "账户不存在"})
    with pytest.raises(Refused, match="前一步"):
        await payments.book(COUNTY, plan_id, REVIEWER, AT)
    await banked(1, again, last="7")
    await payments.reissue(COUNTY, plan_id, again, LIN_JING, AT)
    with pytest.raises(Refused, match="已经处理过"):
        await payments.reissue(COUNTY, plan_id, again, LIN_JING, AT)
    assert await payments.write_files(COUNTY, plan_id, CASHIER, AT) == 1
    (file_id,) = await way.open_files()
    (line,) = await way.lines_of(file_id)
    assert line.account_no.endswith("7")
    await way.returned(file_id)
    assert (await way.plan(plan_id)).state == "sent"
    with pytest.raises(Refused, match="不再重发"):
        await payments.void(COUNTY, plan_id, given_up, "", LIN_JING, AT)
    await payments.void(COUNTY, plan_id, given_up, "人在外地，下个月一起发", LIN_JING, AT)
    assert (await way.plan(plan_id)).state == "settled"
    await payments.book(COUNTY, plan_id, REVIEWER, AT)
    assert await engine.fetchval("select -sum(debit_fen - credit_fen)::bigint from voucher_line join voucher using (county_code,"
                                 " period, number) join fund_document d on d.id = document_id where account = 'expenditure_account'"
                                 " and d.kind = 'benefit_payment'") == 20923  # fmt: skip
    january = await way.planned(202701, JANUARY)
    assert await way.lines(again, january) == [(202701, "regular", 20923)]
    assert await way.lines(given_up, january) == [(202612, "arrears", 20923), (202701, "regular", 20923)]


@pytest.mark.rule("R-252", "R-255")
async def test_a_failed_month_is_not_planned_again_while_it_can_still_be_paid() -> None:
    person = await draws(1)
    await way.paid(failing={person: "账户不存在"})
    await store.recheck(COUNTY, [person], 202612)
    january = await way.planned(202701, JANUARY)
    assert await way.lines(person, january) == [(202701, "regular", 20923)]


@pytest.mark.rule("R-191", "R-192")
async def test_an_account_pays_until_it_is_empty_and_the_pension_goes_on() -> None:
    await draws(1, held=7000)
    for month, at in ((202612, AT), (202701, JANUARY)):
        await payments.book(COUNTY, await way.paid(month, at), REVIEWER, at)
    rows = await engine.fetch("select kind, personal_fen from ledger_entry where kind = 40 order by id")
    assert [tuple(row) for row in rows] == [(40, -6623), (40, -377)]
    beyond = await engine.fetchval(
        "select sum(debit_fen)::bigint from voucher_line where account = 'pension_beyond_accounts'"
    )
    assert beyond == 6623 - 377
