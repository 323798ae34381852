"""代扣代缴 (湖南省经办工作流程十三; R-116…R-121): what the bank is asked to debit, and what it says it did.

A list of the year is made of one bank's confirmed agreements, declared and approved by two people; its file is made then and
never again. The bank's return is taken whole or not at all; the list is booked when the money the bank says it took is there.
Before any of that the bank confirms name and account of each payer by a sign file.
"""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec import Struct

from db.engine import transaction
from db.queries import agreements as queries
from db.queries import contributions as contribution_queries
from db.queries.agreements import Candidate, DebitLine
from db.stores import agreements as store
from db.stores import books as book_store
from db.stores import contributions as years
from db.stores import exchange, funded_lists, messages
from db.stores.books import Document, NewDocument
from domain import books, contributions
from domain.actor import Actor, Post
from domain.agency import debit_files, require_post, worker
from domain.agency.parameters_import import snapshot
from domain.books import DocumentKind
from domain.contribution_lines import LineRules, Paid, choices_of, nobody, not_paying
from domain.errors import NotFound, Problem, Refused
from domain.exchange import bank as formats
from domain.exchange import workbook
from domain.exchange.bank import Debit, Outcome, Signing
from domain.money import show
from domain.parameters import Missing

KIND = DocumentKind.DIRECT_DEBIT
MAKERS = (Post.COUNTY_COLLECTION,)
MOST = 20_000  # people of one list


class Due(Struct, frozen=True):
    """Somebody on an agreement: what is to be debited for him this year, or why nothing is."""

    who: Candidate
    amount_fen: int
    why_not: str = ""


class Header(Struct, frozen=True):
    bank: str
    year: int


class Slip(Struct, frozen=True):
    """《银行代扣代缴进账单》: what the bank took altogether, and when."""

    total_fen: int
    debited_on: date


# ---------------------------------------------------------------- the list


async def due(county_code: int, bank: str, at: datetime) -> list[Due]:
    """Everybody on this bank's confirmed agreements, in the order of debit. Writes nothing."""
    people = await queries.candidates(county_code, bank, at.year)
    paid = [_paid(who, 1, at.date(), line) for line, who in enumerate(people, start=1)]
    known = await years.facts(county_code, [who.id_index for who in people], [at.year] * len(people))
    rules = LineRules(await snapshot(county_code), at.date())
    found = []
    for who, payment, facts in zip(people, paid, known, strict=True):
        problem = nobody(payment, facts, county_code)
        if problem is None and (facts.participation_status, facts.contribution_status) != (1, 1):
            problem = not_paying(facts)
        amount, why_not = 0, problem.message if problem else ""
        if not why_not and who.listed:
            why_not = "已经在另一份没有办完的扣款名单里。"
        if not why_not and (facts.paid_fen or facts.year_category):
            why_not = f"{at.year}年已经缴过费。"
        if not why_not:
            amount, why_not = _amount(who, payment, facts, rules)
        found.append(Due(who, amount, why_not))
    return found


def _paid(who: Candidate, fen: int, on: date, line: int) -> Paid:
    return Paid(line_no=line, name=who.name, id_number=who.id_number, id_index=who.id_index, year=on.year, amount_fen=fen,
                value_on=on, note=f"{who.agreement_id}")  # fmt: skip


def _amount(who: Candidate, payment: Paid, facts: years.LineFacts, rules: LineRules) -> tuple[int, str]:
    """What the agreed tier costs this person this year (R-118)."""
    try:
        rule = next((each for each in choices_of(payment, facts, rules) if each.tier == who.tier), None)
    except Missing as missing:
        return 0, f"{missing}"
    if rule is None:
        return 0, f"今年没有每年{who.tier}元的档次，请变更协议。"
    return (int(rule.personal), "") if rule.personal else (0, "今年由政府全额代缴，不用扣款。")


