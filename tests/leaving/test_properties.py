"""Over any sequence of what happens in a life: every fen that came is there or has left, no month and no account is paid twice, and
a person is in one county."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db import crypto, engine
from db.embedded import EmbeddedPostgres
from db.funds import FUNDS
from db.queries import accounts
from db.queries import subsidies as subsidy_query
from db.stores import benefits as benefit_store
from db.stores.benefits import NewBenefit
from domain import finance, months, payments, settlement, settlement_reversal, subsidies, verify
from domain.agency import payment_orders, recovery_money, suspensions
from domain.finance import Slip
from domain.transfers import desk
from tests import make
from tests.conftest import copy_of
from tests.contributions.ways import CASHIER, MAKER, booked
from tests.contributions.ways import paid as payment
from tests.items.claiming import LIN_JING
from tests.leaving import family
from tests.make import CHINA, COUNTY, HE_JING, WANG_DASHAN, ZHAO_MIN
from tests.payments import month as way
from tests.recovery import debts
from tests.runs.conftest import REVIEWER
from tests.transfers import two_counties as there

MONTHS = (202612, 202701, 202702, 202703)
MONTHLY = {"basic_central": 14300, "account_personal": 6623}
CASH = ("treasury", "income_account", "fiscal_account", "expenditure_account")
RETURNED = " + ".join(f"returned_{fund}_fen" for fund in FUNDS)
CLERK = make.staff("周会", *payment_orders.CORRECTORS)


class Life:
    """`first`: the month from which a pension is owed, None for who pays in; `died_on`: what is true, whatever the office believes;
    `ended`: the termination in force; `rich`: the account is never used up."""

    def __init__(self, number: int, person: int, first: int | None) -> None:
        self.number, self.person, self.first = number, person, first
        self.died_on: date | None = None
        self.ended: int | None = None
        self.wrong = self.moved = self.rich = False

    def owed_for(self, until: int) -> dict[int, int]:
        """By month: nothing but the truth counts."""
        last = min(until, months.month_of(self.died_on)) if self.died_on else until
        return dict.fromkeys(months.between(self.first, last), sum(MONTHLY.values())) if self.first and self.first <= last else {}


class County:
    """An office that rolls dice. `came`, `left`: 分 of real money, as a test knows them that handed them over or received them."""

    def __init__(self, dice: random.Random) -> None:
        self.dice, self.at, self.month = dice, way.AT, MONTHS[0]
        self.lives: list[Life] = []
        self.came = 0

    async def open(self) -> None:
        await make.sources(household_register=make.household(WANG_DASHAN))
        await there.neighbour()
        for number in range(1, 5):
            held = self.dice.choice([3000, 20000, 900000])
            self.lives.append(Life(number, await family.pensioner(number, personal=held, subsidy_county=5000), MONTHS[0]))
            self.lives[-1].rich = held > 100_000
            self.came += held + 5000
        self.lives.append(Life(0, await there.contributor(years=range(2023, 2026)), None))
        self.came += 300_000
        await self.money(5_000_000)

    async def money(self, fen: int) -> None:
        self.at += timedelta(seconds=1)
        await way.money(fen, self.at)
        self.came += fen

    # ------------------------------------------------------------------ what happens

    async def die(self, life: Life) -> None:
        """Nobody says so yet."""
        if life.died_on is None and life.first is not None:
            life.died_on = months.first_day(months.after(self.month, -self.dice.choice([0, 0, 1]))).replace(day=3)

    async def report(self, life: Life) -> None:
        """Right or wrong."""
        if life.ended is None and life.first is not None and not await self.stopped(life):
            held = await suspensions.propose(COUNTY, life.person, "suspected_death", self.month, "村里上报去世", ZHAO_MIN, self.at)
            await suspensions.confirm(COUNTY, [held], LIN_JING, self.at)

    async def report_was_wrong(self, life: Life) -> None:
        found = await self.stopped(life)
        if found and life.died_on is None:
            await suspensions.lift(COUNTY, found, "本人到窗口来了", LIN_JING, self.at)

    async def stopped(self, life: Life) -> int | None:
        found: int | None = await engine.fetchval(
            "select id from benefit_suspension where person_id = $1 and state = 'confirmed'", life.person
        )
        return found

    async def deregister(self, life: Life) -> None:
        """The family of the dead, or by mistake somebody else's."""
        if life.ended or life.moved or life.first is None or (life.died_on is None and self.dice.random() < 0.6):
            return
        life.wrong = life.died_on is None
        happened = life.died_on or months.first_day(self.month)
        settled = await family.registered(life.person, happened, self.at, claims_funeral=self.dice.random() < 0.5)
        life.ended = await engine.fetchval("select termination_id from settlement where id = $1", settled)
        await settlement.settle_ready(COUNTY, self.at)

    async def undo(self, life: Life) -> None:
        if life.ended and life.wrong and not await self.waits(life):
            async with engine.transaction():
                await settlement_reversal.reverse(COUNTY, life.ended, 1, HE_JING, self.at)
            life.ended, life.wrong = None, False

    async def waits(self, life: Life) -> bool:
        found: bool = await engine.fetchval(
            "select exists (select from settlement where person_id = $1 and state = 'waiting')", life.person
        )
        return found

    async def contribute(self, life: Life) -> None:
        if not life.moved and life.first is None:
            self.at += timedelta(seconds=1)  # a file has a number of its own
            on = self.at.date()
            await booked(payment(20_000, WANG_DASHAN, self.at.year, on=on), at=self.at, external_no=f"{self.at}")
            self.came += 20_000

    async def subsidise(self, life: Life) -> None:
        """What the payment lists owe, mostly late; and something for who may be long gone."""
        amounts: dict[str, int] = {}
        for _, owed in await subsidy_query.open_by_month(COUNTY):
            amounts = {level: amounts.get(level, 0) + fen for level, fen in owed.items()}
        amounts = {level: fen for level, fen in amounts.items() if fen > 0}
        if amounts:
            slip = Slip(account="fiscal_account", bank="农商行", slip_no=f"S{self.at}", received_on=self.at.date(), people=1,
                        amount_fen=sum(amounts.values()))  # fmt: skip
            receipt = await finance.register_receipt(COUNTY, slip, None, CASHIER, self.at)
            await subsidies.credit(COUNTY, receipt, amounts, MAKER, self.at)
            self.came += sum(amounts.values())
        if not life.moved:
            await family.deposited(life.person, self.at.date(), subsidy_province=700)
            self.came += 700

    async def claim(self, life: Life) -> None:
        """Who paid in so far draws from this month on."""
        if life.first is not None or life.moved:
            return
        account = await accounts.account_of(COUNTY, life.person)
        assert account is not None
        new = NewBenefit(person_id=life.person, account_id=account.id, case_id=None, eligible_on=date(2026, 11, 10), first_month=self.month,
                         years=15, certified_month=202611, paid_until=months.after(self.month, -1))  # fmt: skip
        async with engine.transaction():
            await benefit_store.add_benefit(COUNTY, new, self.at)
            await way.standard(life.person, self.month, MONTHLY)
            await benefit_store.confirm(COUNTY, life.person, "counter", LIN_JING.id, LIN_JING.name, self.at)
            await way.banked(life.number, life.person)
        await engine.execute("update participation set contribution_status = 3 where county_code = $1 and person_id = $2", COUNTY, life.person)
        life.first = self.month

    async def move(self, life: Life) -> None:
        if life.first is None and not life.moved:
            await there.moved(when=self.at)
            life.moved = True

    # ------------------------------------------------------------------ a month

    async def happens(self) -> None:
        what = (self.die, self.report, self.report_was_wrong, self.deregister, self.undo, self.contribute, self.subsidise, self.claim, self.move)
        for life in self.lives:
            await self.dice.choice(what)(life)

    async def pay(self) -> None:
        plan = await way.planned(self.month, self.at)
        await self.happens()
        total = (await way.plan(plan)).total_fen
        self.at += timedelta(seconds=1)
        files = await way.sent(plan, self.at)
        self.came += total
        if self.dice.random() < 0.5:
            await self.happens()  # while the bank has the file
        for file_id in files:
            people = [int(line.participant_no.partition("-")[2]) for line in await way.lines_of(file_id)]
            await way.returned(file_id, {each: "账户不存在" for each in people if self.dice.random() < 0.2}, self.at)
        failed = await engine.fetch("select person_id from payment_transfer where plan_id = $1 and state = 'failed'", plan)
        for row in failed:
            await payments.void(COUNTY, plan, row["person_id"], "下次补", LIN_JING, self.at)
        await payments.book(COUNTY, plan, REVIEWER, self.at)

    async def afterwards(self) -> None:
        """The worker, the cashier and the auditors."""
        while await settlement.settle_ready(COUNTY, self.at):
            pass
        await self.what_came_late_follows()
        for row in await engine.fetch("select id from payment_order where state = 'waiting' order by id"):
            if self.dice.random() < 0.3:
                await payment_orders.failed(COUNTY, row["id"], "户名不符", CASHIER, self.at)
                await payment_orders.again(COUNTY, row["id"], "邮储银行", "6217995500001234567", CLERK, self.at)
            elif self.dice.random() < 0.7:
                await payment_orders.paid(COUNTY, row["id"], self.at.date(), CASHIER, self.at)
        await recovery_money.follow(COUNTY, self.at)
        for row in await engine.fetch("select id, person_id, state, open_fen from recovery where state in ('registered', 'noticed') order by id"):
            life = next(each for each in self.lives if each.person == row["person_id"])
            if life.wrong or self.dice.random() < 0.3:
                continue  # the mistake is found before anybody pays
            if row["state"] == "registered":
                await debts.noticed(row["id"])
            fen = self.dice.randint(1, row["open_fen"])
            await debts.paid(row["id"], fen, self.at, paid_on=self.at.date())
            self.came += fen

    async def what_came_late_follows(self) -> None:
        """To the county to which the person has moved."""
        for _ in range(2):
            await there.followed(self.at)
            await there.delivered(self.at)
            for row in await engine.fetch("select id from transfer where county_code = $1 and state = 'answered'", there.NEIGHBOUR):
                await desk.confirm(there.NEIGHBOUR, row["id"], there.OFFICER_THERE, self.at)

    # ------------------------------------------------------------------ what must be true

    async def adds_up(self) -> None:
        for county in (COUNTY, there.NEIGHBOUR):
            report = await verify.county(county)
            assert report.clean, report.text()
        left = await engine.fetchval(
            "select coalesce((select sum(net_fen) from payment_transfer t join payment_plan n on n.id = t.plan_id where t.state = 'paid'"
            " and n.document_id is not null), 0) + coalesce((select sum(amount_fen) from payment_order where state <> 'cancelled'), 0)"  # ordered: booked as gone
        )
        held = await engine.fetchval(
            "select sum(debit_fen - credit_fen)::bigint from voucher_line where county_code = $1 and account = any($2)", COUNTY, list(CASH)
        )
        assert self.came - left == held, "what came and has not left lies in the accounts"
        homes = await there.homes()
        assert len(homes) == (0 if self.lives[-1].ended and not await self.waits(self.lives[-1]) else 1), "in one county, with one balance"

    async def quiet(self) -> None:
        """Everything that is true is known, every month is paid, everything is settled."""
        self.dice = random.Random(0)
        for life in self.lives:
            await self.undo(life)
            await self.report_was_wrong(life)
            if life.died_on and not life.ended:
                await self.deregister(life)
        plan = await way.planned(self.month, self.at)
        self.at += timedelta(seconds=1)
        total = (await way.plan(plan)).total_fen
        for file_id in await way.sent(plan, self.at):
            await way.returned(file_id, at=self.at)
        self.came += total
        await payments.book(COUNTY, plan, REVIEWER, self.at)
        while await settlement.settle_ready(COUNTY, self.at):
            pass
        await self.what_came_late_follows()
        await recovery_money.follow(COUNTY, self.at)
        assert await settlement.settle_ready(COUNTY, self.at) == 0

    async def got(self, life: Life) -> dict[int, int]:
        """By month, of plans and of settlements that stand."""
        rows = await engine.fetch(
            "select due_month, sum(fen)::bigint as fen from (select l.due_month, l.total_fen as fen from payment_line l where l.person_id = $1"
            " and not l.voided and (select t.state from payment_transfer t where t.plan_id = l.plan_id and t.person_id = l.person_id"
            " order by t.round desc limit 1) = 'paid' union all select l.due_month, l.total_fen from settlement_line l join settlement s"
            " on s.id = l.settlement_id and s.state = 'booked' where l.person_id = $1) x group by 1 having sum(fen) <> 0",
            life.person,
        )  # fmt: skip
        return {row["due_month"]: row["fen"] for row in rows}

    async def everybody_has_what_is_theirs(self) -> None:
        for life in self.lives:
            owed = life.owed_for(self.month)
            assert await self.got(life) == owed, f"person {life.number}, died {life.died_on}"
            row = await engine.fetchrow(
                "select coalesce((select sum(net_fen) from payment_transfer where person_id = p.id and state = 'paid'), 0)"
                " + coalesce((select sum(o.amount_fen) from settlement s join settlement_payment y on y.settlement_id = s.id join payment_order o"
                "   on o.id = y.order_id where s.person_id = p.id and (s.state = 'booked' or o.state = 'paid')), 0)"
                " - coalesce((select sum(case when state = 'withdrawn' then recovered_fen else principal_fen end) from recovery where person_id = p.id), 0)"
                " as theirs, coalesce((select sum(funeral_fen) from settlement where person_id = p.id and state = 'booked'), 0) as funeral,"
                f" coalesce((select sum({RETURNED}) from settlement"
                "   where person_id = p.id and state = 'booked'), 0) as returned from person p where p.county_code = $1 and p.id = $2",
                COUNTY, life.person,
            )  # fmt: skip
            assert row is not None
            assert row["theirs"] == sum(owed.values()) + row["funeral"] + row["returned"], f"person {life.number}"
            if life.rich:
                given = await engine.fetchval(
                    "select coalesce(-sum(personal_fen), 0)::bigint from ledger_entry e join individual_account a on a.id = e.account_id"
                    " where a.person_id = $1 and e.kind = 40", life.person,
                )  # fmt: skip
                assert given == MONTHLY["account_personal"] * len(owed), f"person {life.number}: the account gave its part of each month once"
            if life.ended or life.moved:
                assert await family.balance(life.person) == 0
        twice = await engine.fetch(
            "select person_id from settlement where state = 'booked' and funeral_fen > 0 group by person_id having count(*) > 1"
        )
        assert not twice, "one funeral grant a person"


