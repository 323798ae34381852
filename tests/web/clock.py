"""A clock that a test moves."""

from datetime import datetime, timedelta

from db.queries.clock import CHINA


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)
