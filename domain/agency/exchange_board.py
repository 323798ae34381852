"""对账: what partners sent beside what stands in our books, to the line, and what to do about each difference (R-088, R-089,
R-493, R-495).

The figures of a day come from the headers of files and documents; a day is read line by line only when somebody opens it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct, structs

from db.engine import transaction
from db.queries import exchange_board as queries
from db.queries.exchange_board import Day, FileRow, SlipRow
from db.stores import audit
from db.stores import exchange as store
from domain.actor import Actor, Post
from domain.agency import bank_desk, finance_desk, require_post, tax_exchange
from domain.agency.numbered_files import Taken
from domain.contributions import COLLECTION
from domain.errors import NotFound, Problem, Refused
from domain.exchange import bank, envelope, finance, tax, transfer
from domain.exchange.finance import FINANCE, Arrival
from domain.exchange.tax import TAX
from domain.exchange.transfer import TRANSFER
from domain.finance import REGISTER
from domain.money import show
from domain.transfers import post as transfer_post
from domain.transfers.writing import OFFICERS as TRANSFER_OFFICERS

DAYS = 14  # of one board
LINES = 500  # of one day's differences
PATIENCE = timedelta(days=1)  # until a file of ours counts as unanswered
TITLES = {name: kind.title for formats in (tax, bank, finance, transfer) for name, kind in formats.TYPES.items()}
DESKS = (Post.COUNTY_COLLECTION, Post.COUNTY_AUDITOR)  # who may read a file with residents in it
AGAIN = ("sent", "acknowledged", "refused")  # states from which a file of ours can be sent once more


class Difference(Struct, frozen=True, kw_only=True):
    """`where`: file and line; `name`: whose, empty for a whole file; `url`: where the next step is done, empty when not here."""

    where: str
    what: str
    next_step: str
    url: str = ""
    name: str = ""
    amount_fen: int | None = None


def readers_of(partner: str) -> tuple[Post, ...]:
    """Who may read its files. A notice of money names no residents; cards and pensions are the benefit desk's."""
    more = {TAX: (), FINANCE: REGISTER, TRANSFER: TRANSFER_OFFICERS}.get(partner, (Post.COUNTY_BENEFIT,))
    return (*DESKS, *more)


def workers_of(partner: str) -> tuple[Post, ...]:
    """Who takes in its files by hand, sends them again and clears up differences."""
    if partner == TRANSFER:
        return TRANSFER_OFFICERS
    return COLLECTION if partner in (TAX, FINANCE) else (*COLLECTION, Post.COUNTY_BENEFIT)


def partner_title(partner: str) -> str:
    return {TAX: "税务部门", FINANCE: "财政部门", TRANSFER: "转移系统"}.get(partner, f"银行 {partner}")


async def board(county_code: int, last: date) -> list[Day]:
    """The days up to `last`, newest first. For the finance bureau the slips say what is registered and what is matched."""
    rows = await queries.days(county_code, last - timedelta(days=DAYS - 1), last)
    return [await _with_slips(county_code, row) if row.partner == FINANCE else row for row in rows]


def difference_of(day: Day) -> int | None:
    """What the partner says less what came of it, in 分; None when it has not said yet. A bank's daily file is its own
    reconciliation, and so is a notice of arrivals (R-088)."""
    if day.partner == TAX:
        return None if day.told_fen is None else day.told_fen - day.file_fen
    return day.file_fen - day.booked_fen - day.open_fen - day.aside_fen


async def _with_slips(county_code: int, day: Day) -> Day:
    slips = await _slips(county_code, await queries.files_of_day(county_code, FINANCE, day.business_on))
    registered = [known for _, _, _, known in slips if known]
    return structs.replace(
        day,
        booked_fen=sum(known.amount_fen for known in registered),
        waiting_fen=sum(known.amount_fen for known in registered if known.document_id is None),
    )


async def _slips(county_code: int, files: Sequence[FileRow]) -> list[tuple[FileRow, int, Arrival, SlipRow | None]]:
    """Every slip of these arrival notices with its file and line, and as it is registered."""
    found = []
    for file in files:
        if file.kind == "arrival_notice":
            message = finance.decode(await queries.body(county_code, file.id))
            found += [(file, line, row) for line, row in enumerate(message.rows, start=2) if isinstance(row, Arrival)]
    known = await queries.slips(county_code, [r.bank for _, _, r in found], [r.slip_no for _, _, r in found])
    return [(file, line, row, known.get((row.bank, row.slip_no))) for file, line, row in found]


# ---------------------------------------------------------------- one day, to the line


async def differences(county_code: int, partner: str, on: date) -> list[Difference]:
    """Files first, then documents, then lines."""
    files = await queries.files_of_day(county_code, partner, on)
    found = [difference for file in files if (difference := _of_file(file))]
    for document in await queries.open_documents(county_code, partner, on):
        left = document.total_fen - document.received_fen
        found.append(Difference(
            where=f"第{document.sequence}号文件", what="还没有登账", amount_fen=document.total_fen,
            next_step=f"财务岗登记到款，还差{show(left)}元" if partner != TAX else "几秒钟后自动登账；一直不登账，请看明细",
            url=f"/contributions/{document.id}",
        ))  # fmt: skip
    for odd in await queries.odd_lines(county_code, partner, on, LINES):
        what, next_step, url = _of_line(odd)
        found.append(Difference(
            where=f"第{odd.sequence}号文件第{odd.line_no}行", what=what, next_step=next_step, url=url,
            name=f"{odd.name} {odd.year or ''}年度", amount_fen=odd.amount_fen,
        ))  # fmt: skip
    for file, line, row, known in await _slips(county_code, files):
        if known is None or known.document_id is None:
            found.append(Difference(
                where=f"第{file.sequence}号文件第{line}行", what=f"进账单{row.slip_no}在暂收款，还没有对上单据",
                next_step="征缴岗在补贴页记入个人，或财务岗在到款页对上单据", url="/finance?open=1", amount_fen=row.amount_fen,
            ))  # fmt: skip
    return found


