"""关系转入: what is asked for, what the office looks up itself, how long it takes (规程第四十一条、第四十二条)."""

from datetime import date

import pytest

from db import engine
from domain.items import transfer_in
from domain.items.transfer_in import TransferIn
from tests import make
from tests.make import FRIDAY, LI_XIUYING
from tests.transfers.two_counties import answers, neighbour, sources, use_profile

pytestmark = pytest.mark.usefixtures("county")
OUTSIDE = 519901


async def filed(**more: object) -> int:
    await sources(make.COUNTY, person=LI_XIUYING, old=OUTSIDE, region=make.GROUP)
    receipt = await make.handed_in(transfer_in.ITEM, answers(LI_XIUYING, region_code=make.GROUP, **more), LI_XIUYING)
    return receipt.case_id


@pytest.mark.rule("R-373", "R-374")
async def test_five_working_days_and_nothing_but_the_id_card() -> None:
    case_id = await filed()
    assert await make.column(case_id, "limit_days") == 5
    assert await make.column(case_id, "due_on") == date(2026, 11, 27)
    assert [material.code for material in transfer_in.ITEM.materials] == ["id_document"]


@pytest.mark.rule("R-386")
@pytest.mark.parametrize(("code", "good"), [("519901", True), ("5199", False), (None, True)])
def test_the_code_of_the_old_county_has_six_digits_or_is_left_out(code: str | None, good: bool) -> None:
    import msgspec  # noqa: PLC0415 - only here

    form = answers(LI_XIUYING) | ({"from_county_code": code} if code else {})
    if good:
        assert msgspec.convert(form, TransferIn, strict=False).from_county_code == code
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(form, TransferIn, strict=False)


async def test_no_letter_that_wants_money_goes_out_before_the_account_is_named() -> None:
    case_id = await filed()
    await make.approve(case_id, make.ZHAO_MIN)
    from domain.errors import Refused  # noqa: PLC0415 - only here

    with pytest.raises(Refused, match="收入户"):
        await make.approve(case_id, make.HE_JING)
    assert await engine.fetchval("select count(*) from transfer") == 0


@pytest.mark.rule("R-385")
@pytest.mark.parametrize(("profile", "money"), [("hunan", "central"), ("national", "cash")])
async def test_inside_a_province_the_place_says_whether_money_follows(profile: str, money: str) -> None:
    from db.stores import books  # noqa: PLC0415 - only here

    await neighbour(profile)
    await use_profile(profile)
    async with engine.transaction():
        await books.set_bank_account(make.COUNTY, "income_account", "农商行", "青禾县基金收入户", "820100000001", FRIDAY.date())
    await sources(make.COUNTY, person=LI_XIUYING, old=439902, region=make.GROUP)
    receipt = await make.handed_in(transfer_in.ITEM, answers(LI_XIUYING, region_code=make.GROUP), LI_XIUYING, profile=profile)
    await make.approve(receipt.case_id, make.ZHAO_MIN)
    await make.approve(receipt.case_id, make.HE_JING)
    row = await engine.fetchrow("select scope, money, state, other_name from transfer")
    assert row is not None
    assert tuple(row) == ("same_province", money, "asked", "白杨县社会养老保险中心")
