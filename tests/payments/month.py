"""People who draw a pension, and the whole way of a month."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from db import engine
from db.queries import accounts
from db.stores import benefits as store
from db.stores import ledger
from db.stores.benefits import NewAccount, NewBenefit, NewStandard
from db.stores.ledger import Entry
from domain import finance, months, payment_list, payments
from domain.agency.direct_debit import Debit
from domain.exchange import bank as formats
from domain.ledger import Kind
from domain.runs import KINDS, payment_month, run
from tests import make
from tests.account.conftest import document
from tests.contributions.ways import CASHIER
from tests.items.claiming import LIN_JING
from tests.make import CHINA, COUNTY, FENG_YUAN, Person, id_number
from tests.runs.conftest import REVIEWER

KIND = payment_month.KIND
AT = datetime(2026, 12, 10, 9, tzinfo=CHINA)
MONTH = 202612
BANK = "农商银行"


def pensioner(number: int) -> Person:
    """Born in 1960 and before, each with a number of his own."""
    return Person(
        f"老人{'甲乙丙丁戊己庚辛壬癸'[number % 10]}",
        id_number(date(1955, 1 + number % 12, 1 + number % 28), 300 + number),
        100 + number,
    )


async def draws(
    number: int = 1, *, first: int = MONTH, amounts: dict[str, int] | None = None, bank: str | None = BANK, held: int = 0,
    region: str = make.GROUP, certified: int = 202611, verified: bool = True,
) -> int:  # fmt: skip
    """Somebody whose pension is confirmed from the month `first` on; 143.00 of the centre and 66.23 out of his account, where
    `held` 分 lie, unless said otherwise. Returns the person id."""
    person = pensioner(number)
    person_id = await make.participant(person, region)
    account = await accounts.account_of(COUNTY, person_id)
    assert account is not None
    async with engine.transaction():
        await store.add_benefit(COUNTY, NewBenefit(
            person_id=person_id, account_id=account.id, case_id=None, eligible_on=date(2026, 11, 10), first_month=first, years=15,
            certified_month=certified, paid_until=months.after(first, -1),
        ), AT)  # fmt: skip
        await standard(person_id, first, amounts or {"basic_central": 14300, "account_personal": 6623})
        await store.confirm(COUNTY, person_id, "counter", LIN_JING.id, LIN_JING.name, AT)
        if bank:
            await banked(number, person_id, bank, verified=verified)
        if held:
            entry = Entry(
                account_id=account.id, kind=Kind.CONTRIBUTION, value_on=date(2026, 1, 5), amounts={"personal": held}
            )
            await ledger.post(COUNTY, await document(), date(2026, 1, 5), [entry])
    return person_id


async def banked(number: int, person_id: int, bank: str = BANK, *, verified: bool = True, last: str = "0") -> None:
    await store.set_account(COUNTY, NewAccount(
        person_id=person_id, kind="card", bank=bank, holder_name=pensioner(number).name, number=f"62284804025{number:04d}{last}",
        origin="claim",
    ), AT)  # fmt: skip
    if verified:
        await engine.execute(
            "update payment_account set state = 'verified' where person_id = $1 and ended_at is null", person_id
        )


async def standard(person_id: int, month: int, amounts: dict[str, int]) -> None:
    new = NewStandard(person_id=person_id, from_month=month, reason="increase", amounts=amounts)
    await store.add_standard(COUNTY, new, LIN_JING.id, LIN_JING.name, AT)


async def sentenced(person_id: int, situation: str, first: int, last: int | None, *, acquitted: bool = False) -> None:
    await engine.execute(
        "insert into sentence_spell (county_code, person_id, situation, first_month, last_month, acquitted, document, recorded_at,"
        " recorded_by, recorded_by_name) values ($1, $2, $3, $4, $5, $6, '判决书', $7, 1, 'x')",
        COUNTY, person_id, situation, first, last, acquitted, AT,
    )  # fmt: skip


async def suspended(
    person_id: int, first: int, state: str = "confirmed", last: int | None = None, **more: object
) -> None:
    await engine.execute(
        "insert into benefit_suspension (county_code, person_id, reason, first_month, last_month, state, origin, proposed_at,"
        " proposed_by, proposed_by_name, pays_arrears) values ($1, $2, $8, $3, $4, $5, 'desk', $6, 1, 'x', $7)",
        COUNTY, person_id, first, last, state, AT, more.get("pays_arrears"), more.get("reason", "suspected_death"),
    )  # fmt: skip


async def was_paid(person_id: int, months_and_fen: dict[int, int]) -> None:
    """By plans of long ago."""
    for month, fen in months_and_fen.items():
        await engine.execute(
            "with r as (insert into batch_run (county_code, kind, period, settings, state, prepared_by, prepared_by_name, prepared_at)"
            " values ($1, 'payment_month', $2::int::text, '{}', 'done', 1, 'x', $5) returning id), p as (insert into payment_plan"
            " (county_code, month, run_id, state, pay_on, people, total_fen, created_at) select $1, $2, id, 'closed', '2024-01-01', 1,"
            " $4, $5 from r returning id), l as (insert into payment_line (county_code, plan_id, person_id, due_month, kind,"
            " basic_central_fen) select $1, id, $3, $2, 'regular', $4 from p) insert into payment_transfer (county_code, plan_id,"
            " person_id, region_code, net_fen, state) select $1, id, $3, '', $4, 'paid' from p",
            COUNTY, month, person_id, fen, AT,
        )  # fmt: skip
        await engine.execute(
            "update benefit set paid_until = greatest(paid_until, $2) where person_id = $1", person_id, month
        )


class PlanState(Struct, frozen=True):
    id: int
    state: str
    people: int
    total_fen: int


async def work(at: datetime = AT) -> None:
    while await run.advance(KINDS, COUNTY, at):
        pass


async def drafted(month: int = MONTH, at: datetime = AT) -> tuple[int, int]:
    """(run, plan) after the dry run."""
    run_id = await run.prepare(KIND, COUNTY, f"{month}", LIN_JING, at)
    await work(at)
    plan_id = await engine.fetchval("select id from payment_plan where run_id = $1", run_id)
    return run_id, plan_id


async def accepted(plan_id: int, at: datetime = AT) -> None:
    """The benefit desk says yes to everybody on the list."""
    rows = await engine.fetch(
        "select person_id from payment_transfer where plan_id = $1 and findings <> '{}' and decision = ''", plan_id
    )
    if rows:
        await payment_list.decide(COUNTY, plan_id, [row["person_id"] for row in rows], "accepted", "", LIN_JING, at)


async def approved(run_id: int, at: datetime = AT) -> None:
    await run.review(KIND, COUNTY, run_id, REVIEWER, at)
    await run.approve(KIND, COUNTY, run_id, FENG_YUAN, at)
    await work(at)
    assert await engine.fetchval("select state || trouble from batch_run where id = $1", run_id) == "done"


async def planned(month: int = MONTH, at: datetime = AT) -> int:
    """An approved plan in which everybody was accepted."""
    run_id, plan_id = await drafted(month, at)
    await accepted(plan_id, at)
    await approved(run_id, at)
    return plan_id


async def money(fen: int, at: datetime = AT) -> None:
    """In the expenditure account, the long way: a slip in suspense, moved by the books."""
    slip = finance.Slip(
        account="fiscal_account", bank="财政", slip_no=f"{at}{fen}", received_on=at.date(), amount_fen=fen, people=0
    )
    await finance.register_receipt(COUNTY, slip, None, CASHIER, at)
    await finance.move(COUNTY, "fiscal_account", "expenditure_account", fen, f"M{at}{fen}", at.date(), REVIEWER, at)


async def sent(plan_id: int, at: datetime = AT) -> list[int]:
    """Asked for, there, transferred, written: the files."""
    total = (await plan(plan_id)).total_fen
    if total:
        await money(total, at)
    await payments.request(COUNTY, plan_id, at.date(), REVIEWER, at)
    await payments.fund(COUNTY, plan_id, at.date(), REVIEWER, at)
    await payments.transfer(COUNTY, plan_id, "T1", at.date(), "", CASHIER, at)
    await payments.write_files(COUNTY, plan_id, CASHIER, at)
    return await open_files()


async def open_files() -> list[int]:
    rows = await engine.fetch("select id from exchange_file where kind = 'payment' and state = 'sent' order by id")
    return [row["id"] for row in rows]


async def lines_of(file_id: int) -> list[Debit]:
    from db.queries import payments as query  # noqa: PLC0415

    found = await query.file_body(COUNTY, file_id)
    assert found is not None
    return formats.decode_debits(found[1])


def answer(lines: list[Debit], failing: dict[int, str]) -> tuple[bytes, bytes, int]:
    """`failing`: person to reason. (`_S`, `_F`, 分 paid)."""
    person = [int(line.participant_no.partition("-")[2]) for line in lines]
    good = [line for line, p in zip(lines, person, strict=True) if p not in failing]
    bad = [(line, failing[p]) for line, p in zip(lines, person, strict=True) if p in failing]
    success = "".join(f"{x.participant_no}|{x.name}|{x.id_number}|{x.account_no}\r\n" for x in good)
    failure = "".join(f"{x.participant_no}|{x.name}|{x.id_number}|{why}\r\n" for x, why in bad)
    return success.encode("gb18030"), failure.encode("gb18030"), sum(line.amount_fen for line in good)


async def returned(file_id: int, failing: dict[int, str] | None = None, at: datetime = AT) -> None:
    success, failure, total = answer(await lines_of(file_id), failing or {})
    assert await payments.take_return(COUNTY, file_id, success, failure, total, at.date(), CASHIER, at)


async def paid(month: int = MONTH, at: datetime = AT, failing: dict[int, str] | None = None) -> int:
    """A whole month, up to the bank's answer."""
    plan_id = await planned(month, at)
    for file_id in await sent(plan_id, at):
        await returned(file_id, failing, at)
    return plan_id


async def plan(plan_id: int) -> PlanState:
    row = await engine.fetchrow("select id, state, people, total_fen from payment_plan where id = $1", plan_id)
    assert row is not None
    return msgspec.convert(dict(row), PlanState)


async def lines(person_id: int, plan_id: int | None = None) -> list[tuple[int, str, int]]:
    """(month, kind, 分) of everything that counts."""
    rows = await engine.fetch(
        "select due_month, kind, total_fen from payment_line where person_id = $1 and not voided"
        " and ($2::bigint is null or plan_id = $2) order by plan_id, due_month",
        person_id, plan_id,
    )  # fmt: skip
    return [tuple(row) for row in rows]


async def transfer(plan_id: int, person_id: int) -> tuple[str, int]:
    """(state, 分) of the last one."""
    row = await engine.fetchrow(
        "select state, net_fen from payment_transfer where plan_id = $1 and person_id = $2 order by round desc limit 1",
        plan_id, person_id,
    )  # fmt: skip
    assert row is not None
    return tuple(row)
