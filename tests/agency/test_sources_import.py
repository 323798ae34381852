from datetime import date, timedelta

import pytest

from db import engine
from db.queries import sources as sources_query
from domain.agency import worker
from domain.agency.sources_import import Imported, import_snapshot, switch
from domain.case import sources
from domain.case.item import Source
from domain.errors import Problem, Refused
from tests import make
from tests.agency.sheets import csv, xlsx
from tests.conftest import Database

COUNTY, AT, TODAY = make.COUNTY, make.FRIDAY, make.FRIDAY.date()
BY = worker(COUNTY)
LI = make.LI_XIUYING
REGISTER = ("姓名", "证件号码", "出生日期", "户籍地址", "区划代码")
LI_ROW = (LI.name, LI.id_number.lower(), "1988-03-05", "青禾县柳湾镇东坪村一组8号", make.GROUP)


async def bring(file: bytes, source: Source = Source.HOUSEHOLD_REGISTER, **more: object) -> Imported:
    values = {"batch_no": "B1", "as_of_on": TODAY, "purpose": "参保资格比对", "by": BY, "at": AT, **more}
    return await import_snapshot(COUNTY, source, file, **values)  # type: ignore[arg-type]


async def refusal(file: bytes, **more: object) -> list[Problem]:
    with pytest.raises(Refused) as caught:
        await bring(file, **more)
    return list(caught.value.problems)  # type: ignore[arg-type]


@pytest.mark.rule("R-497")
async def test_an_imported_snapshot_answers_with_its_age(db: Database) -> None:
    day = TODAY - timedelta(days=20)
    done = await bring(xlsx(REGISTER, LI_ROW), as_of_on=day)
    assert (done.rows, done.left_out) == (1, [])
    (answer,) = await sources.ask(COUNTY, LI.index, [Source.HOUSEHOLD_REGISTER])
    assert (answer.available, answer.as_of_on, answer.batch_no, answer.name) == (True, day, "B1", LI.name)
    assert answer.record == {"born_on": "1988-03-05", "address": LI_ROW[3], "region_code": make.GROUP}


@pytest.mark.parametrize("source, header, row, stored", [
    (Source.NATIONAL_REGISTRY, ("险种", "状态", "参保地", "区划代码"), ("城乡居民养老保险", "正在参保", "某县", "110101"),
     {"scheme": "resident", "status": "insured", "place": "某县", "county_code": "110101"}),
    (Source.EMPLOYEE_SCHEME, ("状态", "单位"), ("正在领取待遇", ""), {"status": "receiving"}),
    (Source.DEATHS, ("死亡日期",), (date(2026, 9, 30),), {"died_on": "2026-09-30"}),
])  # fmt: skip
async def test_each_source_has_its_own_facts(db, source, header, row, stored) -> None:  # type: ignore[no-untyped-def]
    await bring(xlsx(("证件号码", "姓名", *header), (LI.id_number, LI.name, *row)), source)
    (answer,) = await sources_query.ask(COUNTY, LI.index, [source])
    assert answer.record == stored


async def test_the_newest_snapshot_answers_alone(db: Database) -> None:
    await bring(csv(REGISTER, LI_ROW), as_of_on=TODAY - timedelta(days=1))
    await bring(csv(REGISTER, ("王大山", make.WANG_DASHAN.id_number, "", "", "")), batch_no="B2")
    (answer,) = await sources_query.ask(COUNTY, LI.index, ["household_register"])
    assert (answer.batch_no, answer.record) == ("B2", None)


async def test_lines_that_name_nobody_are_left_out_and_told(db: Database) -> None:
    wrong_digit = LI.id_number[:-1] + ("0" if LI.id_number[-1] != "0" else "1")
    bad = [("无号", "", "", "", ""), ("错号", wrong_digit, "", "", ""), ("", "H1234567", "", "", ""), ("旧号", "H7654321", "昨天", "", "")]
    done = await bring(csv(REGISTER, *bad, LI_ROW))
    assert (done.rows, done.left_out_count) == (1, 4)
    assert [problem.field for problem in done.left_out] == ["2", "3", "4", "5"]
    detail = await engine.fetchval("select detail from audit_entry")
    assert "1行，未导入4行" in detail


async def test_a_number_that_stands_twice_is_told_and_nothing_imported(db: Database) -> None:
    (problem,) = await refusal(csv(REGISTER, LI_ROW, LI_ROW))
    assert "第3行：和第2行是同一个证件号码" in problem.message
    assert await engine.fetchval("select count(*) from source_batch") == 0


async def test_a_batch_number_is_used_once(db: Database) -> None:
    await bring(csv(REGISTER, LI_ROW))
    assert (await refusal(csv(REGISTER, LI_ROW)))[0].code == "batch-known"


@pytest.mark.parametrize("more, code", [
    ({"batch_no": " "}, "no-batch"), ({"purpose": ""}, "no-purpose"), ({"as_of_on": TODAY + timedelta(days=1)}, "future"),
    ({"by": make.HE_JING}, "wrong-post"),
])  # fmt: skip
async def test_number_purpose_and_day_of_a_batch_are_asked_for(db: Database, more: dict[str, object], code: str) -> None:
    assert (await refusal(csv(REGISTER, LI_ROW), **more))[0].code == code


async def test_the_sheet_of_another_source_is_refused(db: Database) -> None:
    (problem,) = await refusal(csv(REGISTER, LI_ROW), source=Source.DEATHS)
    assert "死亡日期" in problem.message


async def test_a_source_is_switched_off_with_a_reason_and_on_again(db: Database) -> None:
    await bring(csv(REGISTER, LI_ROW))
    with pytest.raises(Refused, match="为什么"):
        await switch(COUNTY, Source.HOUSEHOLD_REGISTER, available=False, note="", by=BY, at=AT)
    for available, note in ((False, "线路检修"), (True, "")):
        await switch(COUNTY, Source.HOUSEHOLD_REGISTER, available=available, note=note, by=make.SUN_LI, at=AT)
        (answer,) = await sources.ask(COUNTY, LI.index, [Source.HOUSEHOLD_REGISTER])
        assert answer.available is available
    actions = await engine.fetch("select action, reason from audit_entry order by id")
    assert [tuple(row) for row in actions[1:]] == [("source.down", "线路检修"), ("source.up", "")]
