"""县内户籍地址变更 (P-04)."""

import pytest

from db import engine
from domain.case import flow
from domain.case.status import Status
from domain.items import household_address_change
from tests import make
from tests.make import COUNTY, FRIDAY, HE_JING, WANG_DASHAN

pytestmark = pytest.mark.usefixtures("county")

NEW_HOME = {"household_address": "青禾县石桥乡枫岭村一组3号", "region_code": make.OTHER_GROUP, "household_type": "20"}


async def filed(register_says: str = make.OTHER_GROUP, **answers: object) -> flow.Receipt:
    await make.participant()
    await make.sources(household_register=make.household(WANG_DASHAN, register_says))
    return await make.handed_in(household_address_change.ITEM, {**NEW_HOME, **answers}, WANG_DASHAN)


@pytest.mark.rule("R-073")
async def test_a_move_inside_the_county_changes_the_address_and_keeps_account_and_agency() -> None:
    receipt = await filed()
    assert await make.approve(receipt.case_id, HE_JING) is Status.EFFECTED
    row = await engine.fetchrow("select p.region_code, p.household_address, a.status from person p join individual_account a"
                                " on a.person_id = p.id")  # fmt: skip
    assert row is not None
    assert tuple(row) == (make.OTHER_GROUP, "青禾县石桥乡枫岭村一组3号", "open")


@pytest.mark.rule("R-073")
@pytest.mark.parametrize(("register_says", "codes"), [("439902010101", ["moved-away"]), (make.OTHER_GROUP, [])])
async def test_a_move_out_of_the_county_is_a_transfer(register_says: str, codes: list[str]) -> None:
    receipt = await filed(register_says)
    _, looked = await flow.look(COUNTY, receipt.case_id, HE_JING, FRIDAY)
    assert [finding.code for finding in looked.bars] == codes


async def test_a_register_that_still_shows_the_old_village_is_only_a_note() -> None:
    receipt = await filed(make.GROUP)
    _, looked = await flow.look(COUNTY, receipt.case_id, HE_JING, FRIDAY)
    assert [finding.code for finding in looked.findings] == ["other-village"]
    assert looked.bars == []


async def test_a_closed_village_cannot_be_chosen(owner) -> None:  # type: ignore[no-untyped-def]
    await owner.execute("update region set closed_on = '2026-01-01' where code = $1", make.OTHER_GROUP)
    with pytest.raises(Exception, match="已经撤销"):
        await filed()
