"""Increases: everybody gets what the rule gives, once; who does not take part is put aside; a crash changes nothing."""

import asyncio
import os
import signal
from datetime import date, datetime

import asyncpg
import pytest

from db import engine
from db.stores import runs as store
from domain import access
from domain.agency.parameters_import import snapshot
from domain.errors import Refused
from domain.runs import benefit_adjustment, interest_settlement, run
from tests import make
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import CHINA, COUNTY
from tests.payments import month as way
from tests.runs.conftest import APPROVER, REVIEWER, state, work
from tests.runs.drawing import AT, PAID_UNTIL, Drawer, by_the_rule, drawing, granted, in_force, raised, standard
from tests.runs.test_interruption import DEADLINE, begin, stuck

KIND = benefit_adjustment.KIND
MONTH = 202607


async def prepared(period: str = f"{MONTH}") -> int:
    await granted(KIND.authority, LIN_JING)
    return await run.prepare(KIND, COUNTY, period, LIN_JING, AT)


async def approved(period: str = f"{MONTH}") -> int:
    run_id = await prepared(period)
    await work(AT)
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await run.approve(KIND, COUNTY, run_id, APPROVER, AT)
    return run_id


async def done(period: str = f"{MONTH}") -> int:
    run_id = await approved(period)
    await work(AT)
    assert await state(run_id) == "done"
    return run_id


async def written(run_id: int) -> int:
    found: int = await engine.fetchval("select count(*) from benefit_standard where run_id = $1", run_id)
    return found


async def buckets(run_id: int) -> dict[int, str]:
    """Person to why he was put aside."""
    rows = await engine.fetch(
        "select a.person_id, x.bucket from run_exception x join individual_account a on a.id = x.account_id"
        " where x.run_id = $1 and not x.trial", run_id,
    )  # fmt: skip
    return {row["person_id"]: row["bucket"] for row in rows}


async def totals(run_id: int) -> dict[str, int]:
    added = run.added(await store.chunks(COUNTY, run_id))
    return added.detail | {"people": added.rows, "monthly": added.amount_fen}


async def spell(one: Drawer, situation: str, first: int, last: int | None, *, acquitted: bool = False) -> None:
    await engine.execute(
        "insert into sentence_spell (county_code, person_id, situation, first_month, last_month, acquitted, document, recorded_at,"
        " recorded_by, recorded_by_name) values ($1, $2, $3, $4, $5, $6, '判决书', $7, 1, 'x')",
        COUNTY, one.id, situation, first, last, acquitted, AT,
    )  # fmt: skip


async def recheck_from(one: Drawer) -> int | None:
    found: int | None = await engine.fetchval("select recheck_from from benefit where person_id = $1", one.id)
    return found


@pytest.mark.rule("R-303", "R-307", "R-309")
async def test_everybody_is_raised_to_what_the_rule_gives_for_that_month_and_every_later_step(db: object) -> None:
    people = await drawing(60)
    later = people[0]
    before = await snapshot(COUNTY)
    await standard(
        later, 202609, by_the_rule(before, later.born_on, later.years, later.balance, 202609), "redetermination"
    )
    await raised("163.00", date(2026, 7, 1))
    await raised("1.50", date(2026, 7, 1), "long_supplement", "county")
    await raised("2%", date(2026, 7, 1), "long_supplement", "province")
    parameters = await snapshot(COUNTY)
    run_id = await done()
    for one in people:
        for month in (MONTH, 202608, PAID_UNTIL):
            step = max(each for each in (one.first_month, MONTH, 202609 if one is later else 0) if each <= month)
            assert await in_force(one.id, month) == by_the_rule(parameters, one.born_on, one.years, one.balance, step)
        assert await in_force(one.id, max(202606, one.first_month)) == by_the_rule(
            before, one.born_on, one.years, one.balance, max(202501, one.first_month)
        )
        assert await recheck_from(one) == MONTH
    assert await written(run_id) == 61
    kept = await engine.fetchrow(
        "select reason, document, decided_by_name, trace, versions from benefit_standard where run_id = $1 limit 1",
        run_id,
    )
    assert kept is not None
    assert tuple(kept)[:3] == ("increase", "青财社〔2026〕9号", APPROVER.name)
    assert "基础养老金" not in kept["trace"]  # the trace is the rule's own
    assert '"rule":"basic_pension"' in kept["trace"]
    assert kept["versions"]


