"""`pension doctor`: one line for each thing the system needs; what is missing comes with the way to get it."""

import argparse
import asyncio
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime

import asyncpg
from msgspec import Struct

from db import engine
from db.embedded import EmbeddedError, find_binaries
from db.migrations.support import pending
from db.queries import clock, installation
from ops import machine, place, settings

ENOUGH_DISK = 2 * 1024**3


class Finding(Struct, frozen=True):
    """`mend` is empty when all is well. `needed` things make the command fail."""

    what: str
    state: str
    mend: str = ""
    needed: bool = True


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("doctor", help="say what is missing and how to get it").set_defaults(run=main)


def main(_asked: argparse.Namespace) -> int:
    findings = [*on_the_machine(), *in_the_database()]
    for finding in findings:
        mark = "ok     " if not finding.mend else "MISSING" if finding.needed else "note   "
        print(f"{mark} {finding.what}: {finding.state}" + (f"\n        → {finding.mend}" if finding.mend else ""))
    return int(any(finding.mend and finding.needed for finding in findings))


def on_the_machine() -> Iterator[Finding]:
    yield Finding("Python", f"{sys.version.split()[0]} in {sys.prefix}")
    try:
        yield Finding("PostgreSQL programs", str(find_binaries(settings.named_binaries())))
    except EmbeddedError as problem:
        yield Finding("PostgreSQL programs", "none", str(problem), needed=not place.is_external())
    pango = machine.has_pango()
    yield Finding("pango (PDF)", "found" if pango else "not found", "" if pango else machine.line(machine.PANGO))
    fonts = importlib.util.find_spec("pylopdf_fonts_zh_cn") is not None
    yield Finding("Chinese fonts", "found" if fonts else "not found", "" if fonts else "remove .venv and start again")
    browser = machine.chromium()
    yield Finding(
        "Chromium (tests)", browser or "not found", "" if browser else machine.line(machine.CHROMIUM), needed=False
    )
    node = shutil.which("node")
    yield Finding(
        "Node (one test of the login)",
        node or "not found",
        "" if node else machine.line(("nodejs", "npm")),
        needed=False,
    )
    free = shutil.disk_usage(settings.TREE).free
    yield Finding("Disk", f"{free // 1024**2} MiB free", "" if free > ENOUGH_DISK else "make room: 2 GiB at least")
    keys = settings.keys()
    yield Finding("Key file", str(keys) if keys.exists() else "none yet", "", needed=False)


def in_the_database() -> list[Finding]:
    """Looks at a server that runs; does not create anything."""
    if not place.is_external() and not place.private_server().data.exists():
        return [Finding("Database", "none yet", "./pension demo, or ./pension init --mode …", needed=False)]
    try:
        with place.server():
            return asyncio.run(_look())
    except (EmbeddedError, OSError, asyncpg.PostgresError) as problem:
        return [Finding("Database", "does not answer", str(problem))]


async def _look() -> list[Finding]:
    if await place.stored_mode() is None:
        return [Finding("Database", "answers, but is empty", "./pension init --mode …")]
    await engine.open_pool()
    try:
        found = [
            Finding("Database", f"{await engine.fetchval('show server_version')}, mode {await installation.mode()}")
        ]
        missing = await pending()
        found.append(Finding("Migrations", f"{len(missing)} to run", "./pension migrate" if missing else ""))
        if not missing:
            found.append(await _calendar())
        return found
    finally:
        await engine.close_pool()


async def _calendar() -> Finding:
    """Due dates of January are counted in December: the next year's notice must be in by then (R-010)."""
    now: datetime = await clock.now()
    years = [row["year"] for row in await engine.fetch("select year from calendar_year order by year")]
    missing = [str(year) for year in (now.year, now.year + 1) if year not in years]
    state = f"{years[0]}–{years[-1]}" if years else "no year loaded"
    mend = f"when the notice for {', '.join(missing)} is out: ./pension calendar import FILE" if missing else ""
    return Finding("Working-day calendar", state, mend, needed=False)
