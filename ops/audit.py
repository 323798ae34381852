"""`pension audit verify`: does every sealed entry still say what it said?"""

import argparse

from db.queries import access as access_query
from domain.agency import audit_chain
from ops import place


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    audit = commands.add_parser("audit", help="the audit log").add_subparsers(required=True)
    verify = audit.add_parser("verify", help="check the chain of seals of each county; exit status 1 when it is broken")
    verify.add_argument("--county", type=int, help="only this one")
    verify.set_defaults(run=lambda asked: place.run_with_database(lambda: run(asked.county)))


async def run(only: int | None) -> int:
    counties = [only] if only else [county.county_code for county in await access_query.counties()]
    reports = [await audit_chain.verify(county) for county in counties]
    for report in reports:
        print(
            f"{report.county_code}: {report.sealed} sealed, {report.unsealed.count} not sealed yet, end {report.digest}"
        )
        if report.first_bad is not None:
            bad = report.first_bad
            entry = "" if bad.entry_id is None else f", entry {bad.entry_id}"
            print(
                f"  BROKEN in {report.bad} places, first at position {bad.position}{entry}: {audit_chain.FAULT_TITLES[bad.fault]}"
            )
    return int(any(not report.intact for report in reports))
