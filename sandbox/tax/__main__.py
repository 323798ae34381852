"""`python -m sandbox.tax --folder DIR [--fault half_file] [--every 5]`."""

import sys
from argparse import Namespace

from sandbox.counterpart import command
from sandbox.tax.bureau import Bureau


def look(options: Namespace, on: str) -> None:
    Bureau(options.folder, options.county, options.seed, options.fault).look(on)


if __name__ == "__main__":
    sys.exit(command.run(command.parser("tax"), look))
