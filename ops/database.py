"""`pension init`, `migrate`, `date`: the database itself."""

import argparse
import asyncio
import os
from datetime import date, datetime

import asyncpg

from db.migrations.support import migrate
from db.queries import clock
from db.seed.base import seed_base
from db.stores import installation
from ops import place, settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    init = commands.add_parser("init", help="make an empty database; its mode can never be changed afterwards")
    init.add_argument("--mode", required=True, choices=settings.MODES)
    init.set_defaults(run=run_init)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(run=run_migrate)
    day = commands.add_parser("date", help="the business date, outside production").add_subparsers(required=True)
    day.add_parser("show", help="what day it is for the system").set_defaults(run=run_show)
    chosen = day.add_parser("set", help="set the day for all processes at once")
    chosen.add_argument("day", type=_day_or_none, help="2027-02-10, or `real` to go back to the real date")
    chosen.set_defaults(run=run_set)


def run_init(asked: argparse.Namespace) -> int:
    with place.server():
        new = asyncio.run(place.create(asked.mode))
        if new:
            place.make_keys()
        if new and asked.mode != "production":
            place.run_with_database(lambda: seed_base(datetime.now(clock.CHINA)))
    print(f"database of mode {asked.mode}: {'made' if new else 'was there already'}")
    return 0


def run_migrate(_asked: argparse.Namespace) -> int:
    with place.server():
        ran = asyncio.run(migrate(os.environ["DATABASE_OWNER_URL"]))
    print("\n".join(f"ran {name}" for name in ran) or "nothing to do")
    return 0


def run_show(_asked: argparse.Namespace) -> int:
    async def show() -> None:
        day = await clock.business_date()
        print(f"{await clock.now():%Y-%m-%d %H:%M}" + (" (set)" if day else " (real)"))

    place.run_with_database(show)
    return 0


def run_set(asked: argparse.Namespace) -> int:
    async def change() -> None:
        await installation.set_business_date(asked.day, datetime.now(clock.CHINA))

    try:
        place.run_with_database(change)
    except asyncpg.CheckViolationError:
        print("the date cannot be set in production")
        return 1
    return run_show(asked)


def _day_or_none(text: str) -> date | None:
    return None if text == "real" else date.fromisoformat(text)
