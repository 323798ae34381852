"""What banks send: 银行代收, what their counters took, day by day (湖南省经办工作流程十二; R-087…R-090), and their answers about
accounts (bank_answers.py).

The same function takes a file out of the folder and one that a clerk uploads. It becomes a document whose lines are booked
once the money is registered; whom nobody knows waits for a clerk. A serial number, person and year come once.
"""

from collections.abc import Sequence
from datetime import datetime

from db.queries import people as people_query
from db.stores.books import NewDocument
from domain import books, contributions
from domain.agency import bank_answers, numbered_files, worker
from domain.agency.numbered_files import Kept, Partner, Taken
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.exchange import bank, lines
from domain.exchange.bank import Collection
from domain.exchange.envelope import Message


def partner(code: str) -> Partner:
    """`code`: the bank's capitals, as they name its folder."""
    return Partner(code, bank.encode, bank.decode, _take)


async def receive(code: str, county_code: int, data: bytes, file_name: str, at: datetime) -> Taken:
    """Takes one numbered file of this bank and queues the answer."""
    return await numbered_files.receive(partner(code), county_code, data, file_name, at)


async def _take(county_code: int, message: Message, file_name: str, at: datetime) -> Kept:
    if message.header.type in bank_answers.TYPES:
        return await bank_answers.take(county_code, message, at)
    header, rows = message.header, [row for row in message.rows if isinstance(row, Collection)]
    _check_days(message, rows, at)
    if not rows:
        return Kept(reason="这一天没有代收。")
    paid = [
        Paid(line_no=line, name=row.name, id_number=row.id_number, id_index=people_query.id_index_of(row.id_number), year=row.year,
             amount_fen=row.amount_fen, value_on=row.paid_on, external_no=row.serial_no)
        for line, row in enumerate(rows, start=2)
    ]  # fmt: skip
    new = NewDocument(
        kind=DocumentKind.BANK_COLLECTION, business_on=header.business_on, region_code=f"{county_code:06d}",
        partner=header.sender, external_no=f"{header.sequence}", file_name=file_name[:100], file_digest=header.digest,
        declared_count=header.row_count, declared_fen=header.total_fen,
        title=f"银行代收 {header.sender} {header.business_on:%Y-%m-%d}",
    )  # fmt: skip
    by = worker(county_code)
    document = await contributions.take_in(county_code, new, paid, by, at)
    await books.take_over(county_code, document, by, at)
    return Kept(document_id=document)


def _check_days(message: Message, rows: Sequence[Collection], at: datetime) -> None:
    """Interest runs from the day of payment: a day that has not come must not get in."""
    if message.header.business_on > at.date():
        raise lines.refused("future", "第1行的业务日期晚于今天，请改正后整份重发。")
    lines.refuse([
        lines.problem(line, "的交易日期晚于文件的业务日期。请改正后整份重发。")
        for line, row in enumerate(rows, start=2)
        if row.paid_on > message.header.business_on
    ])  # fmt: skip
