"""《联系函》 and 《信息表》 of a linkage as they are printed (R-403)."""

from collections.abc import Sequence
from datetime import date, datetime

from db.queries.linkage import LinkageRow
from db.queries.transfers import Line
from domain import months
from domain.rules.linkage import in_words
from web.documents.linkage_contents import LinkageLetter, LinkageSheet
from web.documents.transfer_contents import TransferYear
from web.transfer_papers import ITEMS

TITLES = {"linkage_letter": "联系函", "linkage_sheet": "信息表"}


def letter(
    row: LinkageRow, id_number: str, account: tuple[str, str, str], agency: str, handler: str, phone: str, at: datetime
) -> LinkageLetter:
    payee, bank, bank_account = account
    return LinkageLetter(
        agency=agency, printed_at=at, number=row.number, addressee=row.agency, name=row.name, id_number=id_number,
        employee=in_words(row.employee_months), here=f"{row.years_here}年", sent_on=row.asked_on, payee=payee,
        bank=bank, bank_account=bank_account, handler=handler, phone=phone,
    )  # fmt: skip


def sheet(
    row: LinkageRow, id_number: str, enrolled_on: date, lines: Sequence[Line], agency: str, handler: str, at: datetime
) -> LinkageSheet:
    return LinkageSheet(
        agency=agency, printed_at=at, number=row.number, addressee=row.agency, name=row.name, id_number=id_number,
        enrolled_on=enrolled_on, years=row.years_here, left_on=row.asked_on, settled_to=months.in_words(months.month_of(row.asked_on)),
        handler=handler, lines=tuple(
            TransferYear(year=line.year, item=ITEMS[line.kind], counted="", total_fen=line.total_fen,
                         **{f"{fund}_fen": fen for fund, fen in line.amounts.items()})
            for line in lines
        ),
    )  # fmt: skip
