"""Adjustments as the collection and the finance post make them."""

from datetime import datetime, timedelta
from typing import Any

from db import engine
from db.queries import accounts, people
from domain import access
from domain.actor import Actor, Post
from domain.agency import adjustment, adjustment_review
from domain.agency.adjustment import Asked, Payee
from domain.money import Fen
from domain.rules.adjustment import ITEMS, Amounts
from tests import make
from tests.contributions.ways import AT, MAKER
from tests.make import COUNTY, WANG_DASHAN, Person

FINANCE = make.staff("严明", Post.FINANCE_SUPERVISOR, staff_id=112)
PAYEE = Payee("王大山", "农商行", "6230 1234 5678 9012 345")


async def granted(*actors: Actor, at: datetime = AT, person_id: int | None = None) -> None:
    """The head of the agency gives the power for a day."""
    for actor in actors:
        await _employed(actor)
        grant = await access.request_authority(adjustment.BUSINESS, "更正缴费记录", actor, at, person_id=person_id)
        await access.grant_authority(COUNTY, grant, at + timedelta(days=1), make.FENG_YUAN, at)


async def _employed(actor: Actor) -> None:
    await engine.execute(
        "insert into staff_user (county_code, id, login_name, name, region_code, organisation, password_hash, must_change,"
        " password_at, created_at) overriding system value values ($1, $2, $3, $4, $5, 'x', 'x', false, $6, $6)"
        " on conflict do nothing",
        COUNTY, actor.id, f"{COUNTY}{actor.id}", actor.name, f"{COUNTY}", AT,
    )  # fmt: skip


async def person_id_of(person: Person = WANG_DASHAN) -> int:
    found = await people.person_id_of(COUNTY, person.index)
    assert found is not None
    return found


def yuan(*amounts: int) -> Amounts:
    """In the order of ITEMS, whole yuan; what is left out is 0."""
    return Amounts(**{item: Fen(fen * 100) for item, fen in zip(ITEMS, amounts, strict=False)})


async def asked(after: Amounts, year: int = 2026, *, person: Person = WANG_DASHAN, **more: Any) -> Asked:
    return Asked(
        person_id=await person_id_of(person), year=year, category=more.pop("category", "011"), after=after,
        reason=more.pop("reason", "税票和登记不一致"), **more,
    )  # fmt: skip


async def saved(after: Amounts, year: int = 2026, *, at: datetime = AT, **more: Any) -> int:
    return await adjustment.save(COUNTY, await asked(after, year, **more), MAKER, at)


async def approved(after: Amounts, year: int = 2026, *, at: datetime = AT, **more: Any) -> int:
    document = await saved(after, year, at=at, **more)
    await adjustment_review.approve(COUNTY, document, FINANCE, at)
    return document


async def state(document: int) -> str:
    found: str = await engine.fetchval("select state from fund_document where id = $1", document)
    return found


async def balance(person: Person = WANG_DASHAN) -> tuple[int, int]:
    """Principal and interest of the personal part."""
    rows = await accounts.balances(COUNTY, await person_id_of(person))
    return rows[0].principal_fen, rows[0].interest_fen


async def reversible(year: int) -> list[int]:
    view = await adjustment.look(COUNTY, await person_id_of(), year, AT)
    return [each.id for each in view.reversible]
