"""Messages between two counties (规程第四十三条; R-375): handed over inside the installation, in files through the platform to a
county outside.

The receiving county acts in a transaction of its own, and only then does the sender's outbox forget the message. Whoever dies
in between hands it over again: a message that has been acted on changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import people as people_query
from db.queries import portal
from db.queries import transfers as queries
from db.stores import exchange as exchange_store
from db.stores import transfers as store
from db.stores.transfers import NewTransfer, Outgoing
from domain.agency import numbered_files, worker
from domain.agency.numbered_files import Kept, Partner, Taken
from domain.case import flow
from domain.case.item import Subject
from domain.errors import Problem, Refused
from domain.exchange import transfer as wire
from domain.exchange.envelope import Message
from domain.exchange.transfer import TRANSFER, TYPES, Completion, FormLine, Letter, Question, QuestionAnswer, Refusal
from domain.items import transfer_out
from domain.local import profile
from domain.rules import transfer as rule
from domain.transfers import arrival, departure, questions
from domain.transfers.writing import due_day, note

AT_ONCE = 1_000


async def deliver(county_code: int, at: datetime) -> int:
    """Hands over what waits for counties of this installation; returns how many messages. One that cannot be taken does not keep
    the others waiting, and is raised in the end."""
    ours, done, troubles = await queries.county_codes(), 0, list[Exception]()
    for message in await store.outgoing(county_code, TRANSFER, AT_ONCE):
        target = _target(message)
        if target not in ours:
            continue
        try:
            async with transaction():
                await take(target, message.kind, _rows(message), at)
            async with transaction():
                done += await store.delivered(county_code, [message.id], None, at)
        except Exception as trouble:  # noqa: BLE001 - raised below
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("not every message to another county was taken", troubles)
    return done


async def send_files(county_code: int, at: datetime) -> None:
    """What is for counties outside goes into numbered files, one for each kind."""
    ours = await queries.county_codes()
    async with transaction():
        await exchange_store.lock_partner(county_code, TRANSFER)
        waiting = [each for each in await store.outgoing(county_code, TRANSFER, AT_ONCE) if _target(each) not in ours]
        for kind in sorted({each.kind for each in waiting}):
            some = [each for each in waiting if each.kind == kind]
            rows = [row for each in some for row in _rows(each)]
            file_id = await numbered_files.queue_file(PARTNER, county_code, kind, rows, at.date(), at)
            await store.delivered(county_code, [each.id for each in some], file_id, at)


async def receive(county_code: int, data: bytes, file_name: str, at: datetime) -> Taken:
    """Takes one file of the platform and queues the answer."""
    return await numbered_files.receive(PARTNER, county_code, data, file_name, at)


async def _take_file(county_code: int, message: Message, _file_name: str, at: datetime) -> Kept:
    kind = message.header.type
    if any(_county(kind, msgspec.to_builtins(row)) != county_code for row in message.rows):
        raise Refused(Problem("other-county", "文件里有不是发给本县的行，请核对转入地、转出地区划代码。"))
    await take(county_code, kind, message.rows, at)
    return Kept()


PARTNER = Partner(TRANSFER, wire.encode, wire.decode, _take_file)


def _county(kind: str, row: dict[str, Any]) -> int:
    return int(row["out_county" if kind in wire.TO_THE_OLD_COUNTY else "in_county"])


def _target(message: Outgoing) -> int:
    return _county(message.kind, message.body["rows"][0])


def _rows(message: Outgoing) -> list[Struct]:
    return [msgspec.convert(row, TYPES[message.kind].row) for row in message.body["rows"]]


async def take(county_code: int, kind: str, rows: Sequence[Struct], at: datetime) -> None:
    """Acts on messages to this county, in the caller's transaction."""
    by = worker(county_code)
    if kind == "transfer_form":
        forms = [row for row in rows if isinstance(row, FormLine)]
        for _, lines in groupby(forms, key=lambda row: row.letter_no):
            await arrival.form_came(county_code, list(lines), by, at)
    for row in rows:
        if isinstance(row, Letter):
            await letter_came(county_code, row, at)
        elif isinstance(row, Refusal):
            await arrival.refused(county_code, row, by, at)
        elif isinstance(row, Completion):
            await departure.completed(county_code, row, by, at)
        elif isinstance(row, Question):
            await questions.came(county_code, row, by, at)
        elif isinstance(row, QuestionAnswer):
            await questions.answered(county_code, row, by, at)


async def letter_came(county_code: int, letter: Letter, at: datetime) -> None:
    """《接收函》 opens the case of the county that is left (R-376); somebody who is not here is answered at once."""
    by, index = worker(county_code), people_query.id_index_of(letter.social_security_no)
    county = await portal.county(county_code)
    assert county is not None
    person_id = await people_query.person_id_of(county_code, index)
    chain = profile(county.profile).chains[transfer_out.ITEM.code]
    due_on, provisional = await due_day(at.date(), chain.limit_working_days)
    person = await people_query.registered(county_code, person_id) if person_id else None
    scope = rule.scope_of(letter.in_county, letter.out_county)
    transfer_id = await store.insert(county_code, NewTransfer(
        direction="out", number=letter.letter_no, scope=scope.value, money=letter.money.value, other_county=letter.in_county,
        other_name=letter.agency, case_id=None, person_id=person_id, name=letter.name, id_index=index,
        region_code=person.region_code if person else f"{county_code:06d}", state="received", letter=msgspec.to_builtins(letter),
        sent_on=letter.sent_on, valid_until=letter.valid_until, due_on=due_on, provisional=provisional,
    ), at)  # fmt: skip
    row = await store.lock(county_code, transfer_id) if transfer_id else None
    if row is None:
        return  # it came before
    await note(row, at, "received", by, f"{letter.agency}的接收函{letter.letter_no}")
    if person_id is None:
        await departure.refuse(row, "这个人没有在本县参加城乡居民养老保险", by, at)
        return
    for earlier in await queries.listed(county_code, row.region_code, "out", ["received"], limit=AT_ONCE):
        if earlier.id_index == index and earlier.id != row.id and earlier.case_id is not None:
            # Sent again because the first letter ran out: the open case goes on with the new one.
            await store.change(county_code, earlier.id, state="lapsed", reason="转入地已经重新发函", closed_at=at)
            await store.change(county_code, row.id, case_id=earlier.case_id)
            return
    subject = Subject(county_code=county_code, name=letter.name, id_index=index, person_id=person_id)
    answers = {"letter_no": letter.letter_no, "agency": letter.agency, "household_address": letter.household_address,
               "moved_on": letter.moved_on.isoformat()}  # fmt: skip
    case_id = await flow.start(transfer_out.ITEM, subject, by, county.profile, at, answers)
    await store.change(county_code, row.id, case_id=case_id)
    await flow.submit(county_code, case_id, by, 0, at)
