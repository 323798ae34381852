"""更换发放账户 (P-21)."""

from datetime import datetime, timedelta

import pytest

from db import engine
from db.queries import benefits as queries
from db.stores import people
from domain import benefits
from domain.case.status import Status
from domain.errors import NotFound, Problem, Refused
from domain.items import bank_account_change
from tests import make
from tests.items.claiming import LIN_JING, XU_SHUANG, sixty
from tests.items.test_benefit_claim import decided, decided_account_of_others
from tests.make import CHINA, COUNTY, FRIDAY, Person, id_number
from tests.payments import month as way
from tests.portal.town import sms_to

pytestmark = pytest.mark.usefixtures("county")
NEW = {"account_kind": "card", "bank": "邮储银行", "bank_account": "6217 9955 0000 1234 567"}
OLD = {"account_kind": "social_card", "bank": "农商银行", "bank_account": "6228480402564890018"}


async def changed(**answers: object) -> Status:
    await make.sources(household_register=make.household(XU_SHUANG))
    return (await make.handed_in(bank_account_change.ITEM, NEW | answers, XU_SHUANG)).status


def codes(refused: Refused) -> list[str]:
    return [problem.code for problem in refused.problems]


@pytest.mark.rule("R-276", "R-275", "R-277")
async def test_a_new_account_is_in_force_at_once_unverified_and_the_phone_is_told() -> None:
    person_id = await decided()
    assert await changed() is Status.EFFECTED
    now = await queries.payment_account(COUNTY, person_id)
    assert now is not None
    assert (now.bank, now.tail, now.holder_name, now.state) == ("邮储银行", "4567", "许霜", "unverified")
    rows = await engine.fetch("select account_tail, origin, ended_at is null as used from payment_account order by id")
    assert [tuple(row) for row in rows] == [("0018", "claim", False), ("4567", "change", True)]
    told = [text for text in await sms_to(XU_SHUANG.phone) if "尾号4567" in text]
    assert len(told) == 1
    assert "原来是尾号0018的账户" in told[0]
    assert "如果不是您本人办理的" in told[0]


@pytest.mark.rule("R-276")
@pytest.mark.parametrize(("days", "told"), [(90, 1), (91, 0)])
async def test_a_phone_that_was_changed_lately_is_told_too(days: int, told: int) -> None:
    person_id = await decided()
    await people.set_phone(COUNTY, person_id, "13800000077")
    await people.record_changes(
        COUNTY, person_id, [("phone", XU_SHUANG.phone, "13800000077")], case_id=1, at=FRIDAY - timedelta(days=days),
        actor_kind="resident", actor_id=5, actor_name="许霜", channel="portal",
    )  # fmt: skip
    await changed()
    assert len([text for text in await sms_to(XU_SHUANG.phone) if "尾号4567" in text]) == told
    assert len([text for text in await sms_to("13800000077") if "尾号4567" in text]) == 1


@pytest.mark.rule("R-276")
async def test_what_runs_already_keeps_the_account_it_took() -> None:
    person_id = await decided()
    took = await queries.payment_account(COUNTY, person_id)
    assert took is not None
    await changed()
    kept = await engine.fetchrow("select account_tail, bank from payment_account where id = $1", took.id)
    assert tuple(kept) == ("0018", "农商银行")


async def test_without_a_benefit_there_is_nothing_to_change() -> None:
    await sixty()
    with pytest.raises(Refused) as refused:
        await changed()
    assert codes(refused.value) == ["no-benefit"]


async def test_the_account_in_use_is_no_change() -> None:
    await decided()
    with pytest.raises(Refused) as refused:
        await changed(**OLD)
    assert codes(refused.value) == ["same-account"]


async def test_an_ended_benefit_needs_no_account() -> None:
    person_id = await decided()
    await engine.execute("update benefit set state = 'ended', ended_month = 202612 where person_id = $1", person_id)
    with pytest.raises(Refused) as refused:
        await changed()
    assert codes(refused.value) == ["ended"]


