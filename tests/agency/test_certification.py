"""资格确认 (P-22)."""

from datetime import date, datetime

import pytest

from db import engine
from domain import months
from domain.agency import certification, suspensions
from domain.errors import NotFound, Refused
from tests import make
from tests.agency.pensioner import benefit, drawing, only
from tests.agency.pensioner import suspensions as rows
from tests.agency.sheets import xlsx
from tests.contributions.ways import told
from tests.items.claiming import LIN_JING
from tests.make import (
    COUNTY,
    FRIDAY,
    LI_XIUYING,
    OTHER_GROUP,
    SHI_QIAO_CLERK,
    WANG_DASHAN,
    WORKER,
    ZHAO_MIN,
    ZHOU_XIAOMAN,
)

pytestmark = pytest.mark.usefixtures("db")
HEAD = certification.COLUMNS


async def reminders() -> list[str]:
    found = await engine.fetch(
        "select title from message where title like '%资格确认%' and channel = 'in_app' order by id"
    )
    return [row["title"] for row in found]


def on(day: str) -> datetime:
    return make.at(date.fromisoformat(day))


# ------------------------------------------------------------------ the round


@pytest.mark.rule("R-283", "R-289")
async def test_reminders_come_thirty_and_seven_days_before_once_each() -> None:
    await drawing(certified=202511)  # good until 2026-11-30
    await drawing(LI_XIUYING, certified=202512)
    for day, count in (("2026-10-30", 0), ("2026-10-31", 1), ("2026-11-22", 1), ("2026-11-23", 2), ("2026-11-30", 2)):
        assert await certification.follow(COUNTY, on(day)) == 0
        await certification.follow(COUNTY, on(day))
        assert len(await reminders()) == count, day
    assert "2026年11月30日" in (await reminders())[0]


async def test_a_reminder_that_was_missed_is_not_sent_beside_the_next() -> None:
    await drawing(certified=202511)
    await certification.follow(COUNTY, on("2026-11-25"))
    assert [title[-6:] for title in await reminders()] == ["第2次提醒）"]


@pytest.mark.rule("R-283", "R-292", "R-300")
async def test_from_the_first_of_the_month_after_the_end_it_is_proposed_to_stop_once() -> None:
    person = await drawing(certified=202511)
    assert await certification.follow(COUNTY, on("2026-11-30")) == 0
    assert await certification.follow(COUNTY, on("2026-12-01")) == 1
    assert await certification.follow(COUNTY, on("2026-12-01")) == 0
    held = await only(person)
    assert (held["reason"], held["first_month"], held["state"], held["origin"]) == (
        "not_certified",
        202612,
        "proposed",
        "certification",
    )
    assert (await benefit(person))["recheck_from"] is None
    await suspensions.dismiss(COUNTY, held["id"], "本人住院，下周上门", LIN_JING, on("2026-12-02"))
    assert await certification.follow(COUNTY, on("2026-12-31")) == 0  # not again in that month
    assert await certification.follow(COUNTY, on("2027-01-01")) == 1


@pytest.mark.rule("R-282")
async def test_the_county_sets_the_cycle() -> None:
    person = await drawing(certified=202605)
    assert await certification.follow(COUNTY, FRIDAY) == 0
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, 'certification_cycle', '', '6', '2026-01-01', '2026-01-01', 'x', false, 'a', 'b',"
        " now())",
        COUNTY,
    )
    assert await certification.follow(COUNTY, FRIDAY) == 0  # until 30 November
    assert await certification.follow(COUNTY, on("2026-12-01")) == 1
    assert "6个月" in (await only(person))["finding"]


async def test_who_is_stopped_for_another_reason_is_left_alone() -> None:
    person = await drawing(certified=202510)
    await suspensions.propose(COUNTY, person, "other", 202611, "已经查了很久", ZHAO_MIN, FRIDAY)
    assert await certification.follow(COUNTY, FRIDAY) == 0


# ------------------------------------------------------------------ successes


@pytest.mark.rule("R-282", "R-293")
async def test_a_success_begins_a_new_cycle_and_restores_at_once_with_arrears() -> None:
    person = await drawing(certified=202510)
    await certification.follow(COUNTY, FRIDAY)
    held = await only(person)
    await suspensions.confirm(COUNTY, [held["id"]], LIN_JING, FRIDAY)
    await certification.certify_self(COUNTY, person, make.resident(WANG_DASHAN), FRIDAY)
    held = await only(person)
    assert (held["state"], held["pays_arrears"]) == ("lifted", True)
    found = await benefit(person)
    assert (found["certified_month"], found["recheck_from"]) == (202611, 202611)
    assert len(await told("养老金恢复发放")) == 1
    assert await certification.follow(COUNTY, on("2027-11-30")) == 0
    assert await certification.follow(COUNTY, on("2027-12-01")) == 1


