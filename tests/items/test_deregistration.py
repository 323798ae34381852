"""注销登记 (P-26): from the family's form to the settlement, and back."""

from datetime import date, datetime
from typing import Any

import pytest

from db import engine
from db.stores import cases
from db.stores import commitments as commitment_store
from domain.agency import commitments, payment_orders
from domain.case import flow
from domain.case.flow import Signature
from domain.case.item import Applicant, Source
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.items import case_reversal, deregistration
from tests import make
from tests.agency.pensioner import benefit
from tests.contributions.ways import CASHIER, told
from tests.leaving import family
from tests.make import CHINA, COUNTY, FENG_YUAN, HE_JING, WANG_DASHAN, ZHAO_MIN, ZHENG_TAO, Person, id_number
from tests.payments import month as way

pytestmark = pytest.mark.usefixtures("county")
DIED = "2026-12-15"
AT = datetime(2026, 12, 22, 9, tzinfo=CHINA)
DAUGHTER = Person("许小雨", id_number(date(1990, 4, 2), 321), 9, "13800000009")
OLD = way.pensioner(1)
ROW = {"name": "许小雨", "id_type": "resident_id_card", "id_number": DAUGHTER.id_number, "relation": "3", "share_percent": 100,
       "bank": "农商银行", "bank_account": "6228 4804 0256 4890 018"}  # fmt: skip
ASKED: dict[str, Any] = {"cause": "death", "happened_on": DIED, "relation": "3", "receivers": [ROW], "phone": "13800000009"}


async def filed(answers: dict[str, Any] | None = None, *, about: Person = OLD, by: Person = DAUGHTER, when: datetime = AT) -> int:
    actor = make.resident(by, when=when)
    case_id = await flow.start(
        deregistration.ITEM, await make.subject(about), actor, "national", when, ASKED | (answers or {}), Applicant(by.name, by.index)
    )
    return (await flow.submit(COUNTY, case_id, actor, await make.version(case_id), when, Signature("typed", by.name))).case_id


async def known_dead(died_on: str = DIED, person: Person = OLD) -> None:
    await make.sources(deaths={person: {"died_on": died_on}}, household_register=make.household(WANG_DASHAN))


async def findings(case_id: int, when: datetime = AT) -> dict[str, str]:
    return {each.code: f"{each.weight}" for each in (await flow.look(COUNTY, case_id, HE_JING, when))[1].findings}


async def decided(case_id: int, when: datetime = AT, **more: Any) -> None:
    await make.approve(case_id, ZHAO_MIN, when)
    assert await make.approve(case_id, HE_JING, when, **more) is Status.EFFECTED


async def settlement_of(person: int) -> dict[str, Any]:
    return await family.row(await engine.fetchval("select max(id) from settlement where person_id = $1", person))


async def evidence() -> str:
    found: str = await engine.fetchval("select evidence from termination order by id desc limit 1")
    return found


@pytest.mark.rule("R-316", "R-317", "R-319", "R-321", "R-341")
async def test_a_daughter_deregisters_her_father_with_a_promise_and_the_money_is_ordered() -> None:
    person = await family.pensioner()
    await known_dead()
    case_id = await filed()
    assert await make.column(case_id, "limit_days") == 5
    assert await findings(case_id) == {"settlement": "note"}
    await decided(case_id)
    found = await settlement_of(person)
    assert (found["state"], await evidence()) == ("booked", "comparison")
    assert await family.orders() == [("F10006", "许小雨", found["payable_fen"], "waiting")]
    (said,) = await told("注销结算")
    assert "付到农商银行尾号0018的账户" in said
    order = await engine.fetchval("select id from payment_order")
    await payment_orders.paid(COUNTY, order, AT.date(), CASHIER, AT)
    (paid,) = await told("注销结算已经付款")
    assert "元已于2026年12月22日付到" in paid
    await family.books_agree()


@pytest.mark.rule("R-316")
def test_nobody_can_be_asked_for_a_certificate() -> None:
    assert deregistration.ITEM.materials == ()
    assert deregistration.COMMITMENT.not_demanded == ("死亡证明", "亲属关系证明")


