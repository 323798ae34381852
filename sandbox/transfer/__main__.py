"""`python -m sandbox.transfer --folder DIR [--fault half_file] [--every 5]`."""

import sys
from argparse import Namespace

from sandbox.counterpart import command
from sandbox.transfer.platform import Platform


def look(options: Namespace, on: str) -> None:
    Platform(options.folder, options.county, options.seed, options.fault).look(on)


if __name__ == "__main__":
    sys.exit(command.run(command.parser("transfer"), look))
