"""Doubt about records that were transferred (规程第四十四条; R-388): the county where the person now is asks, the other answers."""

from datetime import datetime

from db.queries import transfers as queries
from db.stores import messages
from db.stores import transfers as store
from domain.actor import Actor
from domain.agency import require_post
from domain.errors import NotFound, Problem, Refused
from domain.exchange.transfer import Question, QuestionAnswer
from domain.transfers.writing import OFFICERS, note, queue

SHORTEST = 4


async def ask(county_code: int, transfer_id: int, text: str, by: Actor, at: datetime) -> str:
    """In the caller's transaction; returns the number of the question."""
    require_post(by, county_code, OFFICERS)
    row = await store.lock(county_code, transfer_id)
    if row is None or row.direction != "in":
        raise NotFound
    if row.state not in ("answered", "booked"):
        raise Refused(Problem("other-state", "转出地的审批表到了以后才能核查。"))
    if len(text.strip()) < SHORTEST:
        raise Refused(Problem("no-text", "请写明哪一年、哪一笔有疑问。", "asked"))
    number = f"{row.number}-Q{len(await queries.questions(county_code, row.id)) + 1}"
    await store.ask(county_code, row.id, number, text.strip(), by.name, at)
    told = Question(
        question_no=number, letter_no=row.number, in_county=county_code, out_county=row.other_county, asked=" ".join(text.split())[:500],
        handler=by.name,
    )  # fmt: skip
    await queue(county_code, "transfer_question", [told], row.case_id, at, number)
    await note(row, at, "asked_about", by, text.strip()[:200])
    return number


async def came(county_code: int, told: Question, by: Actor, at: datetime) -> None:
    row = await store.lock_number(county_code, "out", told.letter_no)
    if row is None:
        raise Refused(Problem("unknown-letter", f"没有编号为{told.letter_no}的转出。"))
    if await store.ask(county_code, row.id, told.question_no, told.asked, told.handler, at):
        await note(row, at, "asked_about", by, told.asked[:200])


async def answer(county_code: int, number: str, text: str, by: Actor, at: datetime) -> None:
    """In the caller's transaction."""
    require_post(by, county_code, OFFICERS)
    if len(text.strip()) < SHORTEST:
        raise Refused(Problem("no-text", "请写明核查的结果。", "answer"))
    transfer_id = await store.answer(county_code, number, text.strip(), by.name, at)
    row = await store.lock(county_code, transfer_id) if transfer_id else None
    if row is None or row.direction != "out":
        raise NotFound
    told = QuestionAnswer(
        question_no=number, letter_no=row.number, in_county=row.other_county, out_county=county_code, answer=" ".join(text.split())[:500],
        handler=by.name,
    )  # fmt: skip
    await queue(county_code, "transfer_question_answer", [told], row.case_id, at, number)
    await note(row, at, "answered_about", by, text.strip()[:200])


async def answered(county_code: int, told: QuestionAnswer, by: Actor, at: datetime) -> None:
    """The person who doubted is told the result (规程第四十四条)."""
    transfer_id = await store.answer(county_code, told.question_no, told.answer, told.handler, at)
    row = await store.lock(county_code, transfer_id) if transfer_id else None
    if row is None:
        return
    await note(row, at, "answered_about", by, told.answer[:200])
    await messages.tell(
        county_code=county_code, recipient_index=row.id_index, case_id=row.case_id, title="转移记录的核查结果",
        body=f"您提出的转移记录的疑问，转出地已经核查：{told.answer}", at=at,
    )  # fmt: skip