async def make(county_code: int, bank: str, by: Actor, at: datetime) -> int:
    """A draft list of the year; returns its id. Refused when there is nobody to debit."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        await funded_lists.one_at_a_time(county_code, KIND)
        wanted = [each for each in await due(county_code, bank, at) if not each.why_not][:MOST]
        if not wanted:
            raise Refused(Problem("nobody", "这家银行的协议里没有今年还要扣款的人。", "bank"))
        new = NewDocument(
            kind=KIND, business_on=at.date(), region_code=f"{county_code:06d}", title=f"{at.year}年代扣代缴 {bank}"[:200],
            header=msgspec.json.encode(Header(bank, at.year)).decode(),
        )  # fmt: skip
        paid = [_paid(each.who, each.amount_fen, at.date(), line) for line, each in enumerate(wanted, start=1)]
        return await contributions.take_in(county_code, new, paid, by, at)


async def declare(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    require_post(by, county_code, MAKERS)
    async with transaction():
        await _held(county_code, document_id, "draft")
        await books.declare(county_code, document_id, by, at)


async def approve(county_code: int, document_id: int, by: Actor, at: datetime) -> None:
    """By another person than who made the list. The bank's file is made in the same breath. Refused when somebody on it has
    paid, or has left his agreement, since it was made."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        document = await _held(county_code, document_id, "declared")
        await books.approve(county_code, document_id, by, at)
        lines = await queries.debit_lines(county_code, document_id)
        if gone := "、".join(line.name for line in lines if not line.stands):
            raise Refused(Problem("gone", f"{gone}已经缴过费，或者不在代扣协议里了。请作废这份名单，重新生成。"))
        batch = formats.batch_number(at.date(), document_id)
        body = formats.encode_debits([_debit(county_code, line, batch) for line in lines])
        await debit_files.send(county_code, header_of(document).bank, "debit", formats.debit_file_name(county_code, batch), body,
                    len(lines), document.total_fen, at, document_id)  # fmt: skip


def _debit(county_code: int, line: DebitLine, batch: str) -> Debit:
    return Debit(
        participant_no=f"{county_code}-{line.person_id}", name=line.name, id_number=line.id_number, amount_fen=line.amount_fen,
        batch_no=batch, account_no=line.bank_account, region_code=line.region_code,
    )  # fmt: skip


