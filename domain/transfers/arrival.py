"""转入地: the letter goes out, the form comes, and the account is booked once everything is there (规程第四十二条、第四十三条;
R-373, R-377…R-381, R-390, R-394)."""

from datetime import date, datetime
from typing import Any

import msgspec

from db.queries import books as book_query
from db.queries import people as people_query
from db.queries import portal
from db.queries import transfers as queries
from db.stores import books as book_store
from db.stores import cases, ledger, messages, people, transfer_accounts
from db.stores import transfers as store
from db.stores.transfers import Line, NewTransfer, TransferRow
from domain import books, months
from domain.actor import Actor
from domain.agency import require_post
from domain.books import DocumentKind
from domain.errors import Problem, Refused
from domain.exchange.transfer import Completion, FormLine, Letter, Outcome, Refusal
from domain.exchange.transfer import Money as WireMoney
from domain.funds import Fund
from domain.ledger import Kind
from domain.local import profile
from domain.money import show
from domain.rules import transfer as rule
from domain.rules.transfer import Money
from domain.transfers.newcomer import catch_up, settle_in
from domain.transfers.writing import OFFICERS, due_day, entries, finish, held, note, opened, queue

RECEIPT_ACCOUNT = "income_account"  # 转移收入 comes in there (规程第四十八条)


async def ask(
    county_code: int, answers: dict[str, Any], out_county: int, id_index: bytes, case_id: int, by: Actor, at: datetime
) -> int:
    """发出《接收函》, in the caller's transaction. `answers`: the application's. Refused while the office has not named the account
    to which money is to come."""
    county = await portal.county(county_code)
    assert county is not None, "the case's own county"
    on = at.date()
    scope = rule.scope_of(county_code, out_county)
    money = rule.money_of(scope, Money(str(profile(county.profile).switches["intra_province_settlement"].value)))
    target = (
        await _receiving_account(county_code) if money is Money.CASH else {"payee": "", "bank": "", "bank_account": ""}
    )
    number = f"{county_code:06d}-{on.year}-{case_id}"
    earlier = await queries.of_case(county_code, case_id)
    if earlier is not None:  # sent again
        number = f"{number}-{earlier.id}"
    letter = Letter(
        letter_no=number, in_county=county_code, out_county=out_county, agency=county.agency_name, name=answers["name"],
        social_security_no=answers["id_number"], household_address=answers["household_address"], region_code=answers["region_code"],
        moved_on=date.fromisoformat(answers["moved_on"]), sent_on=on, valid_until=rule.valid_until(on), money=WireMoney(money.value),
        handler=by.name, phone=county.agency_phone, **target,
    )  # fmt: skip
    transfer_id = await store.insert(county_code, NewTransfer(
        direction="in", number=number, scope=scope.value, money=money.value, other_county=out_county, other_name=answers["from_place"],
        case_id=case_id, person_id=None, name=letter.name, id_index=id_index, region_code=letter.region_code, state="asked",
        letter=msgspec.to_builtins(letter), sent_on=on, valid_until=letter.valid_until, due_on=letter.valid_until, provisional=False,
    ), at)  # fmt: skip
    assert transfer_id is not None, "the number is new"
    await queue(county_code, "transfer_letter", [letter], case_id, at, number)
    row = await held(county_code, transfer_id, "in", "asked")
    await note(row, at, "asked", by, f"接收函{number}，有效期至{letter.valid_until:%Y-%m-%d}")
    return transfer_id


async def _receiving_account(county_code: int) -> dict[str, str]:
    found = [
        row
        for row in await book_query.bank_accounts(county_code)
        if row.kind == RECEIPT_ACCOUNT and row.until_on is None
    ]
    if not found:
        raise Refused(Problem("no-bank-account", "请财务先在“银行账户”里登记收入户，转出地要把钱汇到这个账户。"))
    account = found[0]
    return {
        "payee": account.account_name,
        "bank": account.bank,
        "bank_account": "".join(filter(str.isdigit, account.account_no)),
    }


async def ask_again(county_code: int, transfer_id: int, by: Actor, at: datetime) -> int:
    """The letter ran out without an answer (R-380): another one, under a number of its own."""
    require_post(by, county_code, OFFICERS)
    row = await held(county_code, transfer_id, "in", "lapsed")
    assert row.case_id is not None
    return await ask(county_code, await _answers(row), row.other_county, row.id_index, row.case_id, by, at)


async def _answers(row: TransferRow) -> dict[str, Any]:
    case = await cases.read(row.county_code, row.case_id or 0)
    assert case is not None, "a letter comes from a case"
    return case.answers