@pytest.mark.rule("R-307")
async def test_a_second_run_writes_nothing_and_says_so(db: object) -> None:
    people = await drawing(6)
    await raised("163.00", date(2026, 7, 1))
    await done()
    await engine.execute("update benefit set recheck_from = null")
    again = await done()
    assert await written(again) == 0
    found = await totals(again)
    assert (found["people"], found["unchanged"], found["monthly"], found["arrears"]) == (0, 6, 0, 0)
    assert [await recheck_from(one) for one in people] == [None] * 6


@pytest.mark.rule("R-309")
async def test_the_dry_run_shows_people_cost_by_level_and_arrears_and_writes_nothing(db: object) -> None:
    people = await drawing(5)
    await follow_ages()
    await engine.execute("update benefit set recheck_from = null")
    await engine.execute(
        "update benefit set first_month = 202609, paid_until = 202608, state = 'determined' where person_id = $1",
        people[0].id,
    )
    await raised("163.00", date(2026, 7, 1))
    await raised("22.50", date(2026, 7, 1), key="province")
    run_id = await prepared()
    await work(AT)
    assert await state(run_id) == "tried"
    assert await written(run_id) == 0
    assert [await recheck_from(one) for one in people] == [None] * 5
    found = await totals(run_id)
    assert (found["people"], found["central"], found["province"]) == (5, 5 * 2000, 5 * 250)
    assert found["monthly"] == 5 * 2250
    assert (
        found["arrears"] == 4 * 5 * 2250
    )  # July to November; nobody has been paid anything of a determination not confirmed
    assert "city" not in found


@pytest.mark.rule("R-305", "R-308", "R-364", "R-366", "R-367")
async def test_who_does_not_take_part_is_put_aside_with_the_reason(db: object) -> None:
    outside, inside, paroled, back, detained, dispute, free = await drawing(7)
    await spell(outside, "serving_outside", 202607, None)
    await spell(inside, "imprisoned", 202501, 202607)
    await spell(paroled, "paroled", 202601, 202606)
    await spell(back, "imprisoned", 202301, 202606)
    await spell(detained, "wanted_or_detained", 202601, None)
    await engine.execute(
        "insert into benefit_redetermination (county_code, person_id, from_month, years, balances, reason, state, proposed_at,"
        " proposed_by, proposed_by_name) values ($1, $2, 202501, 15, '{}', 'x', 'approved', $3, 1, 'x')", COUNTY, dispute.id, AT,
    )  # fmt: skip
    await raised("163.00", date(2026, 7, 1))
    await engine.execute(
        "insert into batch_run (county_code, kind, period, state, prepared_at, prepared_by, prepared_by_name)"
        " values ($1, $2, '202501', 'done', $3, 1, 'x')", COUNTY, KIND.code, AT,
    )  # fmt: skip
    run_id = await done()
    assert await buckets(run_id) == {
        outside.id: "serving", inside.id: "serving", back.id: "behind", dispute.id: "dispute",
    }  # fmt: skip
    raised_to = {one.id for one in (paroled, detained, free)}
    rows = await engine.fetch("select person_id from benefit_standard where run_id = $1", run_id)
    assert {row["person_id"] for row in rows} == raised_to
    assert set(await buckets(run_id)) <= {one.id for one in (outside, inside, paroled, back, detained, dispute)}
    assert all(bucket in KIND.buckets for bucket in (await buckets(run_id)).values())


@pytest.mark.rule("R-310")
async def test_who_has_ended_gets_it_only_for_months_alive(db: object) -> None:
    before, last = await drawing(2)
    for one, month in ((before, 202606), (last, 202607)):
        await engine.execute("update benefit set state = 'ended', ended_month = $2 where person_id = $1", one.id, month)
    await raised("163.00", date(2026, 7, 1))
    run_id = await done()
    rows = await engine.fetch("select person_id from benefit_standard where run_id = $1", run_id)
    assert [row["person_id"] for row in rows] == [last.id]
    found = await totals(run_id)
    assert (found["people"], found["monthly"], found["arrears"]) == (1, 0, 2000)
    assert await recheck_from(before) is None
    assert await recheck_from(last) == 202607


