"""Codes sent to a phone: that a new number reaches the person (R-059), and the resident's yes to what an assistant typed
in for him (R-023).

`at` is the business time that is written down, `now` the real time a code lives by: a trainer may move the one.
"""

from datetime import datetime

from db.queries.people import person_id_of
from db.stores import messages, people
from db.stores.cases import CaseRow
from db.stores.security import codes
from domain.actor import Actor
from domain.case import flow
from domain.case.flow import Receipt
from domain.case.notices import confirmation_code, phone_code
from domain.errors import Problem, Refused
from domain.items import BY_CODE

NEW_PHONE = "new_phone"
CONFIRM = "confirm"


async def send_to_new_phone(case: CaseRow, phone: str, at: datetime, now: datetime) -> None:
    """Refused when this phone was sent a code a moment ago, or too many today."""
    title, body = phone_code(await _issue(NEW_PHONE, case, phone, now))
    await _text(case, phone, title, body, at)


async def verify_new_phone(
    case: CaseRow, actor: Actor, phone: str, code: str, version: int, at: datetime, now: datetime
) -> int:
    """The draft remembers which number was confirmed. Returns the new version; Refused for a wrong or old code."""
    await _check(NEW_PHONE, case, phone, code, now)
    answers = {"phone": phone, "phone_verified": phone}
    return await flow.save(case.county_code, case.id, actor, case.page, answers, version, at)


async def registered_phone(case: CaseRow) -> str | None:
    """The applicant's number as the office knows it, which an assistant cannot choose. None for somebody not enrolled."""
    own = case.applicant_index == case.subject_index
    known = case.subject_person_id if own else await person_id_of(case.county_code, case.applicant_index)
    person = await people.read(case.county_code, known) if known else None
    return person.phone if person else None


async def ask_by_code(case: CaseRow, actor: Actor, at: datetime, now: datetime) -> None:
    """Sends the code that stands for the resident's yes. Refused where no phone is registered or a signature is needed."""
    phone = await _confirming_phone(case)
    code = await _issue(CONFIRM, case, phone, now)
    title, body = confirmation_code(BY_CODE[case.item].title, actor.name, code)
    await _text(case, phone, title, body, at)


async def confirm_by_code(case: CaseRow, actor: Actor, code: str, version: int, at: datetime, now: datetime) -> Receipt:
    if case.case_no is None:  # a second click on the same button finds the receipt, and needs no second code
        await _check(CONFIRM, case, await _confirming_phone(case), code, now)
    return await flow.confirm(case.county_code, case.id, actor, version, at, "code")


async def _confirming_phone(case: CaseRow) -> str:
    phone = await registered_phone(case)
    if phone is None or BY_CODE[case.item].commitment is not None:
        raise Refused(Problem("no-code", "这项业务不能用短信验证码确认，请居民本人登录确认或者签名。"))
    return phone


async def _issue(purpose: str, case: CaseRow, phone: str, now: datetime) -> str:
    code = await codes.issue(purpose, _about(case), phone, now)
    if code is None:
        raise Refused(Problem("code-too-soon", "验证码一分钟只能发一次，一天最多发10次，请稍后再试。", field="code"))
    return code


async def _check(purpose: str, case: CaseRow, phone: str, code: str, now: datetime) -> None:
    if not await codes.check(purpose, _about(case), phone, code, now):
        raise Refused(Problem("wrong-code", "验证码不对，或者已经过了10分钟。请检查，或者重新发送。", field="code"))


def _about(case: CaseRow) -> str:
    return f"{case.county_code}/{case.id}"


async def _text(case: CaseRow, phone: str, title: str, body: str, at: datetime) -> None:
    await messages.text(
        county_code=case.county_code, recipient_index=case.applicant_index, case_id=case.id, phone=phone, title=title,
        body=body, at=at,
    )  # fmt: skip