async def form_came(county_code: int, rows: list[FormLine], by: Actor, at: datetime) -> None:
    """《审批表》. A second one changes nothing. What disagrees is kept beside it for whoever confirms."""
    head = rows[0]
    row = await store.lock_number(county_code, "in", head.letter_no) or await _supplement(county_code, head.letter_no, at)
    if row is None:
        raise Refused(Problem("unknown-letter", f"没有编号为{head.letter_no}的接收函。"))
    if row.state not in ("asked", "lapsed"):
        return
    lines = [
        Line(line_no=number, year=each.year, kind=each.kind.value, counts=each.counts.value == "yes",
             amounts={fund.value: getattr(each, f"{fund.value}_fen") for fund in Fund})
        for number, each in enumerate(rows, start=1)
    ]  # fmt: skip
    wrong = rule.confirmed(sum(line.total_fen for line in lines), head.total_fen, row.name, head.name)
    if people_query.id_index_of(head.social_security_no) != row.id_index:
        wrong = "审批表上的身份证号码和转入申请不一致"
    due_on, provisional = await due_day(at.date())
    form = {name: value for name, value in msgspec.to_builtins(head).items() if name in _HEAD}
    await store.add_lines(county_code, row.id, lines)
    await store.change(
        county_code, row.id, state="answered", total_fen=head.total_fen, out_on=head.out_on, settled_month=head.settled_month,
        form_sealed=store.sealed(form), due_on=due_on, provisional=provisional, reason=wrong, other_name=head.agency,
    )  # fmt: skip
    if row.money == Money.CASH and head.total_fen and not wrong:
        document = await opened(
            row, DocumentKind.TRANSFER_IN, head.total_fen, f"关系转入 {row.name} 从{head.agency}", by, at
        )
        await store.change(county_code, row.id, document_id=document.id)
    await note(row, at, "answered", by, f"{head.years}年，{show(head.total_fen)}元")
    if row.money == Money.CASH:
        body = f"转出地已经同意转出，您的{head.years}年缴费年限和账户里的{show(head.total_fen)}元正在转来，钱到账以后马上记入。"
        await _tell(row, "转出地已经同意转出", body, at)


_HEAD = frozenset({
    "letter_no", "agency", "name", "first_enrolled_on", "out_on", "settled_month", "years", "total_fen", "handler",
})  # fmt: skip


async def _supplement(county_code: int, number: str, at: datetime) -> TransferRow | None:
    """What came late over there follows a transfer that is booked here, under its number and -S."""
    first, _, count = number.rpartition("-S")
    base = await store.lock_number(county_code, "in", first) if count.isdigit() else None
    if base is None or base.state != "booked":
        return None
    due_on, provisional = await due_day(at.date())
    values = {name: getattr(base, name) for name in NewTransfer.__struct_fields__}
    transfer_id = await store.insert(
        county_code, NewTransfer(**values | {"number": number, "state": "asked", "due_on": due_on, "provisional": provisional}), at
    )
    return await store.lock(county_code, transfer_id) if transfer_id else None


async def refused(county_code: int, told: Refusal, by: Actor, at: datetime) -> None:
    """The other county keeps the relation."""
    row = await store.lock_number(county_code, "in", told.letter_no)
    if row is None:
        raise Refused(Problem("unknown-letter", f"没有编号为{told.letter_no}的接收函。"))
    if row.state not in ("asked", "lapsed"):
        return
    await store.change(county_code, row.id, state="refused", reason=told.reason, closed_at=at)
    await note(row, at, "refused", by, told.reason)
    body = f"转出地没有同意把您的养老保险关系转出，原因：{told.reason}。关系和账户里的钱还在原来的地方。有不明白的，请问转出地或者本县社保机构。"
    await _tell(row, "关系转移没有办成", body, at)


async def lapse(county_code: int, transfer_id: int, by: Actor, at: datetime) -> None:
    """Nobody has answered in the month of the letter (R-380)."""
    row = await store.lock(county_code, transfer_id)
    if row is not None and row.state == "asked" and at.date() > row.valid_until:
        await store.change(county_code, row.id, state="lapsed", reason="接收函过期，转出地没有答复")
        await note(row, at, "lapsed", by)


async def confirm(county_code: int, transfer_id: int, by: Actor, at: datetime) -> None:
    """比对一致，办理转入: without money of its own, as inside a province (R-379). In the caller's transaction."""
    require_post(by, county_code, OFFICERS)
    row = await held(county_code, transfer_id, "in", "answered")
    if row.reason:
        raise Refused(Problem("disagrees", f"{row.reason}，不能确认。请选择不予确认，由转出地取消转出。"))
    if row.money == Money.CASH and row.total_fen:
        raise Refused(Problem("money-first", "这笔转移要等钱足额到账以后才能记入。"))
    await _book(row, by, at)


