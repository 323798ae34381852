"""Pensioners as a test knows them: what was said about each, month by month, and what is owed for it by the rule."""

import random
from datetime import datetime

from db import engine
from db.stores import benefits as store
from domain import identity, months
from domain.agency import sentences, suspensions
from domain.agency.parameters_import import snapshot
from domain.money import Fen
from domain.rules import arrears
from domain.rules.imprisonment import RULES, Situation
from domain.runs import benefit_adjustment, run
from tests.items.claiming import LIN_JING, XIA_YU
from tests.make import CHINA, COUNTY, FENG_YUAN
from tests.payments import month as way
from tests.payments.month import BANK
from tests.runs import drawing
from tests.runs.conftest import REVIEWER

BANKS = (BANK, "邮储银行")


def moment(month: int) -> datetime:
    return datetime(month // 100, month % 100, 4, 9, tzinfo=CHINA)


class Life:
    """`stopped`: months not owed for good; `since`: of a suspension that goes on; `spell`: the open one."""

    def __init__(self, number: int, person: int, first: int) -> None:
        self.number, self.person, self.first = number, person, first
        self.stopped: set[int] = set()
        self.since: int | None = None
        self.proposed: int | None = None  # the id of a suspension that waits for a word
        self.spell: tuple[int, Situation, int] | None = None  # (id, situation, first)
        self.last = 999912

    async def owed(self, until: int) -> dict[int, int]:
        """By month. The standards are those that were decided, in the order in which they were."""
        rows = await engine.fetch(
            "select from_month, total_fen from benefit_standard where person_id = $1 order by id", self.person
        )
        waits = set(self.stopped)
        if self.since is not None:
            waits |= set(months.between(self.since, until))
        if self.spell is not None and not RULES[self.spell[1]].pays:
            waits |= set(months.between(self.spell[2], until))
        waits |= {month for month in months.between(self.first, until) if month > self.last}
        found = arrears.due(
            [arrears.Standard(row["from_month"], Fen(row["total_fen"])) for row in rows],
            months.between(self.first, until),
            waits,
        )
        return {month: fen for month, fen in found.items() if fen}

    async def got(self) -> dict[int, int]:
        """By month, of everything that arrived; what could not be deducted yet is said by the benefit."""
        rows = await engine.fetch(
            "select l.due_month, sum(l.total_fen)::bigint as fen from payment_line l where l.person_id = $1 and not l.voided"
            " and (select t.state from payment_transfer t where t.plan_id = l.plan_id and t.person_id = l.person_id"
            " order by t.round desc limit 1) = 'paid' group by 1 having sum(l.total_fen) <> 0 order by 1",
            self.person,
        )
        return {row["due_month"]: row["fen"] for row in rows}

    # -------------------------------------------------------------- what happens to it

    async def standard(self, month: int, dice: random.Random) -> None:
        """Another amount from a month on, which may be long past; every later step anew."""
        of = month if dice.random() < 0.4 else dice.choice(list(months.between(self.first, month)))
        fen = dice.choice([dice.randint(1, 3_000), dice.randint(20_000, 60_000)])  # so that much has to be given back
        rows = await engine.fetch(
            "select distinct from_month from benefit_standard where person_id = $1 and from_month > $2", self.person, of
        )
        for step in sorted({of, *(row["from_month"] for row in rows)}):
            await way.standard(self.person, step, {"basic_county": fen - fen // 3, "account_personal": fen // 3})
        await store.recheck(COUNTY, [self.person], of)

    async def propose(self, month: int, dice: random.Random) -> None:
        if self.since is not None or self.proposed is not None or self.last < month:
            return
        first = months.after(month, dice.choice([-2, -1, 0, 1]))
        reason = dice.choice(["other", "suspected_dual", "suspected_death"])
        self.proposed = await suspensions.propose(
            COUNTY, self.person, reason, first, "查到的情况", LIN_JING, moment(month)
        )

    async def answer(self, month: int, *, stops: bool) -> None:
        if self.proposed is None:
            return
        if stops:
            await suspensions.confirm(COUNTY, [self.proposed], XIA_YU, moment(month))
            self.since = await engine.fetchval(
                "select first_month from benefit_suspension where id = $1", self.proposed
            )
        else:
            await suspensions.dismiss(COUNTY, self.proposed, "核实过了，没有问题", XIA_YU, moment(month))
        self.proposed = None

    async def suspend(self, month: int, dice: random.Random) -> None:
        await self.propose(month, dice)
        await self.answer(month, stops=True)

    async def lift(self, month: int, dice: random.Random) -> None:
        """Whose imprisonment it was, as the desk knew it, is not made good."""
        if self.since is None:
            return
        pays = dice.random() < 0.5
        (open_one,) = await engine.fetch(
            "update benefit_suspension set reason = case when $2 then reason else 'imprisoned' end where person_id = $1"
            " and state = 'confirmed' returning id",
            self.person, pays,
        )  # fmt: skip
        await suspensions.lift(COUNTY, open_one["id"], "核实过了，可以恢复", LIN_JING, moment(month))
        if not pays:
            self.stopped |= set(months.between(self.since, months.after(month, -1)))
        self.since = None

    async def sentence(self, month: int, dice: random.Random) -> None:
        """A fact begins, or the one that goes on ends."""
        at = moment(month)
        if self.spell is None:
            known = await engine.fetchval(
                "select max(last_month) from sentence_spell where person_id = $1", self.person
            )
            first = max(months.after(month, dice.choice([-3, -1, 0, 1])), months.after(known or 200001))
            if first > months.after(month) or self.last < month:
                return
            situation = dice.choice(list(Situation))
            self.spell = (
                await sentences.record(COUNTY, self.person, situation, first, "判决书", LIN_JING, at), situation, first
            )  # fmt: skip
            return
        number, situation, first = self.spell
        last = max(first, months.after(month, dice.choice([-2, -1, 0])))
        acquitted = RULES[situation].arrears_if_acquitted and dice.random() < 0.5
        await sentences.end(COUNTY, number, last, "释放证明", LIN_JING, at, acquitted=acquitted)
        if not RULES[situation].pays and not acquitted:
            self.stopped |= set(months.between(first, last))
        self.spell = None

    async def bank(self, month: int, dice: random.Random) -> None:
        """Another account, or none for a while."""
        if dice.random() < 0.3:
            await engine.execute(
                "update payment_account set ended_at = now(), ended_reason = 'x' where person_id = $1 and ended_at is null",
                self.person,
            )  # fmt: skip
        else:
            await way.banked(self.number, self.person, dice.choice(BANKS), last=f"{month % 10}")

    async def die(self, month: int, dice: random.Random) -> None:
        if self.last != 999912 or dice.random() < 0.5:
            return
        self.last = max(self.first, months.after(month, dice.choice([-3, -1, 0])))
        await engine.execute(
            "update benefit set state = 'ended', ended_month = $2 where person_id = $1", self.person, self.last
        )
        await store.recheck(COUNTY, [self.person], months.after(self.last))

    async def settle(self, month: int) -> None:
        """Nothing is left open that would keep somebody out of a plan."""
        await self.answer(month, stops=False)
        if not await engine.fetchval(
            "select exists (select from payment_account where person_id = $1 and ended_at is null)", self.person
        ):
            await way.banked(self.number, self.person)


async def born(number: int, first: int, held: int) -> Life:
    """With the standard that the rule gives."""
    born_on = identity.birth_of(identity.IdType.RESIDENT_ID_CARD, way.pensioner(number).id_number)
    assert born_on is not None
    amounts = drawing.by_the_rule(await snapshot(COUNTY), born_on, 15, 900_000, first)
    named = {column.removesuffix("_fen"): fen for column, fen in amounts.items()}
    return Life(number, await way.draws(number, first=first, amounts=named, held=held), first)


async def increase(month: int, of: int, fen: int) -> None:
    """A new parameter from the month `of` on, and the run that brings it to everybody."""
    at = moment(month)
    await drawing.raised(f"{fen / 100:.2f}", months.first_day(of), key="county")
    await drawing.granted(benefit_adjustment.BUSINESS, LIN_JING, at=at)
    run_id = await run.prepare(benefit_adjustment.KIND, COUNTY, f"{of}", LIN_JING, at)
    await way.work(at)
    await run.review(benefit_adjustment.KIND, COUNTY, run_id, REVIEWER, at)
    await run.approve(benefit_adjustment.KIND, COUNTY, run_id, FENG_YUAN, at)
    await way.work(at)
    assert await engine.fetchval("select state || trouble from batch_run where id = $1", run_id) == "done"
