"""`python -m sandbox.finance --folder DIR [--part 60] [--fault late_file] [--every 5]`."""

import sys
from argparse import Namespace

from sandbox.counterpart import command
from sandbox.finance.bureau import Bureau


def look(options: Namespace, on: str) -> None:
    Bureau(options.folder, options.county, options.seed, options.fault, options.part).look(on)


if __name__ == "__main__":
    asked = command.parser("finance")
    asked.add_argument("--part", type=int, default=100, help="percent of each purse that is paid at once")
    sys.exit(command.run(asked, look))
