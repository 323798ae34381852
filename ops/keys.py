"""`pension keys rotate`: new values are sealed with a new key; what is sealed already stays readable."""

import argparse

from db import crypto
from ops import settings


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keys = commands.add_parser("keys", help="the key file").add_subparsers(required=True)
    keys.add_parser("rotate", help="add a key that seals from now on").set_defaults(run=rotate)


def rotate(_asked: argparse.Namespace) -> int:
    path = settings.keys()
    ring = crypto.rotate(crypto.read_keys(path))
    crypto.write_keys(path, ring)
    print(f"{ring.current} seals from the next start of each process on; {len(ring.keys) - 1} older ones still open.")
    print(f"Restart portal, back office and worker, and back up {path}.")
    return 0
