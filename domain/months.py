"""Months as people write them in accounts: 202611. They sort as they are; arithmetic goes through here."""

from collections.abc import Iterator
from datetime import date, timedelta


def month_of(day: date) -> int:
    return day.year * 100 + day.month


def parse(text: str) -> int | None:
    """202611 as people type it or it stands in an address; None for what is no month."""
    good = text.isascii() and text.isdigit() and len(text) == 6 and text[:4] != "0000" and 1 <= int(text[4:]) <= 12
    return int(text) if good else None


def in_words(month: int) -> str:
    return f"{month // 100}年{month % 100}月"


def first_day(month: int) -> date:
    """ValueError for what is no month."""
    return date(month // 100, month % 100, 1)


def last_day(month: int) -> date:
    return first_day(after(month)) - timedelta(days=1)


def after(month: int, count: int = 1) -> int:
    """`count` months later; negative: earlier."""
    number = month // 100 * 12 + month % 100 - 1 + count
    return number // 12 * 100 + number % 12 + 1


def between(first: int, last: int) -> Iterator[int]:
    """From `first` to `last`, both included; none when `last` comes before."""
    while first <= last:
        yield first
        first = after(first)


def count(first: int, last: int) -> int:
    """How many `between` gives."""
    return max(0, (last // 100 - first // 100) * 12 + last % 100 - first % 100 + 1)
