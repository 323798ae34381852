"""The command line of a simulator: one look into the folder, or one every few seconds."""

import argparse
import csv
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from sandbox.counterpart.faults import Fault

Look = Callable[[argparse.Namespace, str], None]


def parser(name: str) -> argparse.ArgumentParser:
    asked = argparse.ArgumentParser(prog=f"sandbox.{name}")
    asked.add_argument("--folder", type=Path, default=os.environ.get("PENSION_EXCHANGE"), help="the exchange folder")
    asked.add_argument("--county", default="439901")
    asked.add_argument("--fault", type=Fault, choices=list(Fault), help="what goes wrong with the next file")
    asked.add_argument("--seed", default="1", help="the same seed gives the same numbers")
    asked.add_argument("--on", type=date.fromisoformat, help="business date; today when left out")
    asked.add_argument("--every", type=float, default=0.0, help="seconds between two looks; 0: look once")
    return asked


def run(asked: argparse.ArgumentParser, look: Look) -> int:
    """`look` is handed the options and the business date as 20261120."""
    options = asked.parse_args()
    if os.environ.get("PENSION_MODE") == "production":
        print("simulators never run in production", file=sys.stderr)
        return 2
    if options.folder is None:
        asked.error("--folder or PENSION_EXCHANGE is needed")
    while True:
        try:
            look(options, f"{options.on or date.today():%Y%m%d}")  # noqa: DTZ011 - the machine's day is a partner's day
        except Exception:
            if not options.every:
                raise
            traceback.print_exc()  # a control file with a slip of the pen must not end the demo
        if not options.every:
            return 0
        options.fault = None  # asked for once
        time.sleep(options.every)


def orders(folder: Path, name: str, columns: int) -> Iterator[list[str]]:
    """Rows of a control file that somebody put into the folder; it is gone afterwards. A row that is too short ends it all."""
    path = folder / name
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file) if row and not row[0].startswith("#")]
    path.replace(folder / "done" / name)
    for row in rows:
        if len(row) < columns:
            print(f"{name}: a row has {len(row)} columns instead of {columns}", file=sys.stderr)
            return
        yield row
