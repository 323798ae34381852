"""参保证明, 缴费证明 and 缴费凭单 get a number and a check code when they are handed out (P-15; R-103, R-201)."""

import secrets
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from db.engine import transaction
from db.stores import account_papers, audit
from domain.actor import Actor


class PaperKind(StrEnum):
    """The value is what account_statement stores."""

    PARTICIPATION = "participation"
    CERTIFICATE = "certificate"
    PAYMENT_SLIP = "payment_slip"


# What people call everything account_statement holds; the first is handed out by domain/statements.py.
TITLES = {"statement": "对账单", "participation": "参保证明", "certificate": "缴费证明", "payment_slip": "缴费凭单"}
PREFIXES = {PaperKind.PARTICIPATION: "CB", PaperKind.CERTIFICATE: "JF", PaperKind.PAYMENT_SLIP: "PD"}


class Issued(Struct, frozen=True):
    number: str
    verify_token: str


async def issue(
    kind: PaperKind, account_id: int, total_fen: int, by: Actor, at: datetime, *, year: int | None = None
) -> Issued:
    """A new one each time: what was printed before stays genuine. Who fetched it stays in the log."""
    county_code = by.scope.county_code
    token = f"{county_code:06d}-{secrets.token_urlsafe(12)}"
    async with transaction():
        number = await account_papers.issue(
            county_code, account_id, kind, PREFIXES[kind], year, token, total_fen, at.date(), at, by.name
        )
        await audit.write(county_code, at, by.kind, by.id, by.name, f"{kind}.issued", "account", f"{account_id}",
                          detail=number)  # fmt: skip
    return Issued(number, token)
