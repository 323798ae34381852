"""People of the demo county who draw a pension, and two months of it: one closed, one with a payment that failed and this month's
draft on the desk. Everything goes the way of everybody's, through the same functions and with the same people.
"""

from datetime import date, datetime, timedelta

from msgspec import Struct

from db.engine import transaction
from db.queries import payments as query
from db.stores import benefits, ledger
from db.stores import people as store
from db.stores.benefits import NewAccount, NewBenefit, NewStandard
from db.stores.books import NewDocument, NewLine
from domain import books, finance, identity, months, payment_days, payment_list, payments
from domain.actor import Actor
from domain.agency import cards, worker
from domain.books import KINDS as BOOK_KINDS
from domain.books import DocumentKind
from domain.exchange import bank as formats
from domain.runs import KINDS, payment_month, run
from ops import demo_leaving
from ops.demo_cases import CHINA

DOCUMENT = "样例数据，不是任何地方的标准"
BANK = "青禾农商行"
DETERMINER, SUPERVISOR, HEAD, CASHIER, ACCOUNTANT, ACCOUNTS = "林静", "严明", "冯远", "卫东", "路平", "何静"
LEFT_FEN = 348_000  # of the account when the older system handed it over
PREPARED_ON = 8  # day of the month
RESERVE_FEN = 1_000_000  # stays in the expenditure account, for what is settled between the months


class Pensioner(Struct, frozen=True):
    """`certified`: months ago. `account`: the last digits of the number; two may share one."""

    name: str
    number: str
    region: str
    address: str
    account: int
    certified: int = 3
    bank: str = BANK


PENSIONERS = (
    Pensioner("唐大寒", "439901195203084010", "439901010101", "青禾县柳湾镇柳湾社区一组5号", 21, 12),
    Pensioner("贺小暑", "439901194911214029", "439901010201", "青禾县柳湾镇东坪村一组11号", 22),
    Pensioner("苏立秋", "439901195806024033", "439901010202", "青禾县柳湾镇东坪村二组3号", 23),
    Pensioner("方小寒", "439901194409144045", "439901010301", "青禾县柳湾镇月塘村一组7号", 24),
    Pensioner("江夏至", "439901196101304056", "439901020101", "青禾县石桥乡石桥村一组2号", 25),
    Pensioner("罗清明", "439901195512054069", "439901020102", "青禾县石桥乡石桥村二组9号", 26, 11),
    Pensioner("姜雨水", "439901196008194075", "439901020201", "青禾县石桥乡杏坡村一组4号", 27),
    Pensioner("石小雪", "439901194704274088", "439901020301", "青禾县石桥乡大湾村一组16号", 28, 4, "青禾邮储银行"),
    Pensioner(demo_leaving.DIED, "439901194609094097", "439901020302", "青禾县石桥乡大湾村二组8号", 29),
)  # fmt: skip
FAILED, WHY = "江夏至", "账户已销户"


async def fill(county_code: int, staff: dict[str, Actor], at: datetime) -> None:
    now = months.month_of(at.date())
    await _take_over(county_code, months.after(now, -2), staff[DETERMINER], at)
    await _month(county_code, months.after(now, -2), staff, whole=True)
    between = datetime.combine(months.first_day(months.after(now, -1)), datetime.min.time(), CHINA) + timedelta(days=4, hours=9)
    await demo_leaving.settled(county_code, PENSIONERS[-1].number, months.after(now, -3), staff[ACCOUNTS], between)
    await _month(county_code, months.after(now, -1), staff, whole=False)
    await _draft(county_code, now, staff[DETERMINER], at)
    await cards.add_bank(county_code, "NH", BANK, staff[DETERMINER], at)  # the simulated bank, which then checks these accounts


async def _take_over(county_code: int, first: int, by: Actor, at: datetime) -> None:
    """As they stood in an older system, the month before the first one paid here."""
    before, opened = months.after(first, -1), datetime(2012, 3, 1, 9, tzinfo=CHINA)
    lines = list[NewLine]()
    for who in PENSIONERS:
        born = identity.birth_of("resident_id_card", who.number)
        assert born
        async with transaction():
            person_id = await store.create(
                county_code=county_code, name=who.name, id_type="resident_id_card", id_number=who.number,
                sex=identity.sex_of("resident_id_card", who.number) or "", ethnic_group="01", born_on=born, phone=None,
                address=who.address, postcode="", household_type="20", household_address=who.address,
                region_code=who.region, case_id=None, at=opened,
            )  # fmt: skip
            await store.enroll(county_code, person_id, first_enrolled_on=opened.date(), tier_fen=10000, categories=["011"],
                               contributing=False, case_id=None)  # fmt: skip
            account = await store.open_account(county_code, person_id, opened.date(), None)
            await _benefit(county_code, person_id, account, who, born, before, by, at)
        lines.append(NewLine(line_no=len(lines) + 1, state="good", name=who.name, account_id=account, fund="personal",
                             amount_fen=LEFT_FEN, value_on=date(2025, 12, 31)))  # fmt: skip
    await _open_balances(county_code, lines, at)


