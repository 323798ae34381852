"""关系转出 (规程第四十三条; P-29, P-30): the case that a letter of another county opens here by itself.

One person settles and proposes, another one signs 《转出审批表》; approval closes the account and sends it on.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from db.queries import accounts
from db.queries import transfers as queries
from db.stores.transfers import TransferRow
from domain import months
from domain.actor import ActorKind
from domain.case import person_change, sources
from domain.case.item import Answer, Comparison, Effect, Page, ServiceItem, Source, Subject
from domain.errors import Finding, NotFound
from domain.money import show
from domain.rules import transfer as rule
from domain.rules.transfer import Leaving
from domain.transfers import departure
from domain.transfers.departure import Trial

LETTER = "接收函"


class TransferOut(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    letter_no: Annotated[str, Meta(title="接收函编号", max_length=32, extra={"widget": "text"})]
    agency: Annotated[str, Meta(title="转入地社保机构", max_length=60, extra={"widget": "text"})]
    household_address: Annotated[str, Meta(title="新户籍地址", max_length=100, extra={"widget": "text"})]
    moved_on: Annotated[date, Meta(title="户籍变更日期", extra={"widget": "date"})]


class Facts(Struct, frozen=True, kw_only=True):
    row: TransferRow
    name: str
    leaving: Leaving
    trial: Trial
    answers: tuple[Answer, ...]


async def _row(ask: TransferOut, subject: Subject) -> TransferRow:
    """The letter that counts: one that was sent again takes the place of the first."""
    first = await queries.by_number(subject.county_code, "out", ask.letter_no)
    if first is None:
        raise NotFound
    newest = await queries.of_case(subject.county_code, first.case_id) if first.case_id else None
    return newest or first


async def gather(ask: TransferOut, subject: Subject, on: date) -> Facts:
    person = await person_change.person_of(subject)
    account = await accounts.account_of(subject.county_code, person.id)
    if account is None:
        raise NotFound
    row = await _row(ask, subject)
    return Facts(
        row=row, name=person.name, leaving=await departure.standing(row, person, account, on),
        trial=await departure.trial(row, account, on),
        answers=await sources.ask(subject.county_code, person.id_index, (Source.DEATHS,)),
    )  # fmt: skip


def examine(_ask: TransferOut, facts: Facts) -> list[Finding]:
    found = rule.findings(facts.leaving)
    if facts.trial.problem:
        found.append(Finding("interest", f"{facts.trial.problem}。", basis="规程第四十三条"))
    return [*found, *sources.deceased(facts.answers)]


def compare(ask: TransferOut, facts: Facts) -> list[Comparison]:
    trial = facts.trial
    return [
        Comparison("姓名", facts.row.name, LETTER, facts.name, facts.row.sent_on, facts.row.name == facts.name),
        Comparison("转入地", ask.agency, LETTER, facts.row.other_name, facts.row.sent_on, ask.agency == facts.row.other_name),
        Comparison("转出时间", f"{trial.out_on:%Y年%m月%d日}", "本县账户", f"结息到{months.in_words(trial.settled_month)}", None, None),
        Comparison("缴费年限", f"{trial.years}年", "本县账户", f"{trial.years}年", None, None),
        Comparison("转出金额", f"{show(trial.total_fen)}元", "本县账户", "连本带息", None, None),
    ]  # fmt: skip


async def effect(ask: TransferOut, by: Effect) -> None:
    await departure.leave(await _row(ask, by.subject), by.actor, by.at)


ITEM = ServiceItem(
    code="transfer_out",
    title="养老保险关系转出",
    summary="您的户口迁到外地，那边的社保机构来函以后，由经办机构自动办理，您不用跑",
    result="您在本县的关系已经转出，缴费年限和账户里的钱随后记到转入地，可以在转入地查看。",
    basis=("规程第四十三条",),
    payload=TransferOut,
    pages=(Page("letter", "接收函", ("letter_no", "agency", "household_address", "moved_on")),),
    applicants=frozenset({ActorKind.SYSTEM}),
    gather=gather,
    examine=examine,
    compare=compare,
    effect=effect,
    documents=("receipt", "result"),
)