async def cancel(county_code: int, document_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Only before the bank has its file."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        await _held(county_code, document_id, "draft", "declared")
        await books.cancel(county_code, document_id, reason, by, at)


def header_of(document: Document) -> Header:
    return msgspec.json.decode(document.header, type=Header)


async def _held(county_code: int, document_id: int, *states: str) -> Document:
    document = await books.locked(county_code, document_id, *states)
    if document.kind != KIND:
        raise NotFound
    return document


# ---------------------------------------------------------------- the return


async def take_return(
    county_code: int, file_id: int, success: bytes, failure: bytes, slip: Slip, by: Actor, at: datetime
) -> bool:
    """What the bank says of a debit file; False when just this was said before, and nothing changes. Refused, nothing
    taken: half an answer, lines that are not ours, another total than its own slip, a second answer that differs."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        sent = await debit_files.sent(county_code, file_id)
        if sent.document_id is None:
            raise NotFound
        if await debit_files.heard(county_code, sent, debit_files.digest_of(success, failure)):
            return False
        document = await _held(county_code, sent.document_id, "approved")
        outcomes = formats.decode_returns(success, failure, formats.decode_debits(sent.body))
        lines = await queries.debit_lines(county_code, document.id)
        _check_slip(document, slip, lines, outcomes, at.date())
        failed = [(line, said.reason) for line, said in zip(lines, outcomes, strict=True) if said.reason]
        await store.fail_lines(county_code, document.id, [(line.line_no, reason) for line, reason in failed])
        await funded_lists.date_lines(county_code, document.id, slip.debited_on)
        await book_store.count_lines(county_code, document.id)
        await debit_files.answered(county_code, sent, success, failure, at)
        await _tell_payers(county_code, header_of(document).year, failed, at)
        await books.log(county_code, at, by, "debit.returned", document.id, f"{len(lines) - len(failed)} {len(failed)}")
    return True


def _check_slip(
    document: Document, slip: Slip, lines: Sequence[DebitLine], outcomes: Sequence[Outcome], today: date
) -> None:
    if not document.business_on <= slip.debited_on <= today:
        raise Refused(Problem("debited-on", "扣款日期不能早于名单，也不能晚于今天。", "debited_on"))
    fen = sum(line.amount_fen for line, said in zip(lines, outcomes, strict=True) if not said.reason)
    if fen != slip.total_fen:
        text = f"进账单合计{show(slip.total_fen)}元，回盘扣成{show(fen)}元，对不上。请银行核对后重新回盘。"
        raise Refused(Problem("other-total", text, "total"))


async def _tell_payers(county_code: int, year: int, failed: Sequence[tuple[DebitLine, str]], at: datetime) -> None:
    """One message a payer, with everybody for whom nothing was taken."""
    told: dict[bytes, list[str]] = {}
    for line, reason in failed:
        told.setdefault(line.payer_index, []).append(f"{line.name}{show(line.amount_fen)}元（{reason}）")
    for payer, people in told.items():
        body = f"{year}年的养老保险费，银行没有扣成：{'、'.join(people)}。请存够钱等下一次扣款，或者用别的方式在今年内缴上。"
        await _tell(county_code, payer, "代扣没有成功", body, at)


async def _tell(county_code: int, payer: bytes, title: str, body: str, at: datetime) -> None:
    await messages.tell(county_code=county_code, recipient_index=payer, case_id=None, title=title, body=body, at=at)


async def failed_rows(county_code: int, document_id: int) -> bytes:
    """xlsx of whom the bank did not debit, and why."""
    rows = await contribution_queries.lines(county_code, document_id, states=["failed"], limit=MOST)
    lines = [[f"{row.line_no}", row.name, f"{row.year or ''}", show(row.amount_fen), row.reason] for row in rows]
    return workbook.write([("没有扣成的人", [["行", "姓名", "年度", "金额（元）", "原因"], *lines])])


# ---------------------------------------------------------------- new agreements: the bank checks name and account


async def ask_bank(county_code: int, bank: str, by: Actor, at: datetime) -> int:
    """A sign file of the agreements this bank has not confirmed; returns it. Refused while it owes the last answer."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        await exchange.lock_partner(county_code, bank)
        if await queries.open_signing(county_code, bank):
            raise Refused(Problem("asked", "上一份签约文件银行还没有回盘。", "bank"))
        waiting = await queries.unchecked(county_code, bank)
        if not waiting:
            raise Refused(Problem("nobody", "这家银行没有等校验的协议。", "bank"))
        body = formats.encode_signings([
            Signing(participant_no=f"{county_code}-{each.agreement_id}", id_number=each.payer_id_number, name=each.payer_name,
                    account_no=each.bank_account)
            for each in waiting
        ])  # fmt: skip
        serial = await exchange.next_out(county_code, bank)
        name = formats.signing_file_name(county_code, formats.batch_number(at.date(), serial))
        file_id = await debit_files.send(county_code, bank, "signing", name, body, len(waiting), 0, at)
        await books.log(county_code, at, by, "debit.bank_asked", file_id, f"{len(waiting)}", "exchange_file")
    return file_id


async def take_signing_return(
    county_code: int, file_id: int, success: bytes, failure: bytes, by: Actor, at: datetime
) -> bool:
    """Which accounts the bank knows; the others' agreements end and their payers are told. False and Refused as take_return."""
    require_post(by, county_code, MAKERS)
    async with transaction():
        sent = await debit_files.sent(county_code, file_id)
        if sent.document_id is not None:
            raise NotFound
        if await debit_files.heard(county_code, sent, debit_files.digest_of(success, failure)):
            return False
        asked = formats.decode_signings(sent.body)
        waiting = {
            f"{county_code}-{each.agreement_id}": each for each in await queries.unchecked(county_code, sent.partner)
        }
        for row, said in zip(asked, formats.decode_returns(success, failure, asked), strict=True):
            each = waiting.get(row.participant_no)
            if each is None:
                continue  # ended since: nothing is left to confirm
            if not said.reason:
                await store.confirm(county_code, each.agreement_id, at)
                continue
            await store.end(county_code, each.agreement_id, at.date(), "account-refused")
            body = f"银行核对代扣账户没有通过：{said.reason}。这份代扣协议没有生效，请核对户名和账号，重新签协议。"
            await _tell(county_code, each.payer_index, "代扣协议没有生效", body, at)
        await debit_files.answered(county_code, sent, success, failure, at)
        await books.log(county_code, at, by, "debit.bank_answered", file_id, f"{len(asked)}", "exchange_file")
    return True


# ---------------------------------------------------------------- what ends by itself


async def take_out_finished(county_code: int, at: datetime) -> int:
    """The worker's round: who need not pay any more is debited no more (R-120), and the payer is told; returns how many."""
    async with transaction():
        left = await store.take_out_finished(county_code, at.date())
        for each in left:
            body = f"{each.name}停保、退保或者年满60周岁，不用再缴费，银行以后不再代扣。"
            await _tell(county_code, each.payer_index, "代扣已经停止", body, at)
        if left:
            await books.log(
                county_code, at, worker(county_code), "debit.finished", 0, f"{len(left)}", "debit_agreement"
            )
    return len(left)
