"""Files to and from the tax bureau (规程第十二条至第十四条; R-491…R-495).

Payment details become a document whose good lines are booked by the worker; whom nobody knows waits for a clerk. The bureau's
reconciliation is compared with what came, again whenever more comes: a late file settles the day in which it was missing.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct, structs

from db.engine import transaction
from db.queries import people as people_query
from db.stores import exchange as store
from db.stores.books import NewDocument, NewLine
from db.stores.exchange import Queued
from domain import books, contributions
from domain.agency import numbered_files, refunds, special_contributions, worker
from domain.agency.numbered_files import Kept, Partner, Taken, queue_file
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.exchange import tax
from domain.exchange.envelope import Message
from domain.exchange.tax import (
    TAX,
    DailyReconciliation,
    Item,
    PaymentDetail,
    RefundDone,
    RefundVerification,
    Registration,
    RegistrationAck,
    SpecialContributionBooked,
    SpecialContributionDetermination,
    Verdict,
)
from domain.money import show

AT_ONCE = 5_000  # rows of one outgoing file
# What we tell the bureau besides registrations (规程第十三条): kind of file to its row.
QUEUED: dict[str, type[Struct]] = {
    "refund_verification": RefundVerification,
    "refund_done": RefundDone,
    "special_contribution_determination": SpecialContributionDetermination,
}


async def receive(county_code: int, data: bytes, file_name: str, at: datetime) -> Taken:
    """Takes one file of the tax bureau for this county and queues the answer."""
    return await numbered_files.receive(PARTNER, county_code, data, file_name, at)


async def _take(county_code: int, message: Message, file_name: str, at: datetime) -> Kept:
    rows = message.rows
    match message.header.type:
        case "payment_detail":
            paid, others = _payments([row for row in rows if isinstance(row, PaymentDetail)])
            return await _document(county_code, message, file_name, "税务缴费明细", paid, others, at)
        case "special_contribution_booked":
            told = [row for row in rows if isinstance(row, SpecialContributionBooked)]
            paid, others = await special_contributions.compare(county_code, told)
            return await _document(county_code, message, file_name, "特殊缴费入库", paid, others, at)
        case "refund_request":
            return Kept(document_id=await refunds.take_requests(county_code, message, file_name, at))
        case "refund_done":
            done = [row for row in rows if isinstance(row, RefundDone)]
            return _looked_at(await refunds.difference(county_code, done))
        case "daily_reconciliation":
            return await _reconcile(county_code, message, at)
        case _:
            return _looked_at(_not_registered([row for row in rows if isinstance(row, RegistrationAck)]))


def _looked_at(difference: str) -> Kept:
    return Kept(state="held" if difference else "processed", reason=difference)


def _not_registered(rows: Sequence[RegistrationAck]) -> str:
    return "；".join(
        f"第{row.sequence}号登记文件第{row.line}行（个人编号{row.participant_no}）没有登记上：{row.reason or '对方没有说明原因'}"
        for row in rows if row.verdict is Verdict.REFUSED
    )  # fmt: skip


def _payments(rows: Sequence[PaymentDetail]) -> tuple[list[Paid], list[NewLine]]:
    """What is 个人缴费, and what somebody has to look at."""
    paid: list[Paid] = []
    others: list[NewLine] = []
    for line, row in enumerate(rows, start=2):
        index = people_query.id_index_of(row.social_security_no)
        if row.item is Item.PERSONAL:
            paid.append(Paid(line_no=line, name=row.name, id_number=row.social_security_no, id_index=index, year=row.year,
                             amount_fen=row.amount_fen, value_on=row.treasury_on, external_no=row.voucher_no))  # fmt: skip
        else:
            others.append(NewLine(
                line_no=line, state="exception", reason_code="item", reason="不是个人缴费，要人工认定。", name=row.name, id_index=index,
                id_number=row.social_security_no, year=row.year, amount_fen=row.amount_fen, value_on=row.treasury_on,
                external_no=row.voucher_no,
            ))  # fmt: skip
    return paid, others


async def _document(
    county_code: int, message: Message, file_name: str, title: str, paid: list[Paid], others: list[NewLine], at: datetime
) -> Kept:  # fmt: skip
    """The file's lines as an approved document: the bureau's own totals were compared when the file was read (R-089)."""
    header, by = message.header, worker(county_code)
    new = NewDocument(
        kind=DocumentKind.TAX_DETAIL, business_on=header.business_on, region_code=f"{county_code:06d}", partner=TAX,
        external_no=f"{header.sequence}", file_name=file_name[:100], file_digest=header.digest, declared_count=header.row_count,
        declared_fen=header.total_fen, title=f"{title} {header.business_on:%Y-%m-%d}",
    )  # fmt: skip
    document = await contributions.take_in(county_code, new, paid, by, at, others)
    await books.take_over(county_code, document, by, at)
    await _compare_again(county_code, message, at)
    return Kept(document_id=document)


# ---------------------------------------------------------------- reconciliation


async def _reconcile(county_code: int, message: Message, at: datetime) -> Kept:
    """A second file of a day replaces the first."""
    header = message.header
    for old in await store.held(county_code, TAX, "daily_reconciliation"):
        if old.business_on == header.business_on:
            await store.set_state(county_code, old.id, "processed", at, f"已由第{header.sequence}号对账文件代替")
    return _looked_at(await _difference(county_code, _reconciled(message), None))


async def _compare_again(county_code: int, coming: Message, at: datetime) -> None:
    """Days that were held may have missed just this file."""
    for old in await store.held(county_code, TAX, "daily_reconciliation"):
        left = await _difference(county_code, _reconciled(tax.decode(old.body)), coming)
        found = left or f"第{coming.header.sequence}号文件迟到，补齐以后对上了"
        await store.set_state(county_code, old.id, "held" if left else "processed", at, found)


def _reconciled(message: Message) -> list[DailyReconciliation]:
    return [row for row in message.rows if isinstance(row, DailyReconciliation)]


async def _difference(county_code: int, rows: Sequence[DailyReconciliation], coming: Message | None) -> str:
    """What the bureau says it sent beside what came, to the file (R-088, R-089); empty when they agree. `coming`: the file
    that is being taken and not kept yet."""
    found = []
    for row in rows:
        came = await store.details_of(county_code, TAX, row.sequence)
        if came is None and coming is not None and coming.header.sequence == row.sequence:
            came = (coming.header.row_count, coming.header.total_fen)
        if came is None:
            found.append(f"第{row.sequence}号文件没有收到（{row.lines}笔，{show(row.amount_fen)}元）")
        elif came != (row.lines, row.amount_fen):
            found.append(
                f"第{row.sequence}号文件对方{row.lines}笔{show(row.amount_fen)}元，收到{came[0]}笔{show(came[1])}元"
            )
    return "；".join(found)


PARTNER = Partner(TAX, tax.encode, tax.decode, _take)

# ---------------------------------------------------------------- what we send


async def send_registrations(county_code: int, at: datetime) -> int:
    """参保登记 that wait, as one file (规程第十三条); returns how many rows. They arise in the cases' own transactions."""
    async with transaction():
        await store.lock_partner(county_code, TAX)
        waiting = await store.queued(county_code, TAX, "registration", AT_ONCE)
        rows = [row for each in waiting if (row := await _registration(county_code, each, at.date()))]
        if rows:
            file_id = await queue_file(PARTNER, county_code, "registration", rows, at.date(), at)
            await store.went_out(county_code, [each.id for each in waiting], file_id, at)
    return len(rows)


