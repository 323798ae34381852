"""Proof that accounts, documents and vouchers agree, in one snapshot of one county (R-185, R-464, R-472)."""

from msgspec import Struct

from db.engine import transaction
from db.queries import verify
from domain.ledger import Kind

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
    return Report(county_code, accounts, entries, vouchers, tuple(checks))
