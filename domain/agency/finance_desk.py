"""财政到款通知: slips of the finance bureau become receipts (R-411…R-420, R-471).

A slip that names a list of ours which waits for money pays that list; every other slip stands in suspense, with its purse and
number written beside it, until the collection post credits it. A slip is registered once, whether a clerk typed it or a file
brought it.
"""

from collections.abc import Sequence
from datetime import datetime

from db.engine import transaction
from db.queries import exchange_board as queries
from domain import finance as desk
from domain.agency import numbered_files, worker
from domain.agency.numbered_files import Kept, Partner, Taken
from domain.errors import Refused
from domain.exchange import finance, lines
from domain.exchange.envelope import Message
from domain.exchange.finance import FINANCE, Arrival, Source
from domain.finance import Slip
from domain.money import show

ACCOUNT = "fiscal_account"  # where the finance bureau pays in (规程第四十八条)
PURSES = {
    Source.PROVINCE: "省级补贴", Source.CITY: "市级补贴", Source.COUNTY: "县级补贴", Source.GOVERNMENT_PAID: "政府代缴",
    Source.LAND_LOSS: "被征地补贴", Source.BASIC_PENSION: "基础养老金",
}  # fmt: skip


async def receive(county_code: int, data: bytes, file_name: str, at: datetime) -> Taken:
    """Takes one file of the finance bureau and queues the answer."""
    return await numbered_files.receive(PARTNER, county_code, data, file_name, at)


async def _take(county_code: int, message: Message, file_name: str, at: datetime) -> Kept:  # noqa: ARG001 - as every desk
    rows = [row for row in message.rows if isinstance(row, Arrival)]
    there = await queries.slips(county_code, [row.bank for row in rows], [row.slip_no for row in rows])
    _check(rows, there, at)
    notes = []
    held = False
    for line, row in enumerate(rows, start=2):
        if (row.bank, row.slip_no) in there:
            notes.append(f"第{line}行{row.slip_no}以前登记过，没有再登记")
        elif refused := await _register(county_code, row, at):
            held = True
            notes.append(f"第{line}行{row.slip_no}没有对上测算表{row.request_no}，先记入暂收款：{refused}")
    return Kept(state="held" if held else "processed", reason="；".join(notes)[:1000])


def _check(rows: Sequence[Arrival], there: dict[tuple[str, str], queries.SlipRow], at: datetime) -> None:
    problems, first = [], dict[tuple[str, str], int]()
    for line, row in enumerate(rows, start=2):
        key = (row.bank, row.slip_no)
        if first.setdefault(key, line) != line:
            problems.append(lines.problem(line, f"的进账单号与第{first[key]}行重复，同一张单据只能登记一次。"))
        if row.received_on > at.date():
            problems.append(lines.problem(line, "的到账日期晚于今天。"))
        if (known := there.get(key)) and (known.amount_fen, known.received_on) != (row.amount_fen, row.received_on):
            known_as = f"{known.received_on:%Y-%m-%d}，{show(known.amount_fen)}元"
            problems.append(lines.problem(line, f"的进账单已经登记过（{known_as}），日期或金额不同，不能重复登记。"))
    lines.refuse(problems)


async def _register(county_code: int, row: Arrival, at: datetime) -> str:
    """Registers one slip; why it did not fit the list it names, empty when it did or names none of ours."""
    slip = Slip(
        account=ACCOUNT, bank=row.bank, slip_no=row.slip_no, received_on=row.received_on, amount_fen=row.amount_fen, people=0,
        payer="财政部门", purpose=" ".join(filter(None, (PURSES[row.source], row.request_no, row.note)))[:200],
    )  # fmt: skip
    by = worker(county_code)
    document = await queries.waiting_list(county_code, row.request_no) if row.request_no else None
    refused = ""
    if document is not None:
        try:
            async with transaction():
                await desk.register_receipt(county_code, slip, document, by, at)
                return ""
        except Refused as why:
            refused = "；".join(problem.message for problem in why.problems)
    await desk.register_receipt(county_code, slip, None, by, at)
    return refused


PARTNER = Partner(FINANCE, finance.encode, finance.decode, _take)