async def send_queued(county_code: int, at: datetime) -> int:
    """What else waits to be told, a file of each kind (R-169, R-491); returns how many rows."""
    told = 0
    for kind, row in QUEUED.items():
        async with transaction():
            await store.lock_partner(county_code, TAX)
            waiting = await store.queued(county_code, TAX, kind, AT_ONCE)
            if waiting:
                rows = [msgspec.convert(each.body, row) for each in waiting]
                file_id = await queue_file(PARTNER, county_code, kind, rows, at.date(), at)
                await store.went_out(county_code, [each.id for each in waiting], file_id, at)
            told += len(waiting)
    return told


async def _registration(county_code: int, queued: Queued, on: date) -> Registration | None:
    """A message of a case as a row. Of a cancelled registration only the person is known: name and number are looked up."""
    body = dict(queued.body)
    if "id_number" not in body:
        person = await people_query.registered(county_code, body["person_id"])
        if person is None:
            return None
        body |= structs.asdict(person)
    effective = next((body[name] for name in ("enrolled_on", "changed_on") if body.get(name)), None)
    return Registration(
        action=tax.Action(body["action"]), participant_no=f"{county_code}-{body['person_id']}",
        social_security_no=body["id_number"], id_type="", name=body["name"], region_code=body["region_code"].ljust(12, "0"),
        effective_on=date.fromisoformat(effective) if effective else on,
    )  # fmt: skip
