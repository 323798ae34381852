"""Proof that accounts, documents and vouchers agree, in one snapshot of one county (R-185, R-464, R-472)."""

from functools import cache

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import determinations, reference, verify
from db.queries.determinations import Case
from domain import months
from domain.determination import column_of
from domain.ledger import Kind
from domain.parameters import Missing, Parameters, Row
from domain.rules.pension import Standards, pension, standards

# Kinds of entry by which subsidies reach or leave an account: crediting itself, and what takes it back.
SUBSIDY_KINDS = (Kind.SUBSIDY, Kind.REVERSAL)


class Check(Struct, frozen=True):
    """`findings`: (object, what is wrong), the first of `count`."""

    title: str
    count: int
    findings: tuple[tuple[str, str], ...]


class Report(Struct, frozen=True):
    county_code: int
    accounts: int
    entries: int
    vouchers: int
    checks: tuple[Check, ...]

    @property
    def clean(self) -> bool:
        return not any(check.count for check in self.checks)

    def text(self) -> str:
        """What broke, a line each; empty when all holds."""
        return "\n".join(f"{check.title}: {what}: {how}" for check in self.checks for what, how in check.findings)


async def county(county_code: int) -> Report:
    """Reads everything of the county once; writes nothing."""
    async with transaction(readonly=True, isolation="repeatable_read"):
        accounts, entries, vouchers = await verify.sizes(county_code)
        checks = []
        for number, (title, _, _) in enumerate(verify.CHECKS):
            count, findings = await verify.broken(county_code, number, SUBSIDY_KINDS)
            checks.append(Check(title, count, tuple(findings)))
        checks.append(await recalculated(county_code))
    return Report(county_code, accounts, entries, vouchers, tuple(checks))


async def recalculated(county_code: int) -> Check:
    """What was determined, once more from the facts that were kept with it and the parameters that were known then (R-237)."""
    rows = [Row(**msgspec.structs.asdict(row)) for row in await reference.parameter_versions(county_code)]
    cases = await determinations.cases(county_code)
    known = {last: Parameters(row for row in rows if row.id <= (last or 0)) for last in {case.known for case in cases}}
    valid = {
        (last, month): _standards(known[last], month)
        for last, month in {(case.known, case.from_month) for case in cases}
    }
    right = cache(_amounts)  # most months have the standards of the month before
    wrong = [
        case
        for case in cases
        if not case.right or case.amounts != right(case.years, case.age, valid[case.known, case.from_month])
    ]
    findings = [(f"{case.first}", f"{case.people} people with {_in_words(case)}") for case in wrong[: verify.AT_MOST]]
    return Check("determinations are what the rules give", sum(case.people for case in wrong), tuple(findings))


def _standards(parameters: Parameters, month: int) -> Standards:
    """Nothing where no basic pension was known: everybody of that month is a finding."""
    try:
        return standards(parameters, months.first_day(month))
    except Missing:
        return Standards(basic=())


def _amounts(years: int, age: int, valid: Standards) -> dict[str, int]:
    """Without the account's part."""
    return {column_of(item): item.fen for item in pension({}, years, age, valid).items}


def _in_words(case: Case) -> str:
    part = "parts beside the account's" if case.right else "account's part"
    return f"{case.years} years at {case.age} from {case.from_month}: {part}"
