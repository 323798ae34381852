"""What becomes of a determination: it is written down, the person confirms it, and from then on it is paid
(规程第二十四条至第二十六条; R-222, R-231)."""

from datetime import datetime

import msgspec

from db.engine import transaction
from db.stores import audit, benefits, books, ledger, messages, people
from db.stores.benefits import NewBenefit, NewStandard
from db.stores.books import NewDocument
from db.stores.ledger import Entry
from domain import books as desk
from domain import months, redetermination
from domain.actor import Actor, ActorKind, Post
from domain.agency import require_post
from domain.books import DocumentKind
from domain.determination import Capitalised, Determination
from domain.errors import NotFound, Problem, Refused
from domain.ledger import Kind

REASON_AT_LEAST = 4  # characters: a reason, not a keystroke
ASSURANCE = 3  # of the login with which somebody says yes; fresh
HOW = {"portal": "本人在网上确认", "counter": "本人在窗口确认", "paper": "本人在核定表上签字，由协办员上报"}


async def begin(
    county_code: int, person_id: int, account_id: int, case_id: int, found: Determination, by: Actor, at: datetime
) -> None:
    """Writes the determination in the caller's transaction: its interest into the books, the benefit, its standard; the person
    pays in no more. Nothing is paid before the person confirms (R-222)."""
    for each in found.interest:
        await capitalise(county_code, account_id, each, by, at)
    await benefits.mark_settled(county_code, account_id, found.eligible_on.year)
    await benefits.add_benefit(county_code, NewBenefit(
        person_id=person_id, account_id=account_id, case_id=case_id, eligible_on=found.eligible_on,
        first_month=found.first_month, years=found.years, certified_month=months.month_of(at.date()),
        paid_until=months.after(found.first_month, -1),
    ), at)  # fmt: skip
    await benefits.add_standard(county_code, NewStandard(
        person_id=person_id, from_month=found.first_month, reason="determination", amounts=found.amounts,
        balances=msgspec.json.encode({fund.value: fen for fund, fen in found.balances.items()}).decode(),
        trace=msgspec.json.encode(found.trace).decode(), versions=tuple(sorted(found.trace.all_versions())), case_id=case_id,
    ), by.id, by.name, at)  # fmt: skip
    await benefits.begin_receiving(county_code, person_id)
    await benefits.leave_debits(county_code, person_id, at.date())


async def capitalise(
    county_code: int, account_id: int, due: Capitalised, by: Actor, at: datetime, title: str = "待遇核定结息"
) -> None:
    """A settlement sheet of one account (R-182). Its year's settlement later adds only what is missing."""
    new = NewDocument(
        kind=DocumentKind.INTEREST, business_on=due.on, region_code=f"{county_code:06d}", title=f"{title} {due.on.year}年",
    )  # fmt: skip
    document_id = await desk.open_document(county_code, new, [], by, at)
    draft = await desk.locked(county_code, document_id, "draft")
    await books.set_state(draft, "approved", 0, "系统", at)
    document, place = await desk.begin_booking(county_code, document_id, at.date())
    amounts = {fund.value: fen for fund, fen in due.by_fund.items()}
    entry = Entry(account_id=account_id, kind=Kind.INTEREST, value_on=due.on, amounts=amounts, is_interest=True)
    await ledger.post(county_code, document_id, at.date(), [entry])
    await desk.finish(document, place, at.date(), [due.on.year], by, at)


async def confirm(county_code: int, person_id: int, how: str, by: Actor, at: datetime) -> None:
    """The person agrees to the standard, or to its correction; it is paid from the next plan on. `how`: one of HOW. Refused when
    there is nothing to confirm. Who may say so for whom is the caller's to check."""
    if how not in HOW or (how == "portal") != (by.kind is ActorKind.RESIDENT):
        raise Refused(Problem("how", "请选择本人是怎样确认的。", "how"))
    async with transaction():
        state = await benefits.lock(county_code, person_id)
        if state is None:
            raise NotFound
        corrected = await redetermination.put_into_force(county_code, person_id, how, by, at)
        if state == "determined":
            await benefits.confirm(county_code, person_id, how, by.id, by.name, at)
        elif not corrected:
            raise Refused(Problem("confirmed", "待遇核定表已经确认过了。"))
        await audit.write(county_code, at, by.kind, by.id, by.name, "benefit.confirmed", "person", f"{person_id}", detail=how)


async def clear_account(county_code: int, person_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Takes a wrong account away (R-269); a new one comes from the person or from the bank. The person is told."""
    require_post(by, county_code, (Post.COUNTY_BENEFIT,))
    if len(reason.strip()) < REASON_AT_LEAST:
        raise Refused(Problem("no-reason", "请写明为什么清除，本人会看到。", "reason"))
    async with transaction():
        person = await people.read(county_code, person_id)
        if person is None or not await benefits.end_account(county_code, person_id, reason.strip(), at):
            raise NotFound
        body = (
            f"您的养老金发放账户已经清除，原因：{reason.strip()}。没有账户，养老金发不出来，以后有了账户一起补发。"
            "请在“更换养老金发放账户”里填写本人的账户，或者带身份证和银行卡到银行网点办理。"
        )
        await messages.tell(
            county_code=county_code, recipient_index=person.id_index, case_id=None, title="请重新填写养老金发放账户", body=body, at=at,
            phone=person.phone,
        )  # fmt: skip
        await audit.write(
            county_code, at, by.kind, by.id, by.name, "benefit.account_cleared", "person", f"{person_id}", reason.strip()
        )