@pytest.mark.rule("R-323")
async def test_a_death_no_source_knows_is_verified_in_the_field_by_the_office() -> None:
    await family.pensioner()
    case_id = await filed()
    assert (await findings(case_id))["field-verification"] == "waits"
    await make.approve(case_id, ZHAO_MIN, AT)
    with pytest.raises(Refused, match="不得让家属去开任何证明"):
        await make.approve(case_id, HE_JING, AT)
    await commitments.verify(COUNTY, case_id, "visit", "到东坪村见到邻居和村干部，都说12月15日去世", ZHAO_MIN, AT)
    assert "field-verification" not in await findings(case_id)
    await make.approve(case_id, HE_JING, AT)
    assert await evidence() == "field"
    with pytest.raises(Refused, match="不在办理中"):
        await commitments.verify(COUNTY, case_id, "visit", "办结以后不再核实了", ZHAO_MIN, AT)


@pytest.mark.rule("R-005")
async def test_while_a_source_is_down_it_goes_on_the_promise_and_is_checked_afterwards() -> None:
    await family.pensioner()
    await make.source_down(Source.DEATHS)
    case_id = await filed()
    await decided(case_id, on_commitment=True)
    assert await evidence() == "own_word"
    with pytest.raises(Refused, match="另一位同事抽查"):
        await commitments.check(COUNTY, case_id, "查过户籍，属实", HE_JING, AT, kept=True)
    await commitments.check(COUNTY, case_id, "公安户籍已经注销，属实", ZHENG_TAO, AT, kept=True)
    with pytest.raises(Refused, match="已经抽查过"):
        await commitments.check(COUNTY, case_id, "再查一次也是属实的", ZHENG_TAO, AT, kept=True)
    assert await commitment_store.broken(COUNTY, DAUGHTER.index) is None


@pytest.mark.rule("R-027")
async def test_a_false_promise_is_seen_by_reviewers_and_ends_decisions_on_promises_until_it_is_made_good() -> None:
    await family.pensioner(1)
    first = await filed()
    await commitments.mark_false(COUNTY, first, "本人健在，村干部当面见到", ZHAO_MIN, AT)
    assert "false-commitment" in await findings(first)
    await make.approve(first, ZHAO_MIN, AT)
    with pytest.raises(Refused, match="不能按承诺办理"):
        await make.approve(first, HE_JING, AT, on_commitment=True)
    broken = await commitment_store.broken(COUNTY, DAUGHTER.index)
    assert broken is not None
    with pytest.raises(Refused, match="另一位同事"):
        await commitments.repair(COUNTY, broken.id, "说明是记错了日子", make.staff("赵敏", make.Post.COUNTY_ACCOUNT, staff_id=101), AT)
    await commitments.repair(COUNTY, broken.id, "说明是记错了人，已经改正", ZHENG_TAO, AT)
    assert "false-commitment" not in await findings(first)
    with pytest.raises(NotFound):
        await commitments.repair(COUNTY, broken.id, "再改正一次看看", ZHENG_TAO, AT)


@pytest.mark.rule("R-319", "R-320")
@pytest.mark.parametrize(("said", "code"), [("2026-12-01", None), ("2026-11-30", "other-date")])
async def test_only_the_month_of_death_decides(said: str, code: str | None) -> None:
    await family.pensioner()
    await known_dead(said)
    assert ("other-date" in await findings(await filed())) is (code is not None)


@pytest.mark.rule("R-337")
async def test_who_is_declared_dead_by_a_court_leaves_with_the_day_of_the_judgment() -> None:
    await family.pensioner()
    case_id = await filed({"cause": "declared_dead"})
    await commitments.verify(COUNTY, case_id, "office", "县法院确认2026年12月15日判决宣告死亡", ZHAO_MIN, AT)
    await decided(case_id)
    assert await evidence() == "judgment"


