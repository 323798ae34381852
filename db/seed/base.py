"""What every database of a demo, a training or a test starts with: a county that does not exist, and the calendar.

青禾县 and everything in it is invented; area code 439901 is given to no place. Its parameters are marked unverified.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from db import engine
from db.stores import reference
from db.stores.reference import ParameterWrite, RegionWrite

HERE = Path(__file__).parent
COUNTY = 439901
DOCUMENT = "样例数据"
OPENED_ON = date(2011, 7, 1)  # 新农保 and 城居保 began: old enough for every case

PLACES = {
    "柳湾镇": ("柳湾社区", "东坪村", "月塘村"),
    "石桥乡": ("石桥村", "枫岭村", "白果村"),
}
GROUPS = ("一组", "二组")


async def seed_base(at: datetime) -> None:
    """Writes what is missing; a second call changes nothing."""
    async with engine.transaction():
        await _calendar(at)
        added = await reference.add_county(
            COUNTY, "青禾县", agency_name="青禾县城乡居民社会养老保险中心", agency_phone="0000-8439901",
            agency_address="青禾县城关东路1号政务服务中心二楼", profile="national",
        )  # fmt: skip
        if added:
            rows = list(_regions())
            await reference.write_regions(COUNTY, rows, on=OPENED_ON, document=DOCUMENT, at=at, by=DOCUMENT)
            await reference.map_statistical_codes(list(_statistical_codes(rows)), at)
            await _parameters(at)


async def _calendar(at: datetime) -> None:
    known = {row["year"] for row in await engine.fetch("select year from calendar_year")}
    for year, lines in groupby(_read("calendar.csv"), key=lambda line: int(line["day"][:4])):
        listed = list(lines)
        if year not in known:
            notice = "；".join(dict.fromkeys(line["notice"] for line in listed))
            days = [(date.fromisoformat(line["day"]), line["kind"], line["name"]) for line in listed]
            await reference.write_calendar_year(year, notice, days, at=at, by=DOCUMENT)


def _regions() -> Iterator[RegionWrite]:
    yield RegionWrite(str(COUNTY), "青禾县", "青禾县")
    for t, (township, villages) in enumerate(PLACES.items(), start=1):
        yield RegionWrite(f"{COUNTY}{t:02d}", township, f"青禾县{township}")
        for v, village in enumerate(villages, start=1):
            yield RegionWrite(f"{COUNTY}{t:02d}{v:02d}", village, f"青禾县{township}{village}")
            for g, group in enumerate(GROUPS, start=1):
                yield RegionWrite(f"{COUNTY}{t:02d}{v:02d}{g:02d}", group, f"青禾县{township}{village}{group}")


def _statistical_codes(rows: list[RegionWrite]) -> Iterator[tuple[str, str]]:
    """6+3+3 digits; groups have none (R-457)."""
    for code in (row.code for row in rows if len(row.code) < 12):
        yield code, f"{code[:6]}{int(code[6:8] or 0):03d}{int(code[8:10] or 0):03d}"


async def _parameters(at: datetime) -> None:
    for name in ("parameters_national.csv", "parameters_sample.csv"):
        lines = list(_read(name))
        rows = [
            ParameterWrite(line["kind"], line["key"], line["value"], date.fromisoformat(line["effective_on"]),
                           date.fromisoformat(line["decided_on"]), line["document"])
            for line in lines
        ]  # fmt: skip
        assert all(line["verified"] == "no" for line in lines), "a seed is never a verified value"
        await reference.add_parameters(
            COUNTY, rows, verified=False, proposed_by="样例数据录入", confirmed_by="样例数据复核", at=at
        )


def _read(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
