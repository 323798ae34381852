"""Imports and jobs as the command line and the worker carry them out."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from db import engine
from db.queries import clock
from db.stores import audit, messages, reference
from ops.__main__ import main
from ops.worker import JOBS, each_county
from tests import make
from tests.agency.sheets import csv, xlsx
from tests.agency.test_calendar_import import HEADERS, YEAR_2027
from tests.agency.test_regions_import import HEADER
from tests.conftest import Database

Output = pytest.CaptureFixture[str]


def told(output: Output) -> str:
    captured = output.readouterr()
    return captured.out + captured.err


def test_a_region_sheet_is_imported_or_told_line_by_line(database: Database, tmp_path: Path, capsys: Output) -> None:
    sheet = tmp_path / "采集表.xlsx"
    sheet.write_bytes(xlsx(HEADER, ["43990103", "青禾县新镇", "乡镇(街道)", "I", "", ""]))
    command = ["regions", "import", str(sheet), "--county", "439901", "--document", "批复〔2026〕1号（测试）"]
    assert main(command) == 0
    assert "added 1" in told(capsys)
    sheet.write_bytes(xlsx(HEADER, ["43990105", "青禾县远镇", "乡镇(街道)", "I", "", ""]))
    assert main(command) == 1
    assert "不得空号，缺04" in told(capsys)


def test_a_calendar_year_is_imported(database: Database, tmp_path: Path, capsys: Output) -> None:
    sheet = tmp_path / "2027.csv"
    sheet.write_bytes(csv(HEADERS[0], *YEAR_2027))
    assert main(["calendar", "import", str(sheet), "--county", "439901"]) == 0
    assert "2027: 14 days off" in told(capsys)


def test_a_source_is_imported_switched_off_and_on(database: Database, tmp_path: Path, capsys: Output) -> None:
    sheet, county = tmp_path / "死亡名单.csv", ["--county", "439901"]
    sheet.write_bytes(csv(("证件号码", "姓名", "死亡日期"), (make.LI_XIUYING.id_number, "李四", "2026-09-30"), ("", "无号", "2026-09-30")))
    batch = ["--batch", "B1", "--as-of", "2026-10-01", "--purpose", "参保资格比对"]
    assert main(["sources", "import", "deaths", str(sheet), *county, *batch]) == 0
    assert "1 rows imported, 1 left out\n  第3行：没有证件号码" in told(capsys)
    assert main(["sources", "down", "deaths", "--note", "检修", *county]) == 0
    main(["sources", "list", *county])
    assert "deaths  down 检修  B1" in told(capsys)
    assert main(["sources", "up", "deaths", *county]) == 0
    main(["sources", "list", *county])
    assert "deaths  up  B1" in told(capsys)


def test_the_demo_code_is_six_digits(capsys: Output) -> None:
    assert main(["demo-code"]) == 0
    assert told(capsys).strip().isdigit()


async def test_the_workers_jobs_do_what_waits(db: Database) -> None:
    now = await clock.now()
    await audit.write(make.COUNTY, now, "staff", 1, "孙立", "case.passed", "case", "1")
    await messages.text(county_code=make.COUNTY, recipient_index=b"r", case_id=None, phone="13900000000", title="t", body="b", at=now)
    for job in JOBS:
        await job.run(now)
    assert await engine.fetchval("select count(*) from audit_seal") == 1
    assert await engine.fetchval("select state from message") == "delivered"
    assert await engine.fetchval("select count(*) from calendar_applied") == 1


async def test_in_production_texts_wait_for_a_gateway(db: Database, owner: Any) -> None:
    await owner.execute("update installation set mode = 'production'")
    now = await clock.now()
    await messages.text(county_code=make.COUNTY, recipient_index=b"r", case_id=None, phone="13900000000", title="t", body="b", at=now)
    await next(job for job in JOBS if job.name == "texts").run(now)
    assert await engine.fetchval("select state from message") == "waiting"


async def test_trouble_in_one_county_does_not_stop_the_next(db: Database) -> None:
    await reference.add_county(430121, "长沙县", agency_name="x", agency_phone="", agency_address="", profile="hunan")
    seen = []

    async def work(county_code: int, _at: object) -> None:
        await asyncio.sleep(0)
        seen.append(county_code)
        if county_code == 430121:
            raise ValueError("trouble")

    with pytest.raises(ExceptionGroup):
        await each_county(work)(make.FRIDAY)
    assert seen == [430121, 439901]