async def not_confirm(county_code: int, transfer_id: int, reason: str, by: Actor, at: datetime) -> None:
    """比对有误 (R-381): the other county takes its transfer back. Refused once money has come for it."""
    require_post(by, county_code, OFFICERS)
    row = await held(county_code, transfer_id, "in", "answered")
    if len(reason.strip()) < 4:
        raise Refused(Problem("no-reason", "请写明哪里不一致，转出地会看到。", "reason"))
    if row.document_id is not None:
        await books.cancel(county_code, row.document_id, f"不予确认：{reason.strip()}", by, at)
    await store.change(county_code, row.id, state="cancelled", reason=reason.strip(), closed_at=at)
    await _feed_back(row, Outcome.NOT_CONFIRMED, 0, reason.strip(), at)
    await note(row, at, "not_confirmed", by, reason.strip())
    await _tell(
        row,
        "关系转移没有办成",
        f"转来的记录核对有误，已经请转出地取消，原因：{reason.strip()}。我们会和转出地弄清以后再办。",
        at,
    )


async def take_money(county_code: int, transfer_id: int, by: Actor, at: datetime) -> None:
    """Books once the full amount arrived (R-377); anything else is a difference that somebody has to look at (R-378)."""
    row = await store.lock(county_code, transfer_id)
    if row is None or row.state != "answered" or row.document_id is None or row.reason:
        return
    there = sum(fen for _, fen, _ in await book_store.received(county_code, row.document_id))
    if there == row.total_fen:
        await store.close_difference(county_code, row.id, "已经足额到账", by.name, at)
        await _book(row, by, at)
    elif there and await store.open_difference(county_code, row.id, row.total_fen or 0, there, by.name, at):
        await note(row, at, "difference", by, f"应到{show(row.total_fen or 0)}元，到账{show(there)}元")


async def _book(row: TransferRow, by: Actor, at: datetime) -> None:
    """The person is at home here from now on, with one account and all his years."""
    county, on = row.county_code, at.date()
    assert row.settled_month is not None and row.total_fen is not None
    await books.open_period(county, on)
    person_id, joined = await settle_in(row, await _answers(row), by, at)
    account_id = await people.open_account(county, person_id, on, row.case_id)
    lines = await queries.lines(county, row.id)
    if row.document_id is None:
        document = await opened(
            row, DocumentKind.TRANSFER_IN, row.total_fen, f"关系转入 {row.name} 从{row.other_name}", by, at
        )
        place = "transit"
    else:
        document, place = await books.begin_booking(county, row.document_id, on)
    value_on = months.last_day(row.settled_month)
    await ledger.post(county, document.id, on, entries(account_id, Kind.TRANSFER_IN, lines, value_on, 1))
    await finish(document, {place: row.total_fen, "transfer_income": -row.total_fen}, by, at)
    person = await people.read(county, person_id)
    assert person is not None
    await transfer_accounts.record_years(county, account_id, lines, person.household_type, on, joined=joined)
    await transfer_accounts.enrolled_since(county, person_id, date.fromisoformat(row.form["first_enrolled_on"]))
    await catch_up(county, person_id, row.settled_month, joined, by, at)
    await store.change(
        county, row.id, state="booked", booked_on=on, person_id=person_id, document_id=document.id, closed_at=at
    )
    await _feed_back(row, Outcome.DONE, row.total_fen, "", at)
    await note(row, at, "booked", by, show(row.total_fen))
    body = f"您的养老保险关系已经转来：账户里记入{show(row.total_fen)}元，缴费年限{row.form['years']}年。在“我的账户”里可以逐年核对，有不一样的请到窗口提出。"
    await _tell(row, "养老保险关系已经转来", body, at)


async def _feed_back(row: TransferRow, outcome: Outcome, fen: int, reason: str, at: datetime) -> None:
    told = Completion(
        letter_no=row.number, in_county=row.county_code, out_county=row.other_county, outcome=outcome, booked_on=at.date(),
        total_fen=fen, reason=reason[:200],
    )  # fmt: skip
    await queue(row.county_code, "transfer_completion", [told], row.case_id, at, row.number)


async def _tell(row: TransferRow, title: str, body: str, at: datetime) -> None:
    answers = await _answers(row)
    await messages.tell(
        county_code=row.county_code, recipient_index=row.id_index, case_id=row.case_id, title=title, body=body, at=at,
        phone=answers.get("phone"),
    )  # fmt: skip
