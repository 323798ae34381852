"""Proof that accounts, documents and vouchers agree, in one snapshot of one county (R-185, R-464, R-472)."""

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
        checks.append(await _determinations(county_code))
    return Report(county_code, accounts, entries, vouchers, tuple(checks))


async def _determinations(county_code: int) -> Check:
    """What was determined, once more from the facts that were kept with it and the parameters that were known then (R-237)."""
    rows = [Row(**msgspec.structs.asdict(row)) for row in await reference.parameter_versions(county_code)]
    cases = await determinations.cases(county_code)
    known = {case.known: Parameters(row for row in rows if row.id <= case.known) for case in cases}
    valid = {(case.known, case.from_month): _standards(known[case.known], case.from_month) for case in cases}
    reckoned = [(case, _amounts(case, valid[case.known, case.from_month])) for case in cases]
    count, findings = await determinations.differing(county_code, reckoned)
    return Check("determinations are what the rules give", count, tuple(findings))


def _standards(parameters: Parameters, month: int) -> Standards:
    """Nothing where no basic pension was known: everybody of that month is a finding."""
    try:
        return standards(parameters, months.first_day(month))
    except Missing:
        return Standards(basic=())


def _amounts(case: Case, valid: Standards) -> dict[str, int]:
    """Without the account's part."""
    return {column_of(item): item.fen for item in pension({}, case.years, case.age, valid).items}
