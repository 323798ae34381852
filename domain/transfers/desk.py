"""What people press on the page of a transfer, and what the worker looks after. Opens its own transactions."""

from datetime import datetime

from db.engine import transaction
from db.queries import transfers as queries
from db.stores import cases
from db.stores import transfers as store
from db.stores.transfers import TransferRow
from domain.actor import Actor
from domain.agency import require_post, worker
from domain.case.status import Status
from domain.errors import NotFound, Problem, Refused
from domain.money import show
from domain.transfers import arrival, departure, late, questions
from domain.transfers.writing import OFFICERS, note


async def confirm(county_code: int, transfer_id: int, by: Actor, at: datetime) -> None:
    async with transaction():
        await arrival.confirm(county_code, transfer_id, by, at)


async def not_confirm(county_code: int, transfer_id: int, reason: str, by: Actor, at: datetime) -> None:
    async with transaction():
        await arrival.not_confirm(county_code, transfer_id, reason, by, at)


async def ask_again(county_code: int, transfer_id: int, by: Actor, at: datetime) -> int:
    async with transaction():
        return await arrival.ask_again(county_code, transfer_id, by, at)


async def ask_about(county_code: int, transfer_id: int, text: str, by: Actor, at: datetime) -> None:
    async with transaction():
        await questions.ask(county_code, transfer_id, text, by, at)


async def answer(county_code: int, number: str, text: str, by: Actor, at: datetime) -> None:
    async with transaction():
        await questions.answer(county_code, number, text, by, at)


async def report_difference(county_code: int, transfer_id: int, received_fen: int, by: Actor, at: datetime) -> None:
    """Money that came for this transfer and cannot be registered for it, because it is more than the form says (R-378)."""
    require_post(by, county_code, OFFICERS)
    async with transaction():
        row = await _waiting(county_code, transfer_id)
        if received_fen <= 0 or received_fen == row.total_fen:
            raise Refused(
                Problem("amount", f"请填写实际到账的金额。审批表上是{show(row.total_fen or 0)}元。", "received")
            )
        if not await store.open_difference(county_code, row.id, row.total_fen or 0, received_fen, by.name, at):
            raise Refused(Problem("open", "这笔转移已经有差异在处理。"))
        await note(row, at, "difference", by, f"应到{show(row.total_fen or 0)}元，到账{show(received_fen)}元")


async def clear_difference(county_code: int, transfer_id: int, outcome: str, by: Actor, at: datetime) -> None:
    """How it was cleared up. The money is booked when, and only when, the full amount is registered."""
    require_post(by, county_code, OFFICERS)
    if len(outcome.strip()) < 4:
        raise Refused(Problem("no-reason", "请写明差异是怎样弄清的。", "outcome"))
    async with transaction():
        row = await _waiting(county_code, transfer_id)
        if not await store.close_difference(county_code, row.id, outcome.strip(), by.name, at):
            raise NotFound
        await note(row, at, "cleared", by, outcome.strip())


async def _waiting(county_code: int, transfer_id: int) -> TransferRow:
    row = await store.lock(county_code, transfer_id)
    if row is None or row.direction != "in" or row.state != "answered":
        raise NotFound
    return row


# ------------------------------------------------------------------ the worker


async def follow(county_code: int, at: datetime) -> None:
    """Letters that ran out, cases that were refused, money to be paid and money that came. Trouble with one transfer does not
    keep the others waiting, and is raised in the end."""
    troubles: list[Exception] = []
    for transfer_id in await queries.to_follow(county_code, at.date()):
        for work in (arrival.lapse, arrival.take_money, _refused_case, departure.pay):
            try:
                async with transaction():
                    await work(county_code, transfer_id, worker(county_code), at)
            except Exception as trouble:  # noqa: BLE001 - raised below
                troubles.append(trouble)
    for transfer_id in await queries.late_ids(county_code):
        try:
            async with transaction():
                await late.send_on(county_code, transfer_id, worker(county_code), at)
        except Exception as trouble:  # noqa: BLE001 - raised below
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("not every transfer could be followed", troubles)


async def _refused_case(county_code: int, transfer_id: int, by: Actor, at: datetime) -> None:
    """不予转出: the case was refused, the other county has yet to hear of it."""
    row = await store.lock(county_code, transfer_id)
    if row is None or row.direction != "out" or row.state != "received" or row.case_id is None:
        return
    case = await cases.read(county_code, row.case_id)
    if case is not None and case.status == Status.REJECTED:
        await departure.refuse(row, case.reason_text or "转出地不予转出", by, at)