@pytest.mark.rule("R-278")
async def test_an_account_that_many_use_is_noted_on_the_case() -> None:
    for n in (1, 2):
        await make.participant(
            Person(f"许{'一二'[n - 1]}", id_number(FRIDAY.date().replace(year=1960, day=n), 170 + n), n)
        )
    await decided()
    await decided_account_of_others()
    await make.sources(household_register=make.household(XU_SHUANG))
    await engine.execute("update payment_account set ended_at = now() where origin = 'claim'")
    await make.handed_in(bank_account_change.ITEM, OLD, XU_SHUANG)
    assert "shared-account" in await engine.fetchval(
        "select findings from service_case where item = 'bank_account_change'"
    )


@pytest.mark.rule("R-269")
@pytest.mark.parametrize(("profile", "may"), [("national", True), ("hunan", False)])
async def test_in_hunan_no_staff_types_a_number_in(profile: str, may: bool) -> None:
    await decided()
    if may:
        assert (
            await make.handed_in(bank_account_change.ITEM, NEW, XU_SHUANG, actor=LIN_JING, profile=profile)
        ).status is Status.EFFECTED
        return
    with pytest.raises(Refused, match="窗口不能代填"):
        await make.draft(bank_account_change.ITEM, NEW, LIN_JING, XU_SHUANG, profile=profile)
    assert (await make.handed_in(bank_account_change.ITEM, NEW, XU_SHUANG, profile=profile)).status is Status.EFFECTED


@pytest.mark.rule("R-269")
async def test_an_account_the_bank_refused_may_be_named_again_once_it_is_mended() -> None:
    await decided()
    await engine.execute("update payment_account set state = 'rejected', state_reason = '账户被冻结了'")
    assert await changed(**OLD) is Status.EFFECTED
    rows = await engine.fetch("select state, ended_at is null as used from payment_account order by id")
    assert [tuple(row) for row in rows] == [("rejected", False), ("unverified", True)]


@pytest.mark.parametrize(
    "answers",
    [{"account_kind": "none"}, {"bank": " "}, {"bank_account": ""}, {"bank_account": "12"}],
)  # fmt: skip
def test_a_change_names_an_account(answers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="请"):
        bank_account_change.BankAccountChange(**(NEW | answers))


@pytest.mark.rule("R-269")
async def test_staff_clear_an_account_with_a_reason_and_the_person_is_told() -> None:
    person_id = await decided()
    with pytest.raises(Refused) as refused:
        await benefits.clear_account(COUNTY, person_id, "错", LIN_JING, FRIDAY)
    assert isinstance(refused.value.problems[0], Problem)
    with pytest.raises(Refused, match="待遇核发岗"):
        await benefits.clear_account(COUNTY, person_id, "账号是别人的", make.SUN_LI, FRIDAY)
    await benefits.clear_account(COUNTY, person_id, "账号是别人的", LIN_JING, FRIDAY)
    assert await queries.payment_account(COUNTY, person_id) is None
    assert any("已经清除，原因：账号是别人的" in text for text in await sms_to(XU_SHUANG.phone))
    with pytest.raises(NotFound):
        await benefits.clear_account(COUNTY, person_id, "账号是别人的", LIN_JING, FRIDAY)


@pytest.mark.rule("R-276")
async def test_a_plan_that_runs_pays_to_the_account_it_took_and_the_next_one_to_the_new() -> None:
    person_id = await decided()
    await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)
    plan_id = await way.planned()
    await changed()
    assert await tail_of(plan_id) == "0018"
    await engine.execute("update payment_plan set state = 'closed'")
    assert await tail_of(await way.planned(202701, datetime(2027, 1, 11, 9, tzinfo=CHINA))) == "4567"


async def tail_of(plan_id: int) -> str:
    tail: str = await engine.fetchval(
        "select a.account_tail from payment_transfer t join payment_account a on a.county_code = t.county_code"
        " and a.id = t.payment_account_id where t.plan_id = $1",
        plan_id,
    )
    return tail
