"""Over any history: lines = files = vouchers + what went back, and nobody gets a month twice."""

import random
from datetime import datetime

import pytest

from db import engine
from domain import months, verify
from domain.agency import delegated_decisions, delegated_files, delegated_payments
from tests.agency import delegating as way
from tests.agency.delegating import MONTH, OFFICER, SECOND, answered, lifted, pensioner
from tests.contributions.ways import CASHIER
from tests.make import CHINA, COUNTY
from tests.payments import month as pensions

pytestmark = pytest.mark.usefixtures("db")
PEOPLE = range(1, 6)


async def happens(programme: int, person_id: int, month: int, at: datetime, dice: random.Random) -> None:
    """Something between two months."""
    stopped = await engine.fetchval(
        "select count(*) from benefit_suspension where person_id = $1 and state = 'confirmed'", person_id
    )
    what = dice.random()
    if what < 0.3 and not stopped:
        await pensions.suspended(person_id, month)
    elif what < 0.5:
        await lifted(person_id, months.after(month, -1))
    asked = await delegated_decisions.asked_of(COUNTY, programme, person_id, at)
    if asked is not None and dice.random() < 0.6:
        await answered(programme, person_id, dice.choice(sorted(delegated_decisions.ANSWERS[asked.phase])), at)


async def bank_answers(month_id: int, at: datetime, dice: random.Random) -> None:
    """Until everybody is paid or given up."""
    await delegated_files.write_files(COUNTY, month_id, CASHIER, at)
    while files := await way.open_files():
        for file_id in files:
            inside = [int(line.participant_no.partition("-")[2]) for line in await way.lines_of(file_id)]
            await way.returned(file_id, {each: "账户不存在" for each in inside if dice.random() < 0.3}, at)
        for person_id, (state, _, _) in (await way.transfers(month_id)).items():
            if state == "failed" and dice.random() < 0.5:
                await delegated_files.reissue(COUNTY, month_id, person_id, OFFICER, at)
            elif state == "failed":
                await delegated_files.give_up(COUNTY, month_id, person_id, "退回", OFFICER, at)
        if await way.state(month_id) == "sent":
            await delegated_files.write_files(COUNTY, month_id, CASHIER, at)


@pytest.mark.rule("R-251", "R-268")
@pytest.mark.parametrize("seed", range(3))
async def test_lines_are_files_are_vouchers_and_what_went_back(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delegated_files, "ROWS", 2)
    dice = random.Random(seed)
    programme = await way.programme()
    people = [await pensioner(programme, number) for number in PEOPLE]
    for month in months.between(MONTH, 202703):
        at = datetime(month // 100, month % 100, 4, 9, tzinfo=CHINA)
        for person_id in people:
            await happens(programme, person_id, month, at, dice)
        month_id = await way.drafted(programme, month, at)
        if not await way.total(month_id):
            await delegated_payments.cancel(COUNTY, month_id, OFFICER, at)
            continue
        await delegated_payments.review(COUNTY, month_id, SECOND, at)
        await delegated_payments.fund(COUNTY, month_id, way.slip(await way.total(month_id), at), CASHIER, at)
        await bank_answers(month_id, at, dice)
        await way.finished(month_id, at)
    sums = await engine.fetchrow(
        "select (select sum(amount_fen) from delegated_line where not voided) as lines, (select sum(amount_fen) from delegated_transfer"
        " where state = 'paid') as paid, (select sum(amount_fen) from delegated_transfer where state = 'returned') as back,"
        " (select sum(total_fen) from exchange_file where kind = 'delegated') - (select coalesce(sum(amount_fen), 0)"
        " from delegated_transfer where state in ('failed', 'returned') and file_id is not null) as files, (select sum(v.total_fen)"
        " from voucher v join fund_document d on d.id = v.document_id where d.kind = 'delegated_payment') as vouchers,"
        " (select count(*) - count(distinct (person_id, due_month)) from delegated_line where not voided) as twice"
    )
    assert sums is not None
    assert sums["lines"] == sums["paid"] + (sums["back"] or 0)
    assert sums["paid"] == sums["files"] == sums["vouchers"]
    assert sums["twice"] == 0
    assert await way.balance() == await way.balance("entrusted_payable") == 0
    assert (await verify.county(COUNTY)).text() == ""
