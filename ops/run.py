"""`pension run`: the batches from the command line. Reviewing and approving is done on the site, by two other people."""

import argparse
from collections.abc import Awaitable, Callable

from db.queries import access as access_query
from db.queries import clock
from db.queries import runs as queries
from db.queries.runs import RunRow
from domain.actor import Actor, ActorKind, Channel, Post, Scope
from domain.errors import NotFound
from domain.money import show as yuan
from domain.runs import KINDS, run
from ops import place

LISTED = 30
ASIDE_SHOWN = 20


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("run", help="batches: interest settlement and the like").add_subparsers(required=True)
    _command(group, "list", "the newest batches", list_runs)
    for name, text, command in (
        ("prepare", "a new batch; the worker makes its dry run", prepare),
        ("try", "a new batch with its dry run, now, and what it found", try_out),
    ):
        new = _command(group, name, text, command)
        new.add_argument("kind", choices=list(KINDS))
        new.add_argument("period", help="2025, or 202601")
        new.add_argument("--by", required=True, metavar="LOGIN", help="in whose name; two others review and approve it")
    _command(group, "show", "how far one is, and what it found", show).add_argument("run_id", type=int)
    _command(group, "work", "do what waits for the worker, here and now", work)


def _command(
    group: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_text: str,
    work: Callable[[argparse.Namespace], Awaitable[None]],
) -> argparse.ArgumentParser:
    parser = group.add_parser(name, help=help_text)
    parser.add_argument("--county", required=True, type=int, help="the agency's code, 6 digits")
    parser.set_defaults(run=lambda asked: place.run_with_database(lambda: work(asked)))
    return parser


async def list_runs(asked: argparse.Namespace) -> None:
    for row in await queries.runs(asked.county, limit=LISTED):
        print(_line(row))


def _line(row: RunRow) -> str:
    again = f" round {row.round}" if row.round > 1 else ""
    return f"{row.id}  {KINDS[row.kind].title} {row.period}{again}  {row.state}  {row.prepared_by_name}  {row.trouble}".rstrip()


async def _prepared(asked: argparse.Namespace) -> int:
    at = await clock.now()
    run_id = await run.prepare(KINDS[asked.kind], asked.county, asked.period, await _maker(asked), at)
    print(f"batch {run_id}")
    return run_id


async def _maker(asked: argparse.Namespace) -> Actor:
    today = (await clock.now()).date()
    found = [
        u for u in await access_query.staff(asked.county, f"{asked.county:06d}", today) if u.login_name == asked.by
    ]
    if not found or found[0].frozen_at:
        raise NotFound(f"there is no user {asked.by} in {asked.county} who may work")
    return Actor(
        kind=ActorKind.STAFF, id=found[0].id, name=found[0].name, scope=Scope(asked.county, found[0].region_code),
        channel=Channel.COUNTY_COUNTER, organisation=found[0].organisation, posts=frozenset(Post(p) for p in found[0].posts),
    )  # fmt: skip


async def prepare(asked: argparse.Namespace) -> None:
    await _prepared(asked)


async def try_out(asked: argparse.Namespace) -> None:
    asked.run_id = await _prepared(asked)
    await work(asked)
    await show(asked)


async def work(asked: argparse.Namespace) -> None:
    steps = 0
    while await run.advance(KINDS, asked.county, await clock.now()):
        steps += 1
    print(f"{steps} steps")


async def show(asked: argparse.Namespace) -> None:
    row = await queries.run(asked.county, asked.run_id)
    if row is None:
        raise NotFound(f"there is no batch {asked.run_id} in {asked.county}")
    chunks = await queries.chunks(asked.county, row.id)
    print(_line(row))
    for chunk in chunks:
        print(f"  {chunk.state:8} {chunk.rows_done:8} rows {yuan(chunk.amount_fen):>16} 元  {chunk.title}")
    counts, aside = await queries.aside(
        asked.county, row.id, trial=row.state not in ("approved", "done"), limit=ASIDE_SHOWN
    )
    for bucket, count in counts.items():
        print(f"  {count} aside: {KINDS[row.kind].buckets[bucket]}")
        for one in aside:
            if one.bucket == bucket:
                print(f"    account {one.account_id} {one.region_code}")
