"""缴费补贴 (湖南省经办工作流程十九; R-411…R-420): the month's estimate, and the money that came for it."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from domain import months
from domain.money import Fen, split
from domain.rules.contribution import Entitlement


class Claim(Struct, frozen=True):
    """One payment of the month and what government owes for it. `period`: the month, 202611."""

    period: int
    tier: str
    personal: Fen
    owed: Entitlement


class TierLine(Struct, frozen=True):
    """A line of 《缴费补贴测算表》: 缴费人次 and the sums of a tier (湖南省经办工作流程十九 附件2)."""

    tier: str
    times: int
    personal: Fen
    province: Fen
    city: Fen
    county: Fen
    government_paid: Fen

    @property
    def subsidy(self) -> Fen:
        """合计 of what is asked for."""
        return Fen(self.province + self.city + self.county + self.government_paid)


def estimate(claims: Iterable[Claim]) -> list[TierLine]:
    """A month's claims by tier, in the order in which the tiers first come (R-411)."""
    by_tier: dict[str, list[Claim]] = {}
    for claim in claims:
        by_tier.setdefault(claim.tier, []).append(claim)
    return [_line(tier, of_tier) for tier, of_tier in by_tier.items()]


def _line(tier: str, claims: list[Claim]) -> TierLine:
    return TierLine(
        tier, len(claims), Fen(sum(c.personal for c in claims)), Fen(sum(c.owed.province for c in claims)),
        Fen(sum(c.owed.city for c in claims)), Fen(sum(c.owed.county for c in claims)),
        Fen(sum(c.owed.government_paid for c in claims)),
    )  # fmt: skip


def is_over(period: int, on: date) -> bool:
    """An estimate is made, and "0" registered for a month without arrival, in the month after at the earliest (R-412, R-415)."""
    return period < months.month_of(on)


def offset(owed: Sequence[int]) -> list[Fen]:
    """What one level owes one account for one year, oldest claim first: a claim taken back before its money came cancels as
    much of the open ones, without any money (R-166). What cancels adds up to 0."""
    open_, back = sum(fen for fen in owed if fen > 0), -sum(fen for fen in owed if fen < 0)
    left = {1: min(open_, back), -1: min(open_, back)}
    parts = []
    for fen in owed:
        sign = 1 if fen > 0 else -1
        part = min(abs(fen), left[sign])
        left[sign] -= part
        parts.append(Fen(sign * part))
    return parts


def distribute(arrived: int, owed: Sequence[tuple[int, int]]) -> list[Fen]:
    """Money of one level of government to (period, fen) still owed by it, in their order (R-414, R-420).

    The oldest month first; the month it does not cover gets it pro rata, by largest remainder. Claims taken back (negative)
    are settled in full, whatever came: government pays the difference. They were credited once: see `offset`. ValueError for
    more than is owed.
    """
    if not 0 <= arrived <= sum(fen for _, fen in owed):
        raise ValueError("more arrived than is owed, or less than nothing")
    parts = [Fen(min(fen, 0)) for _, fen in owed]
    left = arrived - sum(parts)
    for period in sorted({period for period, _ in owed}):
        places = [n for n, (each, fen) in enumerate(owed) if each == period and fen > 0]
        amounts = [owed[n][1] for n in places]
        given = min(left, sum(amounts))
        if given:
            for n, part in zip(places, split(given, amounts), strict=True):
                parts[n] = part
        left -= given
    return parts
