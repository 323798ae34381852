"""What the page of an account shows: to the resident and to staff the same (R-197)."""

from typing import Any

from db.queries import accounts
from db.queries.accounts import Account

BAR_HEIGHT = 120  # of the tallest year in the chart
BARS = 15


async def account_contents(county_code: int, account: Account) -> dict[str, Any]:
    """For account/_account.html: the sum by source, the years, the newest first, and their chart."""
    years = await accounts.years(county_code, account.id)
    return {
        "account": account, "funds": await accounts.balances(county_code, account.person_id), "years": years[::-1],
        "bars": _bars([(line.year, line.closing_fen) for line in years]),
    }  # fmt: skip


def _bars(closing: list[tuple[int, int]]) -> list[dict[str, int]]:
    """Heights of the chart in whole units; the table beside it has the amounts."""
    top = max((fen for _, fen in closing), default=0)
    return [{"year": year, "height": fen * BAR_HEIGHT // top} for year, fen in closing[-BARS:]] if top else []
