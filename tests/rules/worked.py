"""Worked examples with Chinese headers, so that the office can read and extend them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from domain.calendar import Calendar

ROOT = Path(__file__).parents[2]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def examples(name: str) -> list[object]:
    """One pytest parameter a row, named by its description and marked with the rules it holds."""
    return [
        pytest.param(row, id=row["说明"], marks=[pytest.mark.rule(rule) for rule in row["规则"].split()])
        for row in read(ROOT / "tests" / "worked" / f"{name}.csv")
    ]


def seed_calendar() -> Calendar:
    rows = read(ROOT / "db" / "seed" / "calendar.csv")
    days = [(date.fromisoformat(row["day"]), row["kind"]) for row in rows]
    return Calendar(days, {day.year for day, _ in days})
