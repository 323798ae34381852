"""Village packs: who stands in which, who may open a line, and what a report sets off."""

from datetime import date, timedelta

import pytest

from db import engine
from db.queries import village_packs as queries
from domain.agency import suspensions, village_checks, village_packs
from domain.errors import NotFound, Refused
from tests import make
from tests.agency.packs import code_of, packed, said
from tests.agency.pensioner import benefit, drawing, only
from tests.agency.pensioner import suspensions as stops
from tests.items.claiming import LIN_JING
from tests.make import (
    COUNTY,
    FENG_YUAN,
    FRIDAY,
    GROUP,
    LI_XIUYING,
    OTHER_GROUP,
    SHI_QIAO_CLERK,
    VILLAGE,
    WANG_DASHAN,
    ZHAO_MIN,
    ZHOU_XIAOMAN,
)

pytestmark = pytest.mark.usefixtures("db")
DIED = date(2026, 11, 5)


# ------------------------------------------------------------------ who stands in it


@pytest.mark.rule("R-285", "R-291")
async def test_a_list_holds_who_is_paid_and_a_certification_roll_who_is_due() -> None:
    due = await drawing(certified=202512)  # until the end of December 2026: with the next month
    await drawing(LI_XIUYING, certified=202601)
    await drawing(ZHOU_XIAOMAN, region=OTHER_GROUP, certified=202501)
    whole, roll = await packed(), await packed("certification")
    assert [row.name for row in await queries.lines(COUNTY, whole, answer=None, limit=9)] == ["李秀英", "王大山"]
    assert [row.person_id for row in await queries.lines(COUNTY, roll, answer=None, limit=9)] == [due]


async def test_nobody_to_list_is_said() -> None:
    with pytest.raises(Refused, match="没有人在领取"):
        await packed()
    await drawing(certified=202601)
    with pytest.raises(Refused, match="没有要办资格确认"):
        await packed("certification")


@pytest.mark.rule("R-021")
async def test_a_pack_is_made_for_the_own_township_by_those_who_may() -> None:
    await drawing()
    for by in (SHI_QIAO_CLERK, FENG_YUAN, make.assistant()):
        with pytest.raises(NotFound):
            await packed(by=by)
    with pytest.raises(NotFound):
        await village_packs.ask(VILLAGE, "everything", ZHAO_MIN, FRIDAY)
    pack_id = await packed(by=LIN_JING)
    assert (await village_packs.found(pack_id, ZHAO_MIN)).person_count == 1
    with pytest.raises(NotFound):
        await village_packs.found(pack_id, SHI_QIAO_CLERK)


async def test_the_next_pack_waits_for_the_printer() -> None:
    await drawing()
    first = await village_packs.ask(VILLAGE, "check_list", ZHAO_MIN, FRIDAY)
    with pytest.raises(Refused, match="还没有印完"):
        await village_packs.ask(VILLAGE, "check_list", ZHAO_MIN, FRIDAY)
    await village_packs.ask(VILLAGE, "calculation", ZHAO_MIN, FRIDAY)
    file = await queries.next_file(COUNTY)
    assert file is not None
    assert file.pack_id == first
    await village_packs.keep_printed(COUNTY, file, "k", FRIDAY)
    await village_packs.ask(VILLAGE, "check_list", ZHAO_MIN, FRIDAY)


