"""制度衔接 (人社部发〔2014〕17号; R-397…R-406): the account goes to the employee scheme whole, or the one from there comes here and its
years are added. What was paid in both for the same months is given back by the side where the person stays.

The office of the employee scheme is outside: its letters and sheets are typed in by the desk, its money comes and goes through
the bank. Each step has 15 working days.
"""

from datetime import date, datetime

from db.engine import transaction
from db.queries import accounts
from db.queries import benefits as benefit_query
from db.queries import books as book_query
from db.queries import linkage as queries
from db.queries import transfers as transfer_query
from db.queries.accounts import Account
from db.stores import linkage as store
from db.stores import people, transfer_accounts
from db.stores.linkage import NewLinkage
from db.stores.people import PersonRow
from domain import books as desk
from domain import determination, months
from domain.actor import Actor
from domain.agency import worker
from domain.agency.linkage_in import answered, arrived, cancel
from domain.agency.linkage_out import finished, leave, paid, send_on
from domain.agency.linkage_writing import OFFICERS, Asked, held, log
from domain.agency.parameters_import import snapshot
from domain.case.person_change import RECEIVING
from domain.case.status import UNDECIDED
from domain.errors import NotFound, Problem, Refused, Weight
from domain.rules import linkage as rule
from domain.rules.linkage import Direction, Facts
from domain.transfers.writing import due_day

__all__ = ["OFFICERS", "Asked", "answered", "begin", "cancel", "finished", "follow", "receiving_account", "standing", "worth"]

RECEIPT_ACCOUNT = "income_account"


async def standing(
    asked: Asked, person: PersonRow, account: Account, on: date, case_id: int | None, *, draws_there: bool = False
) -> Facts:
    """What rules.linkage.findings asks. `case_id`: the linkage's own."""
    county = person.county_code
    found = await transfer_query.open_business(county, account.id, person.id_index, sorted(UNDECIDED), case_id)
    named = (
        (found.lines, "还没有登账的缴费或调整"), (found.waiting_money, "还没有认定的缴费"), (found.orders, "还没有付出的退款"),
        (found.cases, "办理中的业务"),
    )  # fmt: skip
    receiving = person.contribution_status == RECEIVING and person.participation_status != 4
    return Facts(
        on=on, retired_on=asked.retired_on, employee_months=asked.employee_months,
        participates=person.participation_status in (1, 2) and account.status == "open",
        draws=draws_there or receiving or await transfer_query.draws(county, person.id),
        under_way=await queries.is_open(county, person.id, case_id),
        open_business=tuple(f"{count}件{title}" for count, title in named if count),
    )  # fmt: skip


async def worth(account: Account, county_code: int, on: date) -> int:
    """分 in the account with its interest up to the end of the month; reads only. NegativeBase as rules.interest."""
    balances, _ = await determination.settled(county_code, account, months.month_of(on), await snapshot(county_code))
    return sum(balances.values())


async def begin(county_code: int, person_id: int, asked: Asked, case_id: int, by: Actor, at: datetime) -> int:
    """The decision, in the caller's transaction: the letter goes out, or the account leaves. Looks once more under the locks that
    bookings take too."""
    on = at.date()
    await desk.open_period(county_code, on)
    person = await people.read(county_code, person_id, lock=True)
    account = await accounts.account_of(county_code, person_id)
    if person is None or account is None:
        raise NotFound
    await transfer_accounts.hold_account(county_code, account.id)
    facts = await standing(asked, person, account, on, case_id)
    if bars := [each for each in rule.findings(asked.direction, facts) if each.weight is Weight.BARS]:
        raise Refused(*bars)
    leaves = asked.direction is Direction.TO_EMPLOYEE
    due_on, provisional = await due_day(on, rule.EACH_STEP_DAYS)
    linkage_id = await store.insert(county_code, NewLinkage(
        direction=asked.direction.value, number=asked.letter_no or f"{county_code:06d}-{on.year}-L{case_id}", case_id=case_id,
        person_id=person.id, account_id=account.id, agency=asked.agency, state="sent" if leaves else "asked", asked_on=on, due_on=due_on,
        provisional=provisional, employee_months=asked.employee_months,
        years_here=len(await benefit_query.counted_years(county_code, account.id)),
    ), at)  # fmt: skip
    if linkage_id is None:
        raise Refused(Problem("letter-twice", "这份联系函已经办理过，或者这个人的制度衔接正在办理。"))
    row = await held(county_code, linkage_id)
    if leaves:
        await leave(row, person, account, asked, by, at)
    else:
        await _receiving_account(county_code)
        await log(row, "asked", row.number, by, at)
    return linkage_id


async def _receiving_account(county_code: int) -> None:
    """Refused while the letter could not say where the money is to come."""
    if not await receiving_account(county_code):
        raise Refused(Problem("no-bank-account", "请财务先在“银行账户”里登记收入户，职工养老保险要把钱汇到这个账户。"))


async def receiving_account(county_code: int) -> tuple[str, str, str] | None:
    """(name, bank, number) of the account to which the money comes."""
    known = [row for row in await book_query.bank_accounts(county_code) if row.kind == RECEIPT_ACCOUNT and row.until_on is None]
    return (known[0].account_name, known[0].bank, known[0].account_no) if known else None


async def follow(county_code: int, at: datetime) -> None:
    """The worker's round: money that came, money that was paid, money that came late. Trouble with one does not keep the others waiting."""
    troubles = list[Exception]()
    for linkage_id in await queries.open_ids(county_code):
        try:
            async with transaction():
                row = await held(county_code, linkage_id)
                if row.state == "answered":
                    await arrived(row, worker(county_code), at)
                elif row.order_id is not None and row.payment_document_id is None:
                    await paid(row, worker(county_code), at)
                else:
                    await send_on(row, worker(county_code), at)
        except Refused:  # not in full, or a closed month: it stays on the list
            continue
        except Exception as trouble:  # noqa: BLE001 - raised below
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("not every linkage could be followed", troubles)
