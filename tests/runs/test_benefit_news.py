"""What pensioners are told many at a time: increases, and that a standard waits for their yes."""

from datetime import date, timedelta

import pytest

from db import engine
from db.queries import pension
from db.stores import people
from domain import benefit_news, benefits, redetermination
from ops import worker
from tests.case.conftest import county
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING, XIA_YU, XU_SHUANG
from tests.items.test_benefit_claim import decided
from tests.items.test_benefit_dispute import RIGHT
from tests.make import COUNTY, FRIDAY, ZHAO_MIN
from tests.portal.town import sms_to
from tests.runs.conftest import work
from tests.runs.drawing import AT, drawing, raised
from tests.runs.test_benefit_adjustment import approved, done, follow_ages, turning

__all__ = ["county"]
FIRST, SECOND, THIRD = (f"请确认您的养老金标准（第{number}次提醒）" for number in (1, 2, 3))


# ------------------------------------------------------------------ increases


@pytest.mark.rule("R-303", "R-307")
async def test_everybody_is_told_from_when_how_much_more_and_with_which_payment_the_arrears_come(db: object) -> None:
    _, fresh, dead = await drawing(3)
    await follow_ages()
    before = len(await told(benefit_news.RISEN))
    await engine.execute("update benefit set first_month = 202612, paid_until = 202611 where person_id = $1", fresh.id)
    await engine.execute("update benefit set state = 'ended', ended_month = 202611 where person_id = $1", dead.id)
    await raised("163.00", date(2026, 7, 1))
    await approved()
    assert len(await told(benefit_news.RISEN)) == before  # neither the dry run nor the signatures tell anybody
    await work(AT)
    old, new = (await told(benefit_news.RISEN))[before:]
    assert old == (
        "从2026年7月起，您的养老金每月增加20.00元（青财社〔2026〕9号）。以前几个月少发的补发，和2026年11月的养老金一起算。"
        "现在每月一共多少，请看“我的养老金”。"
    )
    assert new == "从2026年12月起，您的养老金每月增加20.00元（青财社〔2026〕9号）。现在每月一共多少，请看“我的养老金”。"


async def test_a_phone_gets_the_same_words_and_nobody_is_told_of_nothing(db: object) -> None:
    one, same = await drawing(2)
    await follow_ages()
    before = len(await told(benefit_news.RISEN))
    await people.set_phone(COUNTY, one.id, "13800000077")
    await raised("163.00", date(2026, 7, 1))
    await engine.execute("update benefit set first_month = 202512 where person_id = $1", same.id)
    await engine.execute(
        "insert into benefit_standard (county_code, person_id, from_month, reason, decided_at, decided_by, decided_by_name,"
        " basic_central_fen) select $1, $2, 202607, 'increase', $3, 0, 'x', 0", COUNTY, same.id, AT,
    )  # fmt: skip
    await engine.execute("update benefit set state = 'ended', ended_month = 202606 where person_id = $1", same.id)
    await done()
    assert len(await told(benefit_news.RISEN)) == before + 1
    (text,) = await sms_to("13800000077")
    assert "每月增加20.00元" in text


@pytest.mark.rule("R-226")
async def test_who_grows_into_a_higher_age_supplement_is_told_so(db: object) -> None:
    (one,) = await drawing(1)
    await turning(one, date(1961, 3, 31))
    before = len(await told(benefit_news.RISEN))
    assert await follow_ages() == 1
    (body,) = (await told(benefit_news.RISEN))[before:]
    assert body.startswith("从2026年4月起，您的养老金每月增加5.00元（高龄加发）。以前几个月少发的补发，和2026年11月的")
    assert await follow_ages() == 0
    assert len(await told(benefit_news.RISEN)) == before + 1


# ------------------------------------------------------------------ the silent


async def reminded(days: int) -> int:
    return await benefit_news.remind_silent(COUNTY, FRIDAY + timedelta(days=days))


async def bodies() -> list[int]:
    return [len(await told(title)) for title in (FIRST, SECOND, THIRD)]


@pytest.mark.rule("R-222")
@pytest.mark.usefixtures("county")
async def test_who_has_not_said_yes_is_reminded_after_five_fifteen_and_thirty_days_once_each() -> None:
    await decided()
    assert [await reminded(4), await reminded(5), await reminded(5), await reminded(14)] == [0, 1, 0, 0]
    (body,) = await told(FIRST)
    assert "每月239.23元，您确认以前不能发" in body
    assert any(body == text for text in await sms_to(XU_SHUANG.phone))
    assert [await reminded(15), await reminded(29), await reminded(30), await reminded(400)] == [1, 0, 1, 0]
    assert await bodies() == [1, 1, 1]
    (row,) = await pension.unconfirmed(COUNTY, f"{COUNTY}", benefit_news.ASKED, 5)
    assert row.reminded_at == FRIDAY + timedelta(days=30)


@pytest.mark.usefixtures("county")
async def test_a_reminder_that_was_missed_is_not_sent_beside_the_next() -> None:
    await decided()
    assert await reminded(16) == 1
    assert await bodies() == [0, 1, 0]


@pytest.mark.rule("R-240")
@pytest.mark.usefixtures("county")
async def test_a_yes_ends_the_reminders_and_a_correction_begins_them_anew() -> None:
    person_id = await decided()
    await reminded(5)
    await benefits.confirm(COUNTY, person_id, "paper", ZHAO_MIN, FRIDAY)
    assert await reminded(15) == 0
    later = FRIDAY + timedelta(days=20)
    asked = {"month": 202612, "years": 15, "balances": RIGHT, "reason": "2012年的缴费漏记了"}
    await redetermination.propose(COUNTY, person_id, by=LIN_JING, at=later, **asked)  # type: ignore[arg-type]
    assert await reminded(25) == 0
    await redetermination.decide(COUNTY, person_id, XIA_YU, later, approves=True)
    assert [await reminded(24), await reminded(25)] == [0, 1]
    assert "照原来的标准发" in (await told(FIRST))[-1]


@pytest.mark.usefixtures("county")
async def test_the_worker_reminds() -> None:
    await decided()
    await worker.follow_pensioners(COUNTY, FRIDAY + timedelta(days=5))
    assert await bodies() == [1, 0, 0]
