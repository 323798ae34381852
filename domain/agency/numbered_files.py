"""Numbered files of any partner: told apart, taken once, answered, asked for and sent again (R-495).

What came is kept in the transaction that acts on it: a file is taken whole with all it brings, or not at all. What it
brings is the business of the partner's own desk, which hands its part in as `take`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime

from msgspec import Struct

from db.engine import transaction
from db.stores import exchange as store
from db.stores.exchange import NewFile
from domain.errors import Problem, Refused
from domain.exchange import envelope
from domain.exchange.envelope import AGENCY, Acknowledgement, Answer, Header, Message, Standing


class Taken(Struct, frozen=True):
    """What became of a file: the county it is for, and our answer to it."""

    county_code: int
    answer: Answer
    reason: str = ""


class Kept(Struct, frozen=True):
    """How a file that was taken stands from now on. `held`: somebody must look at it, `reason` says why."""

    state: str = "processed"
    document_id: int | None = None
    reason: str = ""


class Partner(Struct, frozen=True):
    """`code` is what stands in the header as sender. `take` acts on a whole file, inside a transaction; it is not asked for
    answers. What it refuses is undone and answered."""

    code: str
    encode: Callable[[Header, Sequence[Struct]], bytes]
    decode: Callable[[bytes], Message]
    take: Callable[[int, Message, str, datetime], Awaitable[Kept]]


async def receive(partner: Partner, county_code: int, data: bytes, file_name: str, at: datetime) -> Taken:
    """Takes one file of this partner for this county and queues the answer. Answers are not answered."""
    try:
        header = envelope.header_of(data)
        if header.county_code != county_code:
            raise Refused(Problem("other-county", "这份文件不是本县的。"))
        if header.sender != partner.code:
            raise Refused(Problem("other-sender", "这份文件的发送方不是这家单位，请放到它自己的文件夹。"))
    except Refused as refused:
        return await _answer(partner, county_code, None, file_name, Answer.REFUSED, envelope.reason_of(refused), at)
    async with transaction():
        await store.lock_partner(county_code, partner.code)
        digest, last = await store.taken(county_code, partner.code, header.sequence)
        standing = envelope.standing(header, digest, last)
        if standing is Standing.REPEATED:
            await store.came_again(county_code, partner.code, header.sequence)
            return await _answer(partner, county_code, header, file_name, Answer.REPEATED, "", at)
        if standing is Standing.CONFLICT:
            reason = f"文件编号{header.sequence}已经收过，内容不同。"
            return await _answer(partner, county_code, header, file_name, Answer.REFUSED, reason, at)
        try:
            async with transaction():
                await _take(partner, county_code, data, file_name, at)
        except Refused as refused:
            reason = envelope.reason_of(refused)
            return await _answer(partner, county_code, header, file_name, Answer.REFUSED, reason, at)
        if standing is Standing.AHEAD:
            for missing in range(last + 1, header.sequence):
                told = Acknowledgement(file_name="", sequence=missing, digest="", answer=Answer.MISSING, reason="")
                await queue_file(partner, county_code, "ack", [told], at.date(), at)
        await store.made_good(county_code, partner.code, envelope.file_name(header), at)
        return await _answer(partner, county_code, header, file_name, Answer.ACCEPTED, "", at)


async def _take(partner: Partner, county_code: int, data: bytes, file_name: str, at: datetime) -> None:
    message = partner.decode(data)
    header = message.header
    if header.type == "ack":
        rows = [row for row in message.rows if isinstance(row, Acknowledgement)]
        unknown = await _hear(county_code, partner.code, rows, at)
        kept = Kept(state="held" if unknown else "processed", reason=unknown)
    else:
        kept = await partner.take(county_code, message, file_name, at)
    await store.insert(county_code, NewFile(
        partner=partner.code, direction="in", kind=header.type, sequence=header.sequence, digest=header.digest,
        file_name=file_name[:100], business_on=header.business_on, row_count=header.row_count, total_fen=header.total_fen,
        state=kept.state, reason=kept.reason, body=data, document_id=kept.document_id,
    ), at)  # fmt: skip


async def _hear(county_code: int, partner: str, rows: Sequence[Acknowledgement], at: datetime) -> str:
    """What the partner says of our files; returns what it says of files that are not among them, for somebody to look at."""
    unknown = []
    for row in rows:
        state = {Answer.ACCEPTED: "acknowledged", Answer.REPEATED: "acknowledged", Answer.REFUSED: "refused",
                 Answer.MISSING: "waiting"}[row.answer]  # fmt: skip
        if not await store.answered(county_code, partner, row.sequence, row.digest, state, row.reason, at):
            named = row.file_name or f"第{row.sequence}号文件"
            unknown.append(f"对方回执的{named}对不上我们发出的文件{f'：{row.reason}' if row.reason else ''}")
    return "；".join(unknown)


async def _answer(
    partner: Partner, county_code: int, header: Header | None, file_name: str, answer: Answer, reason: str, at: datetime
) -> Taken:
    """Also for a file nobody could read: whoever sent it must hear of it. Why a file was refused stays with the answer, under
    the name that its header gives it, whatever it was called on its way."""
    if header is None or header.type != "ack":
        told = Acknowledgement(
            file_name=file_name[:100], sequence=header.sequence if header else 0, digest=header.digest if header else "",
            answer=answer, reason=reason,
        )  # fmt: skip
        known = envelope.file_name(header) if header else file_name[:100]
        kept = f"{known}：{reason}" if reason else ""
        async with transaction():
            await store.lock_partner(county_code, partner.code)
            await queue_file(partner, county_code, "ack", [told], at.date(), at, kept)
    return Taken(county_code, answer, reason)


async def queue_file(
    partner: Partner, county_code: int, kind: str, rows: Sequence[Struct], on: date, at: datetime, reason: str = ""
) -> int:
    """Our next file to the partner, whom the caller holds; returns its id."""
    number = await store.next_out(county_code, partner.code)
    header = Header(type=kind, sender=AGENCY, county_code=county_code, sequence=number, business_on=on)
    data = partner.encode(header, rows)
    whole = envelope.header_of(data)
    return await store.insert(county_code, NewFile(
        partner=partner.code, direction="out", kind=kind, sequence=number, digest=whole.digest,
        file_name=envelope.file_name(whole), business_on=on, row_count=whole.row_count, total_fen=whole.total_fen, state="waiting",
        body=data, reason=reason,
    ), at)  # fmt: skip