async def test_a_determination_with_the_old_figures_is_raised_from_its_own_first_month(db: object) -> None:
    (one,) = await drawing(1)
    await engine.execute("update benefit set first_month = 202608 where person_id = $1", one.id)
    await standard(one, 202608, by_the_rule(await snapshot(COUNTY), one.born_on, one.years, one.balance, 202608))
    await raised("163.00", date(2026, 7, 1))
    run_id = await done()
    rows = await engine.fetch("select from_month from benefit_standard where run_id = $1", run_id)
    assert [row["from_month"] for row in rows] == [202608]
    assert await in_force(one.id, 202608) == by_the_rule(
        await snapshot(COUNTY), one.born_on, one.years, one.balance, 202608
    )


async def test_an_increase_before_its_month_is_not_compared_with_what_is_planned(db: object) -> None:
    (one,) = await drawing(1)
    await raised("163.00", date(2026, 12, 1))
    run_id = await done("202612")
    assert await written(run_id) == 1
    assert await recheck_from(one) is None
    assert (await totals(run_id))["arrears"] == 0


@pytest.mark.rule("R-303", "R-306", "R-439")
async def test_nobody_begins_without_an_authority_and_none_is_left_at_the_approval(db: object) -> None:
    await drawing(1)
    await raised("163.00", date(2026, 7, 1))
    with pytest.raises(Refused, match="非常规"):
        await run.prepare(KIND, COUNTY, f"{MONTH}", LIN_JING, AT)
    grant = await granted(KIND.authority, LIN_JING)
    with pytest.raises(Refused, match="非常规"):
        await run.prepare(KIND, COUNTY, f"{MONTH}", XIA_YU, AT)  # it was granted to another
    run_id = await run.prepare(KIND, COUNTY, f"{MONTH}", LIN_JING, AT)
    await work(AT)
    await run.review(KIND, COUNTY, run_id, REVIEWER, AT)
    await access.withdraw_authority(COUNTY, grant, make.FENG_YUAN, AT)
    with pytest.raises(Refused, match="非常规"):
        await run.approve(KIND, COUNTY, run_id, APPROVER, AT)


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ("202606", "no-change"),
        ("202608", "no-change"),
        ("202701", "month"),
        ("202613", "month"),
        ("2026", "month"),
        ("200908", "month"),
    ],
)
async def test_a_month_without_a_new_parameter_and_one_too_far_away_are_refused(
    db: object, period: str, code: str
) -> None:
    await raised("163.00", date(2026, 7, 1))
    with pytest.raises(Refused) as refused:
        await prepared(period)
    assert refused.value.problems[0].code == code


async def test_a_parameter_from_the_middle_of_a_month_holds_from_the_next(db: object) -> None:
    await raised("163.00", date(2026, 7, 2))
    with pytest.raises(Refused):
        await prepared(f"{MONTH}")
    assert await prepared("202608")


async def test_the_approval_posts_what_the_dry_run_showed(db: object) -> None:
    (one,) = await drawing(1)
    await raised("163.00", date(2026, 7, 1))
    shown = await snapshot(COUNTY)
    run_id = await approved()
    await raised("173.00", date(2026, 7, 1), document="青财社〔2026〕10号", key="county")
    await work(AT)
    assert await state(run_id) == "done"
    assert await in_force(one.id, MONTH) == by_the_rule(shown, one.born_on, one.years, one.balance, MONTH)


@pytest.mark.parametrize(
    ("held", "finished"),
    [
        ("lock table run_exception in share mode", 0),
        ("lock table benefit_standard in share mode", 0),
        (
            "select from benefit where person_id = (select max(p.id) from person p where region_code like '43990102%') for update",
            1,
        ),
    ],
    ids=["between the work and its checkpoint", "while it writes", "in the second chunk"],
)
async def test_killed_in_the_middle_everybody_is_raised_once(
    db: object, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, held: str, finished: int
) -> None:
    people = await drawing(12)
    await raised("163.00", date(2026, 7, 1))
    monkeypatch.setattr(interest_settlement, "CHUNK", 1)  # a chunk a township
    run_id = await approved()
    assert len(await store.chunks(COUNTY, run_id)) == 2
    lock = owner.transaction()
    await lock.start()
    await owner.execute(held)
    victim = await begin()
    await asyncio.wait_for(stuck(), DEADLINE)
    os.kill(victim.pid, signal.SIGKILL)
    await victim.wait()
    await lock.rollback()
    assert [c.state for c in await store.chunks(COUNTY, run_id)].count("done") == finished
    heir = await begin()
    assert await asyncio.wait_for(heir.wait(), DEADLINE) == 0
    assert await state(run_id) == "done"
    assert await written(run_id) == len(people)
    parameters = await snapshot(COUNTY)
    for one in people:
        assert await in_force(one.id, MONTH) == by_the_rule(parameters, one.born_on, one.years, one.balance, MONTH)