@pytest.mark.rule("R-318", "R-352", "R-405")
async def test_who_draws_another_pension_applies_himself() -> None:
    await family.pensioner()
    record = {"status": "receiving", "since": "2026-12-03"}
    await make.sources(employee_scheme={OLD: record}, household_register=make.household(WANG_DASHAN))
    own = ROW | {"name": OLD.name, "id_number": OLD.id_number, "relation": "0"}
    case_id = await filed({"cause": "other_pension", "happened_on": "2026-12-03", "relation": "0", "receivers": [own]}, by=OLD)
    assert await findings(case_id) == {"settlement": "note"}
    await decided(case_id)
    assert [(payee, state) for _, payee, _, state in await family.orders()] == [(OLD.name, "waiting")]


@pytest.mark.rule("R-333", "R-334", "R-335")
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([ROW | {"relation": "7"}], "second-order"),
        ([], "nobody"),
        ([ROW | {"id_number": id_number(date(2012, 1, 1), 341)}], "guardian"),
        ([ROW | {"id_number": id_number(date(2009, 12, 1), 341)}], "minor"),
        ([ROW | {"id_number": id_number(date(2012, 1, 1), 341), "guardian_name": "许大雨",
                 "guardian_number": id_number(date(1985, 1, 1), 351)}], None),
    ],
)  # fmt: skip
async def test_who_inherits_is_looked_at(rows: list[dict[str, Any]], code: str | None) -> None:
    await family.pensioner()
    await known_dead()
    assert set(await findings(await filed({"receivers": rows}))) - {"settlement"} == ({code} if code else set())


@pytest.mark.rule("R-334")
async def test_designated_beneficiaries_come_first() -> None:
    from db.stores import people  # noqa: PLC0415

    person = await family.pensioner()
    other = id_number(date(1988, 1, 1), 361)
    async with engine.transaction():
        await people.designate(COUNTY, person, [("陈新", "resident_id_card", other, "7", 100)], case_id=None, on=date(2026, 1, 1))
    filled = await deregistration.prefill(await make.subject(OLD))
    assert filled["receivers"][0]["name"] == "陈新"
    await known_dead()
    case_id = await filed()
    (said,) = [each.message for each in (await flow.look(COUNTY, case_id, HE_JING, AT))[1].findings if each.code == "designated"]
    assert "陈新100%" in said
    assert "不一样" in said


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"relation": "0"}, "由本人申请"),
        ({"cause": "nationality"}, "由本人申请"),
        ({"receivers": [ROW | {"relation": "0"}]}, "不能是参保人自己"),
        ({"receivers": [ROW | {"share_percent": 50}]}, "正好是100%"),
        ({"receivers": [ROW | {"bank": ""}]}, "一起填"),
    ],
)
async def test_forms_that_cannot_be_right(answers: dict[str, Any], message: str) -> None:
    await family.pensioner()
    with pytest.raises(Refused, match=message):
        await filed(answers)


async def test_a_figure_that_moved_since_it_was_seen_is_not_approved() -> None:
    person = await family.pensioner()
    await known_dead()
    case_id = await filed()
    await make.approve(case_id, ZHAO_MIN, AT)
    seen = await make.outcome(case_id, HE_JING, AT)
    await family.deposited(person, date(2026, 12, 20), subsidy_city=100)
    with pytest.raises(Refused):
        await flow.approve(COUNTY, case_id, HE_JING, await make.version(case_id), seen, AT)


async def test_the_promise_can_be_taken_back_until_the_decision() -> None:
    person = await family.pensioner()
    case_id = await filed()
    await flow.withdraw(COUNTY, case_id, make.resident(DAUGHTER, when=AT), AT)
    assert (await benefit(person))["state"] == "confirmed"
    assert await engine.fetchval("select count(*) from termination") == 0
    assert await engine.fetchval("select taken_back_at from commitment where case_id = $1", case_id) == AT


