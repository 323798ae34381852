"""Over any history: for each month people got what they were owed, and plan = lines = transfers = files = vouchers."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db import crypto, engine
from db.embedded import EmbeddedPostgres
from domain import months, payment_list, payments, verify
from domain.rules.arrears import differences
from tests.conftest import copy_of
from tests.items.claiming import LIN_JING
from tests.make import COUNTY
from tests.payments import month as way
from tests.payments.lives import Life, born, increase, moment
from tests.runs.conftest import REVIEWER, WITHOUT_VOUCHERS

FIRST, LAST = 202612, 202706
PEOPLE = range(1, 7)


async def happens(life: Life, month: int, dice: random.Random) -> None:
    """Something between two plans."""
    what = dice.choice(
        [
            "standard",
            "standard",
            "standard",
            "propose",
            "answer",
            "suspend",
            "lift",
            "sentence",
            "sentence",
            "bank",
            "die",
        ]
    )
    if what == "answer":
        await life.answer(month, stops=dice.random() < 0.5)
    else:
        await getattr(life, what)(month, dice)


async def month_of(month: int, lives: list[Life], dice: random.Random, *, quiet: bool) -> None:
    at = moment(month)
    run_id, plan_id = await way.drafted(month, at)
    for life in lives:
        if not quiet and dice.random() < 0.15:
            await payment_list.decide(COUNTY, plan_id, [life.person], "skipped", "再看看", LIN_JING, at)
        if not quiet and dice.random() < 0.1:
            await life.standard(month, dice)  # between the draft and the approval
    await way.accepted(plan_id, at)
    await way.approved(run_id, at)
    for life in lives:
        if not quiet and dice.random() < 0.1:
            await dice.choice([life.suspend, life.sentence])(month, dice)  # between the approval and the file
    for file_id in await way.sent(plan_id, at):
        people = [int(line.participant_no.partition("-")[2]) for line in await way.lines_of(file_id)]
        await way.returned(file_id, {p: "账户不存在" for p in people if not quiet and dice.random() < 0.25}, at)
    await what_failed(plan_id, month, dice)
    await adds_up(plan_id, await payments.book(COUNTY, plan_id, REVIEWER, at))
    await payments.close(COUNTY, plan_id, REVIEWER, at)


async def what_failed(plan_id: int, month: int, dice: random.Random) -> None:
    """Paid again, which may fail again, or given up, until everybody has an end."""
    at = moment(month)
    while (await way.plan(plan_id)).state == "sent":
        rows = await engine.fetch(
            "select person_id from payment_transfer t where plan_id = $1 and state = 'failed' and round = (select max(round) from"
            " payment_transfer x where x.plan_id = t.plan_id and x.person_id = t.person_id) order by person_id",
            plan_id,
        )  # fmt: skip
        for row in rows:
            if dice.random() < 0.5:
                await payments.void(COUNTY, plan_id, row["person_id"], "下次补", LIN_JING, at)
            else:
                await payments.reissue(COUNTY, plan_id, row["person_id"], LIN_JING, at)
        if (await way.plan(plan_id)).state == "sent":
            await payments.write_files(COUNTY, plan_id, way.CASHIER, at)
        for file_id in await way.open_files():
            people = [int(line.participant_no.partition("-")[2]) for line in await way.lines_of(file_id)]
            await way.returned(file_id, {p: "账户不存在" for p in people if dice.random() < 0.25}, at)


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


async def a_history(dice: random.Random) -> None:
    raised: list[int] = []
    lives = [
        await born(number, dice.choice([202609, 202611, 202612]), held=dice.randint(1, 60_000)) for number in PEOPLE
    ]
    for month in months.between(FIRST, LAST):
        quiet = month == LAST
        of = months.after(month, dice.choice([-2, 0]))
        if of not in raised and dice.random() < 0.3:
            raised.append(of)
            await increase(month, of, dice.randint(60, 600) * 10 + len(raised))  # another amount each time
        for life in lives:
            if quiet:
                await life.settle(month)
            elif dice.random() < 0.7:
                await happens(life, month, dice)
        await month_of(month, lives, dice, quiet=quiet)
    for life in lives:
        owed, got = await life.owed(LAST), await life.got()
        assert differences(owed, got) == {}, f"person {life.number}"
        row = await engine.fetchrow(
            "select coalesce((select sum(net_fen) from payment_transfer t where t.person_id = b.person_id and state = 'paid'), 0)"
            " as received, carried_fen from benefit b where person_id = $1",
            life.person,
        )  # fmt: skip
        assert row is not None
        assert row["received"] - row["carried_fen"] == sum(owed.values()), f"person {life.number}"
    left = await engine.fetchval("select min(personal_fen + personal_interest_fen) from account_balance")
    assert left >= 0
    report = await verify.county(COUNTY)
    assert not {c.title for c in report.checks if c.count} - WITHOUT_VOUCHERS, report.text()


@pytest.mark.rule("R-255", "R-263", "R-264", "R-265", "R-301", "R-307")
@settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], report_multiple_bugs=False,
    print_blob=True,
)  # fmt: skip
@given(dice=st.randoms(use_true_random=True))
async def test_people_get_what_they_are_owed_whatever_happens(
    server: EmbeddedPostgres, template: str, key_file: Path, dice: random.Random
) -> None:
    crypto.load_keys(key_file)
    async with copy_of(server, template) as copy:
        await engine.open_pool(copy.app_dsn)
        try:
            await a_history(dice)
        finally:
            await engine.close_pool()
