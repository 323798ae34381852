"""`pension sources`: snapshots to compare with, and whether a source can be asked."""

import argparse
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from db.queries import clock, records
from domain.agency import sources_import, worker
from domain.case.item import SOURCE_TITLES, Source
from ops import place


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sources = commands.add_parser("sources", help="数据比对: snapshots and switches").add_subparsers(required=True)
    snapshot = _command(sources, "import", "a whole snapshot (xlsx, csv); from then on it answers", import_snapshot)
    snapshot.add_argument("file", type=Path)
    snapshot.add_argument("--batch", required=True, help="its number, used once")
    snapshot.add_argument("--as-of", required=True, type=date.fromisoformat, help="the day the data speak of")
    snapshot.add_argument("--purpose", required=True, help="what the data may be used for")
    down = _command(sources, "down", "the source cannot be asked: cases wait, or go on the commitment", switch)
    down.add_argument("--note", required=True, help="why, for those who wait")
    _command(sources, "up", "the source answers again", switch).set_defaults(note=None)
    _command(sources, "list", "age and state of every source", show, with_source=False)


def _command(
    sources: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    work: Callable[[argparse.Namespace], Awaitable[None]],
    *,
    with_source: bool = True,
) -> argparse.ArgumentParser:
    parser = sources.add_parser(name, help=help_text)
    if with_source:
        parser.add_argument("source", choices=[source.value for source in Source])
    parser.add_argument("--county", required=True, type=int, help="the agency's code, 6 digits")
    parser.set_defaults(run=lambda asked: place.run_with_database(lambda: work(asked)))
    return parser


async def import_snapshot(asked: argparse.Namespace) -> None:
    done = await sources_import.import_snapshot(
        asked.county, Source(asked.source), asked.file.read_bytes(), batch_no=asked.batch, as_of_on=asked.as_of,
        purpose=asked.purpose, by=worker(asked.county), at=await clock.now(),
    )  # fmt: skip
    print(f"{done.rows} rows imported, {done.left_out_count} left out")
    for problem in done.left_out:
        print(f"  {problem.message}")


async def switch(asked: argparse.Namespace) -> None:
    await sources_import.switch(
        asked.county, Source(asked.source), available=asked.note is None, note=asked.note or "", by=worker(asked.county),
        at=await clock.now(),
    )  # fmt: skip
    print(f"{asked.source}: {'up' if asked.note is None else 'down'}")


async def show(asked: argparse.Namespace) -> None:
    for line in await records.source_states(asked.county, list(SOURCE_TITLES)):
        state = "up" if line.available else f"down {line.note}".strip()
        print(f"{line.source}  {state}  {line.batch_no or 'never imported'}  {line.as_of_on or ''}  {line.row_count or 0} rows")
