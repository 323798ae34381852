"""`pension regions|calendar|parameters import`: the office's sheets from the command line."""

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path

from db.queries import clock
from domain.agency import calendar_import, parameters_import, regions_import, worker
from ops import place


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _command(commands, "regions", "行政区划信息采集表 (xlsx, csv)", regions)
    _command(commands, "calendar", "a year's days off and make-up days (xlsx, csv)", calendar, document=False)
    _command(commands, "parameters", "政策参数; another person confirms them in the back office", parameters)


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    work: Callable[[argparse.Namespace], Awaitable[None]],
    *,
    document: bool = True,
) -> None:
    parser = commands.add_parser(name, help=help_text).add_subparsers(required=True).add_parser("import")
    parser.add_argument("file", type=Path)
    parser.add_argument("--county", required=True, type=int, help="the agency's code, 6 digits")
    if document:
        parser.add_argument("--document", required=True, help="the paper it rests on, with its number")
    parser.set_defaults(run=lambda asked: place.run_with_database(lambda: work(asked)))


async def regions(asked: argparse.Namespace) -> None:
    done = await regions_import.import_sheet(
        asked.county, asked.file.read_bytes(), asked.document, worker(asked.county), await clock.now()
    )
    print(f"added {done.added}, renamed {done.renamed}, renamed with a higher place {done.carried}")


async def calendar(asked: argparse.Namespace) -> None:
    done = await calendar_import.import_year(asked.file.read_bytes(), worker(asked.county), await clock.now())
    print(f"{done.year}: {done.days_off} days off, {done.days_worked} make-up days; the worker moves the due dates")


async def parameters(asked: argparse.Namespace) -> None:
    number = await parameters_import.propose(
        asked.county, asked.file.read_bytes(), asked.file.name, asked.document, worker(asked.county), await clock.now()
    )
    print(f"proposal {number}: in force when another person has confirmed it in the back office")