async def test_a_success_lets_a_proposal_go() -> None:
    person = await drawing(certified=202510)
    await certification.follow(COUNTY, FRIDAY)
    await certification.certify_at_counter(COUNTY, WANG_DASHAN.id_number, "本人带身份证来", SHI_QIAO_CLERK, FRIDAY)
    assert (await only(person))["state"] == "dismissed"


@pytest.mark.rule("R-280")
async def test_a_login_without_a_seen_face_is_not_enough() -> None:
    person = await drawing()
    with pytest.raises(Refused, match="刷脸"):
        await certification.certify_self(COUNTY, person, make.resident(WANG_DASHAN, assurance=2), FRIDAY)
    assert await engine.fetchval("select count(*) from certification") == 0


@pytest.mark.rule("R-291")
async def test_a_visit_needs_a_picture_and_the_own_village() -> None:
    person = await drawing()
    with pytest.raises(Refused, match="照片"):
        await certification.certify_by_visit(COUNTY, person, "", "", make.assistant(), FRIDAY)
    with pytest.raises(NotFound):
        await certification.certify_by_visit(COUNTY, person, "k", "", make.assistant(village=OTHER_GROUP[:10]), FRIDAY)
    await certification.certify_by_visit(COUNTY, person, "k", "在家，行动不便", make.assistant(), FRIDAY)
    assert await engine.fetchval("select method || note from certification") == "visit在家，行动不便"
    assert await engine.fetchval("select evidence from certification") == "k"


async def test_nobody_of_that_number_draws_a_pension() -> None:
    with pytest.raises(Refused, match="没有在这里"):
        await certification.certify_at_counter(COUNTY, WANG_DASHAN.id_number, "本人带身份证来", ZHAO_MIN, FRIDAY)


# ------------------------------------------------------------------ traces


@pytest.mark.rule("R-280", "R-288")
async def test_traces_certify_for_their_month_and_restore() -> None:
    person, other = await drawing(certified=202510), await drawing(LI_XIUYING, certified=202608)
    await certification.follow(COUNTY, FRIDAY)
    good = ("王大山", WANG_DASHAN.id_number, "2026-11-02")
    file = xlsx(
        HEAD,
        good,
        ("王大山", WANG_DASHAN.id_number, "2026-09-01"),
        ("李秀英", LI_XIUYING.id_number, "2026-08-31"),
        ("李秀英", LI_XIUYING.id_number, "2026-11-21"),
        ("李秀英", LI_XIUYING.id_number, "2025-10-31"),
        ("李秀", LI_XIUYING.id_number, "2026-11-01"),
        ("周小满", ZHOU_XIAOMAN.id_number, "2026-11-01"),
        ("王大山", WANG_DASHAN.id_number, "十一月"),
    )
    done = await certification.import_traces(COUNTY, "medical", "2026-11", file, LIN_JING, FRIDAY)
    assert (done.added, done.restored, done.known, done.left_out_count) == (1, 1, 1, 5)
    assert [p.message[:4] for p in done.left_out] == ["第5行：", "第6行：", "第7行：", "第8行：", "第9行："]
    assert (await benefit(person))["certified_month"] == 202611
    assert (await benefit(other))["certified_month"] == 202608
    assert (await only(person))["state"] == "dismissed"
    again = await certification.import_traces(COUNTY, "medical", "2026-11", file, LIN_JING, FRIDAY)
    assert (again.added, again.known) == (0, 2)


async def test_a_trace_that_is_too_old_restores_nobody() -> None:
    person = await drawing(certified=202509)
    await certification.follow(COUNTY, FRIDAY)
    file = xlsx(HEAD, ("王大山", WANG_DASHAN.id_number, "2025-10-31"))
    done = await certification.import_traces(COUNTY, "travel", "1", file, LIN_JING, FRIDAY)
    assert (done.added, done.left_out_count) == (0, 1)
    file = xlsx(HEAD, ("王大山", WANG_DASHAN.id_number, "2025-11-01"))
    done = await certification.import_traces(COUNTY, "travel", "2", file, LIN_JING, FRIDAY)
    assert (done.added, done.restored) == (1, 1)
    assert (await rows(person))[0]["state"] == "dismissed"


async def test_only_the_benefit_desk_brings_traces_in() -> None:
    with pytest.raises(Refused, match="待遇核发岗"):
        await certification.import_traces(COUNTY, "medical", "1", b"", ZHAO_MIN, FRIDAY)
    with pytest.raises(Refused, match="哪里"):
        await certification.import_traces(COUNTY, "hearsay", "1", b"", WORKER, FRIDAY)


@pytest.mark.rule("R-283")
@pytest.mark.parametrize(
    ("day", "expiring", "expired"),
    [
        ("2026-10-30", False, False),
        ("2026-10-31", True, False),
        ("2026-11-30", True, False),
        ("2026-12-01", False, True),
    ],
)
def test_how_long_it_holds(day: str, expiring: bool, expired: bool) -> None:
    found = certification.standing(202511, 12, date.fromisoformat(day))
    assert (found.valid_until, found.expiring, found.expired) == (months.last_day(202611), expiring, expired)
