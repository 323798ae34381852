"""Files to and from the tax bureau (规程第十二条至第十四条; R-491…R-495): numbered, answered, taken once.

What came is kept in the transaction that acts on it: a file is taken whole with all it brings, or not at all. Payment details
become a document whose good lines are booked by the worker; whom nobody knows waits for a clerk.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct, structs

from db.engine import transaction
from db.queries import people as people_query
from db.stores import exchange as store
from db.stores.books import NewDocument, NewLine
from db.stores.exchange import NewFile, Queued
from domain import books, contributions
from domain.agency import refunds, worker
from domain.books import DocumentKind
from domain.contribution_lines import Paid
from domain.errors import Problem, Refused
from domain.exchange import envelope, tax
from domain.exchange.envelope import AGENCY, Acknowledgement, Answer, Header, Message, Standing
from domain.exchange.tax import (
    TAX,
    DailyReconciliation,
    Item,
    PaymentDetail,
    RefundDone,
    RefundVerification,
    Registration,
)
from domain.money import show

AT_ONCE = 5_000  # rows of one outgoing file


class Taken(Struct, frozen=True):
    """What became of a file: the county it is for (0 when that could not be read), and our answer to it."""

    county_code: int
    answer: Answer
    reason: str = ""


async def receive(county_code: int, data: bytes, file_name: str, at: datetime) -> Taken:
    """Takes one file of the tax bureau for this county and queues the answer. Answers are not answered."""
    try:
        header = envelope.header_of(data)
        if header.county_code != county_code:
            raise Refused(Problem("other-county", "这份文件不是本县的。"))
    except Refused as refused:
        return await _answer(county_code, None, file_name, Answer.REFUSED, envelope.reason_of(refused), at)
    async with transaction():
        await store.lock_partner(county_code, TAX)
        digest, last = await store.taken(county_code, TAX, header.sequence)
        standing = envelope.standing(header, digest, last)
        if standing is Standing.REPEATED:
            await store.came_again(county_code, TAX, header.sequence)
            return await _answer(county_code, header, file_name, Answer.REPEATED, "", at)
        if standing is Standing.CONFLICT:
            reason = f"文件编号{header.sequence}已经收过，内容不同。"
            return await _answer(county_code, header, file_name, Answer.REFUSED, reason, at)
        try:
            async with transaction():
                await _take(county_code, data, file_name, at)
        except Refused as refused:
            return await _answer(county_code, header, file_name, Answer.REFUSED, envelope.reason_of(refused), at)
        if standing is Standing.AHEAD:
            for missing in range(last + 1, header.sequence):
                await _queue_answer(county_code, Acknowledgement(file_name="", sequence=missing, digest="",
                                                                 answer=Answer.MISSING, reason=""), at)  # fmt: skip
        return await _answer(county_code, header, file_name, Answer.ACCEPTED, "", at)


async def _take(county_code: int, data: bytes, file_name: str, at: datetime) -> None:
    message = tax.decode(data)
    header, document, state, reason = message.header, None, "received", ""
    if header.type == "payment_detail":
        document, state = await _payments(county_code, message, file_name, at), "processed"
    elif header.type == "refund_request":
        document, state = await refunds.take_requests(county_code, message, file_name, at), "processed"
    elif header.type == "refund_done":
        reason = await refunds.difference(county_code, [row for row in message.rows if isinstance(row, RefundDone)])
        state = "held" if reason else "processed"
    elif header.type == "daily_reconciliation":
        reason = await _difference(county_code, [row for row in message.rows if isinstance(row, DailyReconciliation)])
        state = "held" if reason else "processed"
    elif header.type == "ack":
        await _hear(county_code, [row for row in message.rows if isinstance(row, Acknowledgement)], at)
        state = "processed"
    await store.insert(county_code, NewFile(
        partner=TAX, direction="in", kind=header.type, sequence=header.sequence, digest=header.digest, file_name=file_name[:100],
        business_on=header.business_on, row_count=header.row_count, total_fen=header.total_fen, state=state, reason=reason,
        body=data, document_id=document,
    ), at)  # fmt: skip


async def _payments(county_code: int, message: Message, file_name: str, at: datetime) -> int:
    """The day's details as an approved document: the bureau's own totals were compared when the file was read (R-089)."""
    paid: list[Paid] = []
    others: list[NewLine] = []
    for line, row in enumerate(message.rows, start=2):
        assert isinstance(row, PaymentDetail)
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
    header, by = message.header, worker(county_code)
    new = NewDocument(
        kind=DocumentKind.TAX_DETAIL, business_on=header.business_on, region_code=f"{county_code:06d}", partner=TAX,
        external_no=f"{header.sequence}", file_name=file_name[:100], file_digest=header.digest, declared_count=header.row_count,
        declared_fen=header.total_fen, title=f"税务缴费明细 {header.business_on:%Y-%m-%d}",
    )  # fmt: skip
    document = await contributions.take_in(county_code, new, paid, by, at, others)
    await books.take_over(county_code, document, by, at)
    return document


async def _difference(county_code: int, rows: Sequence[DailyReconciliation]) -> str:
    """What the bureau says it sent beside what came, to the file (R-088, R-089); empty when they agree."""
    found = []
    for row in rows:
        came = await store.details_of(county_code, TAX, row.sequence)
        if came is None:
            found.append(f"第{row.sequence}号文件没有收到（{row.lines}笔，{show(row.amount_fen)}元）")
        elif came != (row.lines, row.amount_fen):
            found.append(
                f"第{row.sequence}号文件对方{row.lines}笔{show(row.amount_fen)}元，收到{came[0]}笔{show(came[1])}元"
            )
    return "；".join(found)


async def _hear(county_code: int, rows: Sequence[Acknowledgement], at: datetime) -> None:
    for row in rows:
        state = {Answer.ACCEPTED: "acknowledged", Answer.REPEATED: "acknowledged", Answer.REFUSED: "refused",
                 Answer.MISSING: "waiting"}[row.answer]  # fmt: skip
        await store.answered(county_code, TAX, row.sequence, row.digest, state, row.reason, at)


async def _answer(
    county_code: int, header: Header | None, file_name: str, answer: Answer, reason: str, at: datetime
) -> Taken:
    """Also for a file nobody could read: whoever sent it must hear of it."""
    if header is None or header.type != "ack":
        told = Acknowledgement(
            file_name=file_name[:100], sequence=header.sequence if header else 0, digest=header.digest if header else "",
            answer=answer, reason=reason,
        )  # fmt: skip
        async with transaction():
            await store.lock_partner(county_code, TAX)
            await _queue_answer(county_code, told, at)
    return Taken(county_code, answer, reason)


async def _queue_answer(county_code: int, row: Acknowledgement, at: datetime) -> None:
    await _queue_file(county_code, "ack", [row], at.date(), at)


async def _queue_file(county_code: int, kind: str, rows: Sequence[Struct], on: date, at: datetime) -> int:
    """Our next file to the bureau; the caller holds the partner."""
    number = await store.next_out(county_code, TAX)
    header = Header(type=kind, sender=AGENCY, county_code=county_code, sequence=number, business_on=on)
    data = tax.encode(header, rows)
    whole = envelope.header_of(data)
    return await store.insert(county_code, NewFile(
        partner=TAX, direction="out", kind=kind, sequence=number, digest=whole.digest, file_name=envelope.file_name(whole),
        business_on=on, row_count=whole.row_count, total_fen=whole.total_fen, state="waiting", body=data,
    ), at)  # fmt: skip


async def send_registrations(county_code: int, at: datetime) -> int:
    """参保登记 that wait, as one file (规程第十三条); returns how many rows. They arise in the cases' own transactions."""
    async with transaction():
        await store.lock_partner(county_code, TAX)
        waiting = await store.queued(county_code, TAX, "registration", AT_ONCE)
        rows = [row for each in waiting if (row := await _registration(county_code, each, at.date()))]
        if rows:
            file_id = await _queue_file(county_code, "registration", rows, at.date(), at)
            await store.went_out(county_code, [each.id for each in waiting], file_id, at)
    return len(rows)


async def send_refunds(county_code: int, at: datetime) -> int:
    """退费核验 and 退费信息 that wait, a file of each (规程第十三条; R-169, R-491); returns how many rows."""
    told = 0
    for kind, row in (("refund_verification", RefundVerification), ("refund_done", RefundDone)):
        async with transaction():
            await store.lock_partner(county_code, TAX)
            waiting = await store.queued(county_code, TAX, kind, AT_ONCE)
            if waiting:
                rows = [msgspec.convert(each.body, row) for each in waiting]
                file_id = await _queue_file(county_code, kind, rows, at.date(), at)
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
