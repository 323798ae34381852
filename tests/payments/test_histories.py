"""Over any history: what people got is what they were owed, and plan = lines = transfers = files = vouchers."""

import random
from datetime import datetime

import pytest

from db import engine
from db.stores import benefits as store
from domain import months, payment_list, payments, verify
from domain.money import Fen
from domain.rules import arrears
from tests.items.claiming import LIN_JING
from tests.make import CHINA, COUNTY
from tests.payments import month as way
from tests.payments.month import BANK
from tests.runs.conftest import REVIEWER, WITHOUT_VOUCHERS

pytestmark = pytest.mark.usefixtures("db")
FIRST, LAST = 202612, 202706
PEOPLE = range(1, 7)


def moment(month: int) -> datetime:
    return datetime(month // 100, month % 100, 4, 9, tzinfo=CHINA)


class Life:
    """One pensioner as the test knows him: what was said about him, month by month."""

    def __init__(self, number: int, person: int, first: int, fen: int) -> None:
        self.number, self.person, self.first = number, person, first
        self.standards = [arrears.Standard(first, Fen(fen))]
        self.stopped: set[int] = set()  # not owed for good
        self.since: int | None = None  # a suspension that goes on

    def owed(self, until: int) -> int:
        waits = self.stopped | set(months.between(self.since, until) if self.since else ())
        return sum(arrears.due(self.standards, months.between(self.first, until), waits).values())


async def happens(life: Life, month: int, dice: random.Random) -> None:
    """Something between two plans."""
    what = dice.choice(["standard", "past", "suspend", "lift", "nothing", "account"])
    if what in ("standard", "past"):
        of = month if what == "standard" else dice.choice(list(months.between(life.first, month)))
        fen = dice.randint(1, 40_000)
        for step in sorted({of, *(s.first for s in life.standards if s.first > of)}):  # every later step anew
            await way.standard(life.person, step, {"basic_county": fen - fen // 3, "account_personal": fen // 3})
            life.standards.append(arrears.Standard(step, Fen(fen)))
        await store.recheck(COUNTY, [life.person], of)
    elif what == "suspend" and life.since is None:
        life.since = dice.choice([month, max(life.first, months.after(month, -1))])
        await way.suspended(life.person, life.since)
        await store.recheck(COUNTY, [life.person], life.since)
    elif what == "lift" and life.since is not None and life.since < month:
        pays = dice.random() < 0.5
        await engine.execute(
            "update benefit_suspension set state = 'lifted', last_month = $2, pays_arrears = $3 where person_id = $1"
            " and state = 'confirmed'",
            life.person, months.after(month, -1), pays,
        )  # fmt: skip
        await store.recheck(COUNTY, [life.person], life.since)
        life.stopped |= set() if pays else set(months.between(life.since, months.after(month, -1)))
        life.since = None
    elif what == "account":
        await way.banked(life.number, life.person, dice.choice([BANK, "邮储银行"]), last=f"{month % 10}")


async def month_of(month: int, lives: list[Life], dice: random.Random, *, quiet: bool) -> None:
    at = moment(month)
    run_id, plan_id = await way.drafted(month, at)
    for life in lives:
        if not quiet and dice.random() < 0.15:
            await payment_list.decide(COUNTY, plan_id, [life.person], "skipped", "再看看", LIN_JING, at)
    await way.accepted(plan_id, at)
    await way.approved(run_id, at)
    for file_id in await way.sent(plan_id, at):
        people = [int(line.participant_no.partition("-")[2]) for line in await way.lines_of(file_id)]
        failing = {person: "账户不存在" for person in people if not quiet and dice.random() < 0.2}
        await way.returned(file_id, failing, at)
        for person in failing:
            if dice.random() < 0.5:
                await payments.void(COUNTY, plan_id, person, "下次补", LIN_JING, at)
            else:
                await payments.reissue(COUNTY, plan_id, person, LIN_JING, at)
    if (await way.plan(plan_id)).state == "sent":
        await payments.write_files(COUNTY, plan_id, way.CASHIER, at)
    for file_id in await way.open_files():
        await way.returned(file_id, at=at)
    await adds_up(plan_id, await payments.book(COUNTY, plan_id, REVIEWER, at))
    await payments.close(COUNTY, plan_id, REVIEWER, at)


async def adds_up(plan_id: int, document_id: int) -> None:
    row = await engine.fetchrow(
        "select p.total_fen as plan, p.people, (select coalesce(sum(net_fen), 0) from payment_transfer t where t.plan_id = p.id"
        " and round = 1 and state <> 'left_out') as transfers, (select coalesce(sum(total_fen), 0) from exchange_file f where id in"
        " (select file_id from payment_transfer where plan_id = p.id and round = 1)) as files,"
        " (select coalesce(sum(greatest(s.fen, 0) - t.deducted_fen), 0) from payment_transfer t join (select person_id,"
        " sum(total_fen) as fen from payment_line where plan_id = p.id and not voided group by 1) s using (person_id)"
        " where t.plan_id = p.id and t.round = 1) as lines, (select coalesce(sum(net_fen), 0) from payment_transfer t"
        " where t.plan_id = p.id and state = 'paid') as paid, (select coalesce(sum(credit_fen - debit_fen), 0) from voucher v"
        " join voucher_line l using (county_code, period, number) where v.document_id = $2 and account = 'expenditure_account')"
        " as voucher from payment_plan p where id = $1",
        plan_id, document_id,
    )  # fmt: skip
    assert row is not None
    assert row["plan"] == row["transfers"] == row["files"] == row["lines"]
    assert row["paid"] == row["voucher"]


@pytest.mark.rule("R-255", "R-263", "R-264", "R-265", "R-301")
@pytest.mark.parametrize("seed", range(4))
async def test_people_get_what_they_are_owed_whatever_happens(seed: int) -> None:
    dice = random.Random(seed)
    lives = []
    for number in PEOPLE:
        first, fen = dice.choice([202609, 202611, 202612]), dice.randint(1, 30_000)
        amounts = {"basic_county": fen - fen // 3, "account_personal": fen // 3}
        person = await way.draws(number, first=first, amounts=amounts, held=dice.randint(1, 60_000))
        lives.append(Life(number, person, first, fen))
    for month in months.between(FIRST, LAST):
        quiet = month == LAST
        for life in lives:
            if not quiet and dice.random() < 0.6:
                await happens(life, month, dice)
        await month_of(month, lives, dice, quiet=quiet)
    for life in lives:
        row = await engine.fetchrow(
            "select coalesce((select sum(net_fen) from payment_transfer t where t.person_id = b.person_id and state = 'paid'), 0)"
            " as got, carried_fen from benefit b where person_id = $1",
            life.person,
        )  # fmt: skip
        assert row is not None
        assert row["got"] - row["carried_fen"] == life.owed(LAST), f"person {life.number} of history {seed}"
    left = await engine.fetchval("select min(personal_fen + personal_interest_fen) from account_balance")
    assert left >= 0
    report = await verify.county(COUNTY)
    assert not {c.title for c in report.checks if c.count} - WITHOUT_VOUCHERS, report.text()
