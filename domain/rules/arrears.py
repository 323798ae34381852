"""补发和扣发 (规程第二十五条、第三十三条; R-228, R-240, R-263, R-264, R-301, R-307): what should have been paid for each month
less what was."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from domain.money import Fen


class Standard(Struct, frozen=True):
    """A month's pension from `first` on, until the next standard. 分."""

    first: int
    fen: Fen


def due(standards: Sequence[Standard], months: Iterable[int], stopped: Iterable[int] = ()) -> dict[int, Fen]:
    """What is owed for each of `months`: the standard in force in that month, general increases included (R-301); nothing for
    the stopped ones. ValueError for a month before the first standard."""
    waits = set(stopped)
    ordered = sorted(standards, key=lambda standard: standard.first)
    found: dict[int, Fen] = {}
    for month in months:
        valid = [standard.fen for standard in ordered if standard.first <= month]
        if not valid:
            raise ValueError(f"there is no standard for {month}")
        found[month] = Fen(0) if month in waits else valid[-1]
    return found


def differences(owed: Mapping[int, int], paid: Mapping[int, int]) -> dict[int, Fen]:
    """Month by month, oldest first; positive: 补发, negative: 扣发. Months that agree are not named."""
    found = {month: Fen(owed.get(month, 0) - paid.get(month, 0)) for month in sorted({*owed, *paid})}
    return {month: fen for month, fen in found.items() if fen}


class Net(Struct, frozen=True):
    """`pays`: what goes to the bank, never below 0; `carried`: what is still to be deducted later (R-264)."""

    pays: Fen
    carried: Fen


def net(month_fen: int, differences: Iterable[int], carried: int = 0) -> Net:
    """A month's pension with its arrears and deductions. `carried`: what earlier months left to deduct."""
    total = month_fen + sum(differences) - carried
    return Net(Fen(max(total, 0)), Fen(max(-total, 0)))