@pytest.mark.parametrize(("people", "cut"), [(2, [(1, 2)]), (3, [(1, 2), (3, 3)])])
async def test_a_large_village_is_cut_into_files(
    people: int, cut: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(village_packs.PER_FILE, "check_list", 2)
    for person in (WANG_DASHAN, LI_XIUYING, ZHOU_XIAOMAN)[:people]:
        await drawing(person)
    files = await queries.files(COUNTY, await packed())
    assert [(file.first_line, file.last_line) for file in files] == cut


# ------------------------------------------------------------------ who may open a line


@pytest.mark.rule("R-021")
async def test_a_code_says_nothing_about_a_person_and_opens_for_its_village_only() -> None:
    person = await drawing()
    code = await code_of(await packed())
    assert len(code) == 16
    assert WANG_DASHAN.id_number not in code
    assert (await village_checks.line(code, make.assistant())).person_id == person
    assert (await village_checks.line(code, ZHAO_MIN)).person_id == person
    strangers = (
        make.assistant(village=OTHER_GROUP[:10]), SHI_QIAO_CLERK, FENG_YUAN, make.resident(WANG_DASHAN),
    )  # fmt: skip
    for by in strangers:
        with pytest.raises(NotFound):
            await village_checks.line(code, by)
        with pytest.raises(NotFound):
            await said(1, "right", by=by)
    with pytest.raises(NotFound):
        await village_checks.line("x" * 16, make.assistant())


# ------------------------------------------------------------------ what a report sets off


async def test_right_is_counted_and_nothing_else_happens() -> None:
    person = await drawing(certified=202511)
    pack_id = await packed()
    await said(pack_id, "right")
    pack = await village_packs.found(pack_id, ZHAO_MIN)
    assert (pack.checked, pack.right, pack.to_follow) == (1, 1, 0)
    assert (await benefit(person))["certified_month"] == 202511


@pytest.mark.rule("R-291", "R-293")
async def test_seen_on_a_certification_roll_is_a_visit_and_restores_the_pension() -> None:
    person = await drawing(certified=202510)
    await village_packs.certification.follow(COUNTY, FRIDAY)
    await suspensions.confirm(COUNTY, [(await only(person))["id"]], LIN_JING, FRIDAY)
    pack_id = await packed("certification")
    with pytest.raises(Refused, match="照片"):
        await said(pack_id, "right")
    with pytest.raises(Refused, match="照片"):
        await said(pack_id, "right", note="在家")
    assert await engine.fetchval("select count(*) from village_check") == 0
    await said(pack_id, "right", note="在家，行动不便")
    assert (await benefit(person))["certified_month"] == 202611
    assert (await only(person))["state"] == "lifted"
    assert await engine.fetchval("select method from certification") == "visit"


@pytest.mark.rule("R-291")
async def test_a_roll_that_came_back_signed_is_written_down_by_the_township() -> None:
    person = await drawing(certified=202510)
    pack_id = await packed("certification")
    await said(pack_id, "right", note="名册上有本人签名", by=ZHAO_MIN)
    assert (await benefit(person))["certified_month"] == 202611


@pytest.mark.rule("R-292", "R-311")
async def test_dead_is_proposed_to_the_county_and_named_for_the_list_of_the_month() -> None:
    person = await drawing()
    pack_id = await packed()
    with pytest.raises(Refused, match="去世的日期"):
        await said(pack_id, "dead")
    with pytest.raises(Refused, match="不能晚于今天"):
        await said(pack_id, "dead", died_on=FRIDAY.date() + timedelta(days=1))
    await said(pack_id, "dead", died_on=DIED)
    held = await only(person)
    assert (held["state"], held["origin"], held["first_month"]) == ("proposed", "village_check", 202612)
    assert "2026-11-05去世" in held["finding"]
    (dead,) = await queries.dead_of(COUNTY, VILLAGE, [202611])
    assert (dead.name, dead.id_number, dead.died_on) == ("王大山", WANG_DASHAN.id_number, DIED)
    assert await queries.dead_of(COUNTY, VILLAGE, [202610]) == []


@pytest.mark.rule("R-293")
async def test_dead_by_mistake_is_taken_back_with_a_reason_unless_the_county_has_stopped_the_pension() -> None:
    person = await drawing()
    pack_id = await packed()
    await said(pack_id, "dead", died_on=DIED)
    with pytest.raises(Refused, match="已经报过"):
        await said(pack_id, "right")
    await said(pack_id, "right", why="扫错了人，是隔壁的")
    assert (await only(person))["state"] == "dismissed"
    assert await queries.dead_of(COUNTY, VILLAGE, [202611]) == []

    await said(pack_id, "dead", died_on=DIED, why="这次没有扫错")
    await suspensions.confirm(COUNTY, [(await stops(person))[1]["id"]], LIN_JING, FRIDAY)
    await said(pack_id, "right", why="又扫错了人")
    assert (await stops(person))[1]["state"] == "confirmed"
    line = await village_checks.line(await code_of(pack_id), ZHAO_MIN)
    assert (line.answer, line.why_corrected) == ("right", "又扫错了人")
    assert await engine.fetchval("select array_agg(turn order by turn) from village_check") == [1, 2, 3, 4]


@pytest.mark.parametrize("answer", ["wrong", "moved"])
async def test_wrong_and_moved_wait_for_the_township(answer: str) -> None:
    await drawing()
    pack_id = await packed()
    if answer == "wrong":
        with pytest.raises(Refused, match="哪里不对"):
            await said(pack_id, "wrong", note="不对")
    await said(pack_id, answer, note="账户尾号不是这个")
    (line,) = await queries.to_follow(COUNTY, "43990101", 9)
    assert (line.answer, line.note) == (answer, "账户尾号不是这个")
    assert await queries.to_follow(COUNTY, "43990102", 9) == []
    with pytest.raises(Refused, match="怎样处理"):
        await village_checks.follow_up(COUNTY, pack_id, 1, "", ZHAO_MIN, FRIDAY)
    for by in (SHI_QIAO_CLERK, make.assistant()):
        with pytest.raises(NotFound):
            await village_checks.follow_up(COUNTY, pack_id, 1, "已经改好了", by, FRIDAY)
    await village_checks.follow_up(COUNTY, pack_id, 1, "已经请本人办变更", ZHAO_MIN, FRIDAY)
    with pytest.raises(Refused, match="已经处理过"):
        await village_checks.follow_up(COUNTY, pack_id, 1, "再处理一次", ZHAO_MIN, FRIDAY)
    assert await queries.to_follow(COUNTY, "43990101", 9) == []


async def test_a_visit_that_is_called_back_is_looked_into() -> None:
    await drawing(certified=202510)
    pack_id = await packed("certification")
    await said(pack_id, "right", evidence="k")
    await said(pack_id, "dead", died_on=DIED, why="见到的是他弟弟")
    assert (await village_packs.found(pack_id, ZHAO_MIN)).to_follow == 1


async def test_who_draws_nothing_any_more_may_be_called_dead_without_harm() -> None:
    person = await drawing()
    pack_id = await packed()
    await engine.execute("update benefit set state = 'ended', ended_month = 202611 where person_id = $1", person)
    await said(pack_id, "dead", died_on=DIED)
    assert await stops(person) == []


async def test_an_unknown_answer_is_refused() -> None:
    await drawing(region=GROUP)
    with pytest.raises(NotFound):
        await said(await packed(), "maybe")
