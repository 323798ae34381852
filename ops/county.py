"""`pension county add`: the agency a production database serves, with the place at the top of its regions."""

import argparse

from db import engine
from db.queries import access as access_query
from db.queries import clock
from db.stores import audit, reference
from db.stores.reference import RegionWrite
from domain.agency import require_document, worker
from domain.local import PROFILES
from domain.regions import Level, is_code
from ops import place


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    county = commands.add_parser("county", help="the agencies of this database").add_subparsers(required=True)
    county.add_parser("list").set_defaults(run=lambda _: place.run_with_database(list_counties))
    new = county.add_parser("add", help="set up an agency; townships and villages come by `regions import`")
    new.add_argument("--county", required=True, type=int, help="its code, 6 digits; it never changes")
    new.add_argument("--name", required=True)
    new.add_argument("--document", required=True, help="the paper that names the place, with its number")
    new.add_argument("--agency", required=True, help="the agency's full name, as it stands on notices")
    new.add_argument("--phone", default="")
    new.add_argument("--address", default="")
    new.add_argument("--profile", required=True, choices=[profile.code for profile in PROFILES])
    new.set_defaults(run=lambda asked: place.run_with_database(lambda: add_county(asked)))


async def add_county(asked: argparse.Namespace) -> int:
    code, document, at = f"{asked.county:06d}", require_document(asked.document), await clock.now()
    if not is_code(code) or len(code) != Level.COUNTY:
        raise ValueError(f"{code} is not a county's code: 6 digits")
    by = worker(asked.county)
    async with engine.transaction():
        if not await reference.add_county(
            asked.county, asked.name, agency_name=asked.agency, agency_phone=asked.phone,
            agency_address=asked.address, profile=asked.profile,
        ):  # fmt: skip
            raise ValueError(f"{code} is set up already")
        root = RegionWrite(code, asked.name, asked.name)
        await reference.write_regions(asked.county, [root], on=at.date(), document=document, at=at, by=by.name)
        await audit.write(asked.county, at, by.kind, by.id, by.name, "county.added", "county", code, document)
    print(f"{code} {asked.name}: set up with profile {asked.profile}")
    return 0


async def list_counties() -> None:
    for county in await access_query.counties():
        print(f"{county.county_code:06d} {county.name}")