async def _benefit(
    county_code: int, person_id: int, account: int, who: Pensioner, born: date, before: int, by: Actor, at: datetime
) -> None:
    sixty = max(months.month_of(born.replace(year=born.year + 60)), 201107)
    await benefits.add_benefit(county_code, NewBenefit(
        person_id=person_id, account_id=account, case_id=None, eligible_on=months.first_day(sixty), first_month=months.after(sixty),
        years=8, certified_month=months.after(months.month_of(at.date()), -who.certified), paid_until=before,
    ), at)  # fmt: skip
    await benefits.add_standard(county_code, NewStandard(
        person_id=person_id, from_month=months.after(sixty), reason="opening", document=DOCUMENT,
        amounts={"basic_central": 14300, "basic_province": 2000, "basic_city": 500, "basic_county": 500, "account_personal": 2590},
    ), by.id, by.name, at)  # fmt: skip
    await benefits.confirm(county_code, person_id, "counter", by.id, by.name, at)
    await benefits.set_account(county_code, NewAccount(
        person_id=person_id, kind="social_card", bank=who.bank, holder_name=who.name, number=f"62990100000000000{who.account:02d}",
        origin="bank",
    ), at)  # fmt: skip


async def _open_balances(county_code: int, lines: list[NewLine], at: datetime) -> None:
    new = NewDocument(kind=DocumentKind.OPENING_BALANCE, business_on=date(2025, 12, 31), region_code=f"{county_code}",
                      title="期初余额（待遇领取人员，样例）")  # fmt: skip
    by = worker(county_code)
    async with transaction():
        document = await books.open_document(county_code, new, lines, by, at)
        await books.take_over(county_code, document, by, at)
        opened, place = await books.begin_booking(county_code, document, at.date())
        await ledger.post_lines(county_code, document, at.date(), BOOK_KINDS[DocumentKind.OPENING_BALANCE].entry)
        await books.finish(opened, place, at.date(), [2025], by, at)
        for line in lines:
            await benefits.mark_settled(county_code, line.account_id or 0, 2025)


async def _draft(county_code: int, month: int, by: Actor, at: datetime) -> int | None:
    """None where the pay day of the month has passed: the plan of the next one is drafted then."""
    late = await payment_days.pay_day_of(county_code, month) < at.date()
    await run.prepare(payment_month.KIND, county_code, f"{months.after(month) if late else month}", by, at)
    await _work(county_code, at)
    plan = await query.latest(county_code)
    return plan.id if plan else None


async def _work(county_code: int, at: datetime) -> None:
    while await run.advance(KINDS, county_code, at):
        pass


async def _month(county_code: int, month: int, staff: dict[str, Actor], *, whole: bool) -> None:
    """From the draft to the bank's answer; `whole`: nothing failed, and it is booked and closed."""
    at = datetime.combine(months.first_day(month).replace(day=PREPARED_ON), datetime.min.time(), CHINA) + timedelta(hours=10)
    plan_id = await _draft(county_code, month, staff[DETERMINER], at)
    assert plan_id
    looked = [row.person_id for row in await query.to_look_at(county_code, plan_id, limit=100)]
    if looked:
        await payment_list.decide(county_code, plan_id, looked, "accepted", "", staff[DETERMINER], at)
    plan = await query.latest(county_code)
    assert plan
    await run.review(payment_month.KIND, county_code, plan.run_id, staff[SUPERVISOR], at)
    await run.approve(payment_month.KIND, county_code, plan.run_id, staff[HEAD], at)
    await _work(county_code, at)
    await _pay(county_code, plan_id, month, staff, at, failing="" if whole else FAILED)
    if whole:
        await payments.book(county_code, plan_id, staff[ACCOUNTANT], at)
        await payments.close(county_code, plan_id, staff[SUPERVISOR], at)


async def _pay(county_code: int, plan_id: int, month: int, staff: dict[str, Actor], at: datetime, *, failing: str) -> None:
    plan = await query.plan(county_code, plan_id)
    assert plan
    day, fen, money = at.date(), plan.total_fen + RESERVE_FEN, f"YL{month}"
    slip = finance.Slip(account="fiscal_account", bank=BANK, slip_no=money, received_on=day, amount_fen=fen, people=0)
    await finance.register_receipt(county_code, slip, None, staff[CASHIER], at)
    await finance.move(county_code, "fiscal_account", "expenditure_account", fen, f"{money}-1", day, staff[ACCOUNTANT], at)
    await payments.request(county_code, plan_id, day, staff[ACCOUNTANT], at)
    await payments.fund(county_code, plan_id, day, staff[ACCOUNTANT], at)
    await payments.transfer(county_code, plan_id, f"{money}-2", day, "", staff[CASHIER], at)
    await payments.write_files(county_code, plan_id, staff[CASHIER], at)
    for file in await query.files(county_code, plan_id):
        found = await query.file_body(county_code, file.id)
        assert found
        asked = formats.decode_debits(found[1])
        good = [line for line in asked if line.name != failing]
        bad = [line for line in asked if line.name == failing]
        success = "".join(f"{x.participant_no}|{x.name}|{x.id_number}|{x.account_no}\r\n" for x in good)
        failure = "".join(f"{x.participant_no}|{x.name}|{x.id_number}|{WHY}\r\n" for x in bad)
        paid = sum(line.amount_fen for line in good)
        await payments.take_return(
            county_code, file.id, success.encode("gb18030"), failure.encode("gb18030"), paid, day, staff[CASHIER], at
        )
