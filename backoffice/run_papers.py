"""The sheets of batches as PDFs: a batch's kind to its document and who makes it."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from db.queries.runs import RunRow
from domain.money import percent
from web.documents import pdf
from web.documents.fund_contents import InterestSheet, TownshipInterest
from web.documents.paper import Paper


class Sums(Struct, frozen=True, kw_only=True):
    """What a run wrote: `titles` of the sources that occur; `rows`: (township, people, 分 in the order of the titles)."""

    titles: list[str]
    rows: Sequence[tuple[str, int, list[int]]]

    @property
    def totals(self) -> list[int]:
        return [sum(amounts[place] for _, _, amounts in self.rows) for place in range(len(self.titles))]


def _interest_sheet(run: RunRow, sums: Sums, agency: str, at: datetime) -> Paper:
    settings = msgspec.json.decode(run.settings)
    assert run.approved_at is not None
    return InterestSheet(
        agency=agency, printed_at=at, number=f"{run.period}-{run.round}", year=int(run.period),
        rate=percent(settings["rate"]), rate_document=settings["document"], posted_on=run.approved_at.date(),
        funds=tuple(sums.titles), maker=run.prepared_by_name, reviewer=run.reviewed_by_name, approver=run.approved_by_name,
        lines=tuple(
            TownshipInterest(region_name=name, accounts=people, amounts_fen=tuple(amounts)) for name, people, amounts in sums.rows
        ),
    )  # fmt: skip


MAKERS: dict[str, tuple[str, Callable[[RunRow, Sums, str, datetime], Paper]]] = {
    "interest_settlement": ("interest_sheet", _interest_sheet),
}


async def printed(run: RunRow, sums: Sums, agency: str, at: datetime) -> bytes:
    """Of a kind in MAKERS."""
    document, make = MAKERS[run.kind]
    return await pdf.render(document, make(run, sums, agency, at))
