"""`pension`: the list of its commands, and what the person reads when one of them cannot do its work."""

import argparse
import sys
from collections.abc import Sequence

import asyncpg

from db.embedded import EmbeddedError
from domain.errors import NotFound, Refused
from ops import (
    audit,
    county,
    database,
    demo,
    demo_seed,
    doctor,
    imports,
    keys,
    ledger,
    place,
    rules,
    run,
    serve,
    sources,
    testing,
    users,
)

GROUPS = (demo, demo_seed, testing, serve, database, county, users, imports, sources, run, audit, ledger, keys, doctor)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="pension", description="城乡居民基本养老保险")
    commands = top.add_subparsers(required=True, metavar="command")
    for group in GROUPS:
        group.add(commands)
    listed = commands.add_parser("rules", help="rule → code → tests, and what is not covered yet", add_help=False)
    listed.set_defaults(run=lambda asked: rules.main(asked.rest), takes_rest=True)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    top = parser()
    asked, rest = top.parse_known_args(arguments)
    if getattr(asked, "takes_rest", False):
        asked.rest = rest
    elif rest:
        top.error(f"unknown: {' '.join(rest)}")
    try:
        status: int | None = asked.run(asked)
    except (EmbeddedError, place.NotReady, Refused, NotFound, RuntimeError, ValueError, FileNotFoundError) as problem:
        print(f"pension: {problem}", file=sys.stderr)
        return 1
    except (asyncpg.PostgresError, ConnectionError) as problem:
        print(f"pension: the database refused: {problem}", file=sys.stderr)
        return 1
    return status or 0


if __name__ == "__main__":
    sys.exit(main())