async def a_history(dice: random.Random) -> None:
    county = County(dice)
    await county.open()
    for number, month in enumerate(MONTHS):
        county.month = month
        county.at = datetime(month // 100, month % 100, 10, 9, tzinfo=CHINA)
        if number < len(MONTHS) - 1:
            await county.happens()
            await county.pay()
            await county.afterwards()
        else:
            await county.quiet()
        await county.adds_up()
    await county.everybody_has_what_is_theirs()


@pytest.mark.rule("R-301", "R-310", "R-320", "R-326", "R-327", "R-338", "R-340", "R-343", "R-344", "R-376")
@settings(
    max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], report_multiple_bugs=False,
    print_blob=True,
)  # fmt: skip
@given(dice=st.randoms(use_true_random=True))
async def test_money_in_is_money_out_and_what_is_left_and_nothing_is_paid_twice(
    server: EmbeddedPostgres, template: str, key_file: Path, monkeypatch: pytest.MonkeyPatch, dice: random.Random
) -> None:
    crypto.load_keys(key_file)
    async with copy_of(server, template) as copy:
        monkeypatch.setenv("DATABASE_OWNER_URL", copy.owner_dsn)
        await engine.open_pool(copy.app_dsn)
        try:
            await a_history(dice)
        finally:
            await engine.close_pool()