async def reversed_case(original: int, when: datetime) -> None:
    answers = {"original_id": original, "original_no": "1", "reason": "本人健在，弄错了人"}
    subject = await make.subject(OLD)
    case_id = await flow.start(case_reversal.ITEM, subject, ZHENG_TAO, "national", when, answers)
    await flow.submit(COUNTY, case_id, ZHENG_TAO, await make.version(case_id), when)
    assert await make.approve(case_id, FENG_YUAN, when) is Status.EFFECTED


@pytest.mark.rule("R-338", "R-343")
@pytest.mark.parametrize("paid", [False, True])
async def test_a_wrong_death_is_taken_back_and_the_pension_goes_on_with_its_arrears(paid: bool) -> None:
    person = await family.pensioner()
    before = await family.balance(person)
    await known_dead()
    case_id = await filed()
    await decided(case_id)
    settled = await settlement_of(person)
    if paid:
        await payment_orders.paid(COUNTY, await engine.fetchval("select id from payment_order"), AT.date(), CASHIER, AT)
    january = datetime(2027, 1, 8, 9, tzinfo=CHINA)
    await reversed_case(case_id, january)
    interest = sum(fen for name, fen in settled.items() if name.startswith("returned_")) + family.contents(settled)["charged"]["personal"] - before
    assert await family.balance(person) == before + interest  # what it earned stays
    assert [state for *_, state in await family.orders()] == ["paid" if paid else "cancelled"]
    last = await settlement_of(person)
    assert (last["kind"], last["recover_fen"]) == (("reversal", settled["payable_fen"]) if paid else ("settlement", 0))
    days = await engine.fetch("select value_on from ledger_entry where kind in (40, 41) group by 1 having sum(personal_fen) <> 0")
    assert days == []  # every opposite counts from the day of what it takes back
    plan = await way.planned(202701, january)
    assert await way.lines(person, plan) == [(202612, "arrears", 20923), (202701, "regular", 20923)]
    await family.books_agree()


@pytest.mark.rule("R-342")
async def test_after_the_end_nothing_more_is_paid_in() -> None:
    from tests.contributions.ways import lines, taken  # noqa: PLC0415
    from tests.contributions.ways import paid as payment  # noqa: PLC0415

    await make.participant()
    await known_dead(person=WANG_DASHAN)
    await decided(await filed(about=WANG_DASHAN))
    assert await lines(await taken(payment(20000))) == [("exception", "no-account")]


@pytest.mark.rule("R-498")
@pytest.mark.parametrize(("by_staff", "named"), [(False, []), (True, ["陈新"])])
async def test_whom_the_dead_named_is_filled_in_for_the_clerk_and_not_for_whoever_asks(by_staff: bool, named: list[str]) -> None:
    from db.stores import people  # noqa: PLC0415

    person = await family.pensioner()
    async with engine.transaction():
        await people.designate(
            COUNTY, person, [("陈新", "resident_id_card", id_number(date(1988, 1, 1), 361), "7", 100)], case_id=None, on=date(2026, 1, 1)
        )
    actor = ZHAO_MIN if by_staff else make.resident(DAUGHTER, when=AT)
    heir = Applicant(DAUGHTER.name, DAUGHTER.index)
    case_id = await flow.start(deregistration.ITEM, await make.subject(OLD), actor, "national", AT, None, heir)
    case = await cases.read(COUNTY, case_id)
    assert case is not None
    assert [row["name"] for row in case.answers.get("receivers", [])] == named


@pytest.mark.rule("R-318")
async def test_nobody_applies_in_the_name_of_the_dead() -> None:
    await family.pensioner()
    with pytest.raises(Refused, match="由这位申请人办理的，只能选：丧失中国国籍、已经领取"):
        await filed(by=OLD)


@pytest.mark.rule("R-498")
async def test_who_is_no_participant_here_lies_on_the_countys_desk_and_is_not_approved() -> None:
    nobody = Person("孔无名", id_number(date(1950, 1, 1), 601), 61, "")
    await known_dead()
    case_id = await filed(about=nobody)
    assert await make.column(case_id, "desk") == f"{COUNTY}"
    assert await findings(case_id) == {"unknown": "bars"}
    with pytest.raises(Refused):
        await make.approve(case_id, HE_JING, AT)
