"""`pension ledger verify`: do accounts, documents and vouchers agree?"""

import argparse
import time

from db.queries import access as access_query
from domain import verify
from ops import place


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ledger = commands.add_parser("ledger", help="the books of accounts and fund").add_subparsers(required=True)
    check = ledger.add_parser(
        "verify", help="prove that accounts, documents and vouchers agree; exit status 1 when not"
    )
    check.add_argument("--county", type=int, help="only this one")
    check.set_defaults(run=lambda asked: place.run_with_database(lambda: run(asked.county)))


async def run(only: int | None) -> int:
    counties = [only] if only else [county.county_code for county in await access_query.counties()]
    clean = True
    for county_code in counties:
        began = time.monotonic()
        report = await verify.county(county_code)
        clean = clean and report.clean
        print(
            f"{county_code}: {report.accounts} accounts, {report.entries} entries, {report.vouchers} vouchers,"
            f" {time.monotonic() - began:.1f} s"
        )
        for check in report.checks:
            print(
                f"  {'ok    ' if not check.count else 'BROKEN'}  {check.title}{f' ({check.count})' if check.count else ''}"
            )
            for what, how in check.findings:
                print(f"            {what}: {how}")
    return 0 if clean else 1
