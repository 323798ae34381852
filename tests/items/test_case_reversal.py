"""办件撤销: asked for by one, decided by another, only once and only for what holds."""

import pytest

from domain.case import flow
from domain.errors import Refused
from domain.items import basic_info_change, beneficiary_designation, case_reversal
from domain.items.case_reversal import REVERSIBLE
from tests import make
from tests.items.test_basic_info_change import AS_IT_IS
from tests.make import COUNTY, FENG_YUAN, FRIDAY, WANG_DASHAN, ZHENG_TAO

pytestmark = pytest.mark.usefixtures("county")


async def moved(address: str) -> int:
    if (await make.subject(WANG_DASHAN)).person_id is None:
        await make.participant()
    answers = {**AS_IT_IS, "address": address}
    return (await make.handed_in(basic_info_change.ITEM, answers, WANG_DASHAN)).case_id


async def asked(original: int, actor: make.Actor = ZHENG_TAO) -> int:
    answers = {"original_id": original, "original_no": "1", "reason": "不是本人办理的"}
    case_id = await flow.start(case_reversal.ITEM, await make.subject(WANG_DASHAN), actor, "national", FRIDAY, answers)
    await flow.submit(COUNTY, case_id, actor, await make.version(case_id), FRIDAY)
    return case_id


async def address() -> str:
    from db.stores import people  # noqa: PLC0415

    person = await people.read(COUNTY, (await make.subject(WANG_DASHAN)).person_id or 0)
    assert person is not None
    return person.address


async def test_the_old_value_comes_back() -> None:
    original = await moved("被人改掉的地址")
    await make.approve(await asked(original), FENG_YUAN)
    assert await address() == "东坪村一组8号"


@pytest.mark.rule("R-015")
async def test_who_asked_cannot_decide() -> None:
    head_and_asker = make.staff("冯远", make.Post.COUNTY_HEAD, staff_id=107)
    case_id = await asked(await moved("别处"), head_and_asker)
    with pytest.raises(Refused, match="别人办理"):
        await make.approve(case_id, head_and_asker)


async def test_a_value_changed_again_since_is_not_overwritten() -> None:
    original = await moved("甲地")
    await moved("乙地")
    case_id = await asked(original)
    with pytest.raises(Refused, match="后来又改过"):
        await make.approve(case_id, FENG_YUAN)
    assert await address() == "乙地"


async def test_nothing_is_reversed_twice() -> None:
    original = await moved("别处")
    await make.approve(await asked(original), FENG_YUAN)
    case_id = await asked(original)
    with pytest.raises(Refused, match="已经撤销过"):
        await make.approve(case_id, FENG_YUAN)


def test_a_designation_is_not_reversed_but_made_anew() -> None:
    assert beneficiary_designation.ITEM.code not in REVERSIBLE
