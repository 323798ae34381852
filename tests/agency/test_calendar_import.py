import csv as csv_module
from datetime import date, timedelta
from pathlib import Path

import pytest

from db import engine
from db.queries import calendar as calendar_query
from domain.actor import Post
from domain.agency import worker
from domain.agency.calendar_import import HEADERS, Imported, follow, import_year, missing_years
from domain.case import clock
from domain.errors import Problem, Refused
from tests import make
from tests.agency.sheets import csv, xlsx
from tests.conftest import Database

AT = make.FRIDAY
BY = worker(make.COUNTY)
NOTICE = "国办发明电〔2026〕99号（测试）"
YEAR_2027 = [
    *[(f"2027-01-{day:02d}", "放假", "元旦", NOTICE) for day in (1, 2, 3, 4)],
    ("2027-01-10", "上班", "元旦调休上班", NOTICE),
    *[(f"2027-05-{day:02d}", "放假", "劳动节", NOTICE) for day in (1, 2, 3)],
    *[(f"2027-10-{day:02d}", "放假", "国庆节", NOTICE) for day in range(1, 8)],
]
SEED = Path(__file__).parents[2] / "db" / "seed" / "calendar.csv"


async def refusal(*rows: object, header: object = HEADERS[0]) -> list[Problem]:
    with pytest.raises(Refused) as caught:
        await import_year(xlsx(header, *rows), BY, AT)  # type: ignore[arg-type]
    assert await engine.fetchval("select count(*) from calendar_year where year = 2027") == 0
    return list(caught.value.problems)  # type: ignore[arg-type]


@pytest.mark.rule("R-010")
async def test_the_next_year_is_missed_from_november_on_until_it_is_loaded(db: Database) -> None:
    assert await missing_years(date(2026, 10, 31)) == []
    assert await missing_years(date(2026, 11, 1)) == [2027]
    assert await missing_years(date(2027, 12, 1)) == [2027, 2028]
    await import_year(xlsx(HEADERS[0], *YEAR_2027), BY, AT)
    assert await missing_years(date(2026, 11, 1)) == []


@pytest.mark.rule("R-010")
async def test_a_loaded_year_moves_the_provisional_due_dates_once(db: Database) -> None:
    await follow(make.COUNTY, AT)
    await make.sources(household_register=make.household(make.LI_XIUYING))
    receipt = await make.enrollment_of(make.LI_XIUYING, when=make.at(date(2026, 12, 31)))
    assert (receipt.provisional, receipt.due_on) == (True, date(2027, 1, 6))
    assert await import_year(xlsx(HEADERS[0], *YEAR_2027), BY, AT) == Imported(2027, 14, 1)
    assert await follow(make.COUNTY, AT) is True
    assert await make.column(receipt.case_id, "provisional") is False
    assert await make.column(receipt.case_id, "due_on") == date(2027, 1, 7)
    note = "select note from case_event where case_id = $1 and kind = 'clock_recomputed'"
    assert await engine.fetchval(note, receipt.case_id) == "2027年1月6日 → 2027年1月7日"
    assert await follow(make.COUNTY, AT) is False


@pytest.mark.rule("R-010")
async def test_a_corrected_notice_takes_days_back(db: Database) -> None:
    await import_year(xlsx(HEADERS[0], *YEAR_2027), BY, AT)
    corrected = [row for row in YEAR_2027 if row[0] not in ("2027-01-04", "2027-01-10")]
    # The business date was set back in between: readers must see the correction all the same.
    await import_year(csv(HEADERS[0], *corrected), BY, AT - timedelta(days=400))
    calendar = await clock.load_calendar()
    assert calendar.is_working_day(date(2027, 1, 4))
    assert not calendar.is_working_day(date(2027, 1, 10))
    assert await engine.fetchval("select kind from calendar_day where day = '2027-01-04'") == "plain"


async def test_the_seeded_years_can_be_imported_as_files(db: Database) -> None:
    with SEED.open(encoding="utf-8", newline="") as file:
        header, *rows = csv_module.reader(file)
    before = await calendar_query.load()
    for year in range(2019, 2027):
        await import_year(csv(header, *(row for row in rows if row[0].startswith(str(year)))), BY, AT)
    assert await calendar_query.load() == before


@pytest.mark.parametrize("row, said", [
    (("2027-02-30", "放假", "春节", NOTICE), "不是日期"),
    (("明天", "放假", "春节", NOTICE), "不是日期"),
    (("2027-01-01", "放假", "元旦", NOTICE), "写了两次"),
    (("2027-02-08", "休息", "春节", NOTICE), "类别"),
    (("2027-02-08", "放假", "", NOTICE), "什么节日"),
    (("2027-02-08", "上班", "调休", NOTICE), "本来就上班"),
])  # fmt: skip
async def test_a_bad_line_is_told_and_nothing_is_loaded(db: Database, row: tuple[str, ...], said: str) -> None:
    (problem,) = await refusal(*YEAR_2027, row)
    assert said in problem.message
    assert problem.field == str(len(YEAR_2027) + 2)


@pytest.mark.rule("R-010")
async def test_half_a_year_is_refused(db: Database) -> None:
    problems = await refusal(*(row for row in YEAR_2027 if row[0] < "2027-06"))
    assert [p.message[:10] for p in problems] == ["2027-10-01"]


async def test_two_years_in_one_file_are_refused(db: Database) -> None:
    assert "2027、2028年" in (await refusal(*YEAR_2027, ("2028-01-01", "放假", "元旦", NOTICE)))[0].message


async def test_without_a_notice_nothing_is_loaded(db: Database) -> None:
    assert (await refusal(*((*row[:3], "") for row in YEAR_2027)))[0].code == "no-document"


async def test_only_the_administrator_loads_a_year(db: Database) -> None:
    data = xlsx(HEADERS[0], *YEAR_2027)
    with pytest.raises(Refused, match="县管理员"):
        await import_year(data, make.SUN_LI, AT)
    assert (await import_year(data, make.staff("周管", Post.COUNTY_ADMIN), AT)).year == 2027