# ------------------------------------------------------------------ with the payment months


@pytest.mark.rule("R-255", "R-307")
async def test_the_next_plan_pays_the_difference_of_every_month_since(db: object) -> None:
    one = await way.draws(1, first=202610)
    await way.paid(202612)
    await raised("163.00", date(2026, 11, 1))
    await done("202611")
    january = datetime(2027, 1, 5, 9, tzinfo=CHINA)
    plan = await way.planned(202701, january)
    # 20 more of the centre; 30 of the other levels and 5 for the age, which the made-up standard had left out.
    assert await way.lines(one, plan) == [
        (202611, "arrears", 5500), (202612, "arrears", 5500), (202701, "regular", 14300 + 6623 + 5500),
    ]  # fmt: skip


async def test_it_waits_for_a_plan_that_is_a_draft(db: object) -> None:
    await way.draws(1, first=202612)
    await way.drafted(202612)
    await raised("163.00", date(2026, 11, 1))
    with pytest.raises(Refused, match="2026年12月的发放计划还没有批准"):
        await approved("202611")


# ------------------------------------------------------------------ growing older


async def follow_ages() -> int:
    async with engine.transaction():
        return await benefit_adjustment.follow_ages(COUNTY, AT)


async def turning(one: Drawer, born_on: date) -> None:
    """As if he had been younger than 65 when his standard was made."""
    await engine.execute("update person set born_on = $2 where id = $1", one.id, born_on)
    await engine.execute("update benefit set first_month = 202512 where person_id = $1", one.id)
    amounts = by_the_rule(await snapshot(COUNTY), born_on, one.years, one.balance, 202512)
    await standard(one, 202512, amounts)


async def age_steps(one: Drawer) -> list[tuple[int, int]]:
    """(month, what the age supplement is)."""
    rows = await engine.fetch(
        "select from_month, age_county_fen from benefit_standard where person_id = $1 and reason = 'age' order by id",
        one.id,
    )
    return [tuple(row) for row in rows]


@pytest.mark.rule("R-226")
async def test_a_higher_band_counts_from_the_month_that_begins_at_that_age_and_is_given_once(db: object) -> None:
    first, second, last, next_year, much_older = people = await drawing(5)
    for one, born_on in zip(
        people,
        (date(1961, 12, 1), date(1961, 11, 2), date(1961, 3, 31), date(1961, 12, 2), date(1951, 6, 10)),
        strict=True,
    ):
        await turning(one, born_on)
    await raised("163.00", date(2026, 7, 1))  # no run has made it anybody's standard yet
    before = await in_force(first.id, 202611)
    assert await follow_ages() == 4
    assert await age_steps(first) == [(202612, 500)]
    assert await age_steps(second) == [(202612, 500)]
    assert await age_steps(last) == [(202604, 500)]
    assert await age_steps(next_year) == []
    assert await age_steps(much_older) == [(202607, 1000)]
    assert await in_force(first.id, 202612) == before | {"age_county_fen": 500}
    assert [await recheck_from(one) for one in people] == [None, None, 202604, None, 202607]
    assert await follow_ages() == 0


@pytest.mark.rule("R-308")
async def test_who_serves_a_sentence_gets_it_with_the_first_month_afterwards(db: object) -> None:
    serving, served, innocent = await drawing(3)
    for one in (serving, served, innocent):
        await turning(one, date(1961, 3, 31))
    await spell(serving, "paroled", 202601, None)
    await spell(served, "paroled", 202601, 202610)
    await spell(innocent, "imprisoned", 202601, None, acquitted=True)
    assert await follow_ages() == 2
    assert await age_steps(innocent) == [(202604, 500)]
    assert await age_steps(serving) == []
    assert await age_steps(served) == [(202611, 500)]


async def test_a_changed_supplement_waits_for_its_run(db: object) -> None:
    (one,) = await drawing(1)
    await turning(one, date(1955, 5, 5))
    await raised("8.00", date(2026, 7, 1), "age_supplement", "county/65")
    assert await follow_ages() == 0
    await done()
    assert (await in_force(one.id, MONTH))["age_county_fen"] == 800
