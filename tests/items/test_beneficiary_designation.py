"""指定受益人 (R-055)."""

import pytest

from db import engine
from db.queries import people as people_query
from domain.case.status import Status
from domain.errors import Refused
from domain.items import beneficiary_designation
from tests import make
from tests.make import COUNTY, LI_XIUYING, WANG_DASHAN, ZHOU_XIAOMAN

pytestmark = pytest.mark.usefixtures("county")


def row(person: make.Person, share: int) -> dict[str, object]:
    return {
        "name": person.name,
        "id_type": "resident_id_card",
        "id_number": person.id_number,
        "relation": "1",
        "share_percent": share,
    }


async def designated(*rows: dict[str, object]) -> list[people_query.BeneficiaryRow]:
    subject = await make.subject(WANG_DASHAN)
    if subject.person_id is None:
        await make.participant()
    receipt = await make.handed_in(beneficiary_designation.ITEM, {"beneficiaries": list(rows)}, WANG_DASHAN)
    assert receipt.status is Status.EFFECTED
    return await people_query.beneficiaries(COUNTY, (await make.subject(WANG_DASHAN)).person_id or 0)


@pytest.mark.rule("R-055")
@pytest.mark.parametrize("shares", [(100,), (50, 50), (1, 99)])
async def test_shares_of_a_hundred_are_registered(shares: tuple[int, ...]) -> None:
    people = (LI_XIUYING, ZHOU_XIAOMAN)
    rows = await designated(*(row(person, share) for person, share in zip(people, shares, strict=False)))
    assert [r.share_percent for r in rows] == list(shares)


@pytest.mark.rule("R-055")
@pytest.mark.parametrize("shares", [(99,), (50, 51)])
async def test_any_other_sum_is_refused(shares: tuple[int, ...]) -> None:
    people = (LI_XIUYING, ZHOU_XIAOMAN)
    with pytest.raises(Refused):
        await designated(*(row(person, share) for person, share in zip(people, shares, strict=False)))


async def test_a_new_designation_replaces_the_old_one_and_keeps_it_on_record() -> None:
    await designated(row(LI_XIUYING, 100))
    rows = await designated(row(ZHOU_XIAOMAN, 100))
    assert [r.name for r in rows] == ["周小满"]
    assert await engine.fetchval("select count(*) from beneficiary where until_on is not null") == 1


async def test_none_at_all_takes_the_designation_back() -> None:
    await designated(row(LI_XIUYING, 100))
    assert await designated() == []


async def test_nobody_inherits_from_himself() -> None:
    with pytest.raises(Refused, match="不能是本人"):
        await designated(row(WANG_DASHAN, 100))


async def test_the_same_beneficiary_twice_is_refused() -> None:
    with pytest.raises(Refused):
        await designated(row(LI_XIUYING, 50), row(LI_XIUYING, 50))