def _of_file(file: FileRow) -> Difference | None:
    """What is wrong with a whole file; None when nothing is."""
    ours, kind = file.direction == "out", TITLES.get(file.kind, file.kind)
    where = f"{'发出' if ours else '收到'}第{file.sequence}号{kind}"
    url = f"/exchange/files/{file.id}"
    if file.state == "held":
        return Difference(where=where, what=file.reason, next_step="核对差异，弄清后在文件页办结", url=url)
    if ours and file.kind == "ack":
        if not file.reason or file.state == "processed":
            return None
        return Difference(
            where=where,
            what=f"退回了{file.reason}",
            next_step="请对方按原因改正后重发；不用重发的，在文件页办结",
            url=url,
        )
    if ours and file.state == "refused":
        return Difference(where=where, what=f"对方没有收下：{file.reason}", next_step="改正原因后在文件页重发", url=url)
    if ours and file.state in ("waiting", "sent"):
        return Difference(
            where=where, what="对方还没有回执", next_step="超过一天没有回执，请联系对方，或在文件页重发", url=url
        )
    return None


def _of_line(odd: queries.OddLine) -> tuple[str, str, str]:
    """(what, next step, where it is done)."""
    document = f"/contributions/{odd.document_id}"
    if odd.state == "exception" and odd.document_state == "booked":
        return odd.reason, "认定是谁的，或退回", f"/contributions/waiting/{odd.document_id}/{odd.line_no}"
    if odd.state == "exception":
        return odd.reason, "登账以后认定是谁的，或退回", document
    if odd.state == "repeated":
        return odd.reason, "不用处理；对方多付了钱的，请对方查", document
    return odd.reason, "请对方核对", document


# ---------------------------------------------------------------- files


async def upload(county_code: int, data: bytes, file_name: str, by: Actor, at: datetime) -> Taken:
    """The same as through the folder, for a file that came another way. What is no file of a partner is refused here and
    answered to nobody."""
    sender = envelope.header_of(data).sender
    require_post(by, county_code, REGISTER if sender == FINANCE else workers_of(sender))
    if sender == TAX:
        taken = await tax_exchange.receive(county_code, data, file_name, at)
    elif sender == FINANCE:
        taken = await finance_desk.receive(county_code, data, file_name, at)
    elif sender.isupper():
        taken = await bank_desk.receive(sender, county_code, data, file_name, at)
    elif sender == TRANSFER:
        taken = await transfer_post.receive(county_code, data, file_name, at)
    else:
        raise Refused(Problem("sender", "第1行的发送方不是税务、财政、转移系统或银行，请核对文件。", "file"))
    async with transaction():
        await _log(county_code, at, by, "exchange.uploaded", file_name[:100], "", f"{sender} {taken.answer}")
    return taken


async def read(county_code: int, file_id: int, by: Actor, at: datetime) -> tuple[str, bytes]:
    """Name and bytes of a file as it was sent or came; who read it is written down (R-058)."""
    found = await queries.file(county_code, file_id)
    if found is None:
        raise NotFound
    require_post(by, county_code, readers_of(found.partner))
    async with transaction():
        await _log(county_code, at, by, "exchange.read", f"{file_id}", "", found.file_name)
    return found.file_name, await queries.body(county_code, file_id)


async def send_again(county_code: int, file_id: int, by: Actor, at: datetime) -> None:
    """Puts a file of ours into the folder once more: the same bytes, the same number, counted."""
    async with transaction():
        file = await store.lock_file(county_code, file_id)
        if file is None or file.direction != "out":
            raise NotFound
        require_post(by, county_code, workers_of(file.partner))
        if file.kind not in TITLES:
            raise Refused(Problem("by-hand", "这种文件在它自己的页面下载，再交给银行。"))
        if file.state not in AGAIN:
            raise Refused(Problem("waiting", "这份文件正等着发出。"))
        await store.send_again(county_code, file_id)
        await _log(county_code, at, by, "exchange.sent_again", f"{file_id}", "", f"{file.partner} {file.sequence}")


async def settle(county_code: int, file_id: int, why: str, by: Actor, at: datetime) -> None:
    """Ends a difference that somebody has cleared up; what the difference was stays beside how it ended."""
    if len(why.strip()) < 4:
        raise Refused(Problem("no-reason", "请写明差异是怎样弄清的。", "why"))
    async with transaction():
        file = await store.lock_file(county_code, file_id)
        if file is None:
            raise NotFound
        require_post(by, county_code, workers_of(file.partner))
        if not may_settle(file.direction, file.kind, file.state, file.reason):
            raise Refused(Problem("other-state", "这份文件没有等办结的差异，请刷新页面。"))
        await store.set_state(county_code, file_id, "processed", at, f"{file.reason}（已办结：{why.strip()[:200]}）")
        await _log(
            county_code, at, by, "exchange.settled", f"{file_id}", why.strip(), f"{file.partner} {file.sequence}"
        )


def may_settle(direction: str, kind: str, state: str, reason: str) -> bool:
    """A file that is held, or our refusal of one that will not come again."""
    return state == "held" or (direction == "out" and kind == "ack" and state == "sent" and bool(reason))


async def _log(county_code: int, at: datetime, by: Actor, action: str, number: str, why: str, detail: str) -> None:
    await audit.write(county_code, at, by.kind, by.id, by.name, action, "exchange_file", number, why, detail)
