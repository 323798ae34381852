"""`pension keys rotate`: new values are sealed with a new key; `reseal` then does the same with what is there already."""

import argparse
import asyncio
import os

from db import crypto, engine, reseal
from ops import place, settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keys = commands.add_parser("keys", help="the key file").add_subparsers(required=True)
    keys.add_parser("rotate", help="add a key that seals from now on").set_defaults(run=rotate)
    keys.add_parser("reseal", help="seal the database anew with the newest key").set_defaults(run=run_reseal)


def rotate(_asked: argparse.Namespace) -> int:
    path = settings.keys()
    ring = crypto.rotate(crypto.read_keys(path))
    crypto.write_keys(path, ring)
    print(f"{ring.current} seals from the next start of each process on; {len(ring.keys) - 1} older ones still open.")
    print(f"Restart portal, back office and worker, and back up {path}.")
    return 0


def run_reseal(_asked: argparse.Namespace) -> int:
    """As the owner: most of it is append-only for the sites. Files keep their key, so the old one is still needed."""

    async def whole() -> None:
        crypto.load_keys(settings.keys())
        await engine.open_pool(os.environ["DATABASE_OWNER_URL"])
        try:
            async for sealed, count in reseal.reseal():
                print(f"{count:>9}  {sealed.table}.{sealed.column}", flush=True)
        finally:
            await engine.close_pool()

    with place.server():
        asyncio.run(whole())
    return 0
