"""`pension test`: every test, browser tests included; nothing is skipped for want of a program without saying so."""

import argparse
import os
import subprocess
import sys

from ops import machine, settings

MOST_WORKERS = 6  # each has a database server of its own


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    tests = commands.add_parser("test", help="run all tests (what follows goes to pytest)", add_help=False)
    tests.set_defaults(run=main, takes_rest=True)


def main(asked: argparse.Namespace) -> int:
    if not have_browser() or not have_pango():
        return 1
    # Half of a test's time is its own database's: one worker more than there are cores. A file stays with one worker.
    workers = min((os.cpu_count() or 1) + 1, MOST_WORKERS)
    command = [sys.executable, "-m", "pytest", f"-n{workers}", "--dist=loadfile", "--durations=15", *asked.rest]
    return subprocess.call(command, cwd=settings.TREE, env=os.environ | {"PENSION_CHROMIUM": machine.chromium() or ""})


def have_browser() -> bool:
    if machine.chromium() or (machine.install(machine.CHROMIUM) and machine.chromium()):
        return True
    print(f"The browser tests need Chromium. Install it with:\n  {machine.line(machine.CHROMIUM)}", file=sys.stderr)
    return False


def have_pango() -> bool:
    if machine.has_pango() or (machine.install(machine.PANGO) and machine.has_pango()):
        return True
    print(f"Documents (PDF) need pango. Install it with:\n  {machine.line(machine.PANGO)}", file=sys.stderr)
    return False
