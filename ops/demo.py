"""`pension demo`: the whole system with a fictional county, on this machine alone."""

import argparse
import asyncio
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import asyncpg

from db.embedded import EmbeddedPostgres, home_of
from db.queries import clock
from ops import demo_seed, machine, place, processes, settings

FILLING = settings.VAR / "demo.filling"  # there while the demo county is half full: then the next start begins anew


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="start everything with a fictional county; Ctrl-C stops it")
    demo.add_argument("--fresh", action="store_true", help="throw the demo's data away and begin anew")
    demo.set_defaults(run=main)


def main(asked: argparse.Namespace) -> int:
    processes.stop_on_signals()
    group = processes.Group()
    try:
        with _only_one():
            if asked.fresh or FILLING.exists():
                throw_away()
            with place.server() as database:
                return _run(group, database)
    except processes.Stopped:
        print("\nstopped", flush=True)
        return 0


def _run(group: processes.Group, database: EmbeddedPostgres | None) -> int:
    try:
        prepare()
        for command in (processes.sandbox_identity(), processes.site("portal"), processes.site("backoffice")):
            group.start(command)
        for command in (processes.WORKER, *processes.simulators()):
            group.start(command)
        print(greeting(), flush=True)
        group.wait(database)
    finally:
        processes.ignore_signals()
        group.stop()
    return 0


def prepare() -> None:
    """The database up to date and, when it is new, with keys and the demo county."""
    if not machine.has_pango() and not (machine.install(machine.PANGO) and machine.has_pango()):
        print(f"PDF documents will be missing until pango is there:\n  {machine.line(machine.PANGO)}", file=sys.stderr)
    new = asyncio.run(place.create("demo"))
    if new:
        FILLING.touch()
        place.make_keys()
        print("Filling the demo county …", flush=True)
        place.run_with_database(_seed)
        FILLING.unlink()
    settings.fill_environment("demo")


async def _seed() -> None:
    await demo_seed.seed(datetime.now(clock.CHINA))


def greeting() -> str:
    lines = [
        "",
        f"  portal        {os.environ['PENSION_PORTAL_URL']}",
        f"  back office   {os.environ['PENSION_BACKOFFICE_URL']}",
        f"  identity      {os.environ['OIDC_ISSUER']}  (sandbox)",
        f"  exchange      {settings.exchange()}  (simulated tax bureau, bank and finance bureau)",
        f"  logs          {settings.LOGS}",
        "",
        demo_seed.people(),
        "",
        "Ctrl-C stops everything; the data stays for the next ./pension demo.",
    ]
    return "\n".join(lines)


def throw_away() -> None:
    """Remove data, files and keys, of a demo only. Raises ValueError for a database of another mode."""
    if place.is_external():
        asyncio.run(_empty_external())
    elif (home := home_of(settings.TREE)).exists():
        with place.server():
            _require_demo(asyncio.run(place.stored_mode()))
        place.private_server().stop()
        shutil.rmtree(home)
    shutil.rmtree(settings.VAR / "files", ignore_errors=True)
    shutil.rmtree(settings.VAR / "exchange", ignore_errors=True)
    (settings.VAR / "keys.json").unlink(missing_ok=True)
    FILLING.unlink(missing_ok=True)


async def _empty_external() -> None:
    _require_demo(await place.stored_mode())
    owner = await asyncpg.connect(os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"]))
    try:
        await owner.execute("drop schema public cascade; create schema public")
    finally:
        await owner.close()


def _require_demo(mode: str | None) -> None:
    if mode not in ("demo", None):
        raise ValueError(f"--fresh would throw away a database of mode {mode}: refused")


@contextmanager
def _only_one() -> Iterator[None]:
    """Raises RuntimeError while another demo of this tree runs."""
    settings.VAR.mkdir(exist_ok=True)
    with (settings.VAR / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError("the demo of this tree is running already") from None
        yield
