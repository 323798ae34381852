"""`python -m sandbox.bank --folder DIR [--code NH] [--fault returned_line] [--every 5]`."""

import sys
from argparse import Namespace

from sandbox.bank.branch import Branch
from sandbox.counterpart import command


def look(options: Namespace, on: str) -> None:
    Branch(options.folder, options.code, options.county, options.seed, options.fault).look(on)


if __name__ == "__main__":
    asked = command.parser("bank")
    asked.add_argument("--code", default="NH", help="the bank's code of capitals; its folder is bank/CODE")
    sys.exit(command.run(asked, look))
