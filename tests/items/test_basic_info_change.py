"""一般信息变更 (P-02): the participant's own word, at once."""

import pytest

from db import engine
from db.crypto import unseal_text
from db.queries import people as people_query
from db.stores import people
from domain.case import flow
from domain.case.status import Status
from domain.errors import Refused
from domain.items import basic_info_change
from tests import make
from tests.make import COUNTY, FRIDAY, WANG_DASHAN

pytestmark = pytest.mark.usefixtures("county")

AS_IT_IS = {
    "phone": WANG_DASHAN.phone, "address": "东坪村一组8号", "postcode": "421001", "sex": "1", "ethnic_group": "01",
    "household_type": "20",
}  # fmt: skip


async def changed(**answers: object) -> flow.Receipt:
    await make.participant()
    return await make.handed_in(basic_info_change.ITEM, {**AS_IT_IS, **answers}, WANG_DASHAN)


@pytest.mark.rule("R-057")
async def test_it_holds_at_once_and_nobody_reviews_it() -> None:
    receipt = await changed(address="镇上新街5号")
    assert receipt.status is Status.EFFECTED
    assert await make.column(receipt.case_id, "waiting_post") is None
    assert await engine.fetchval("select address from person") == "镇上新街5号"


@pytest.mark.rule("R-058")
async def test_the_old_value_is_kept_with_who_when_and_channel() -> None:
    receipt = await changed(address="镇上新街5号")
    [change] = await people_query.changes_by_case(COUNTY, receipt.case_id)
    assert (change.field, change.before, change.after) == ("address", "东坪村一组8号", "镇上新街5号")
    assert (change.actor_name, change.channel, change.at) == ("王大山", "portal", FRIDAY)


@pytest.mark.rule("R-059")
async def test_a_new_phone_needs_the_code_sent_to_it() -> None:
    with pytest.raises(Refused, match="验证码"):
        await changed(phone="13900000009")


@pytest.mark.rule("R-059")
async def test_a_code_for_another_number_does_not_help() -> None:
    with pytest.raises(Refused, match="验证码"):
        await changed(phone="13900000009", phone_verified="13900000008")


@pytest.mark.rule("R-059")
async def test_the_old_phone_is_told_of_the_new_one() -> None:
    await changed(phone="13900000009", phone_verified="13900000009")
    rows = await engine.fetch("select phone_sealed, title from message where channel = 'sms' order by id")
    told = {row["title"]: unseal_text(row["phone_sealed"], "person.phone") for row in rows}
    assert told["手机号码已变更"] == WANG_DASHAN.phone


@pytest.mark.rule("R-060")
@pytest.mark.parametrize(("sex", "allowed"), [("2", False), ("1", True)])
async def test_a_sex_that_contradicts_the_number_belongs_to_the_key_change(sex: str, allowed: bool) -> None:
    if allowed:
        assert (await changed(sex=sex, address="别处")).status is Status.EFFECTED
    else:
        with pytest.raises(Refused, match="关键信息变更"):
            await changed(sex=sex)


async def test_a_wrong_sex_on_record_may_be_put_right_to_match_the_number() -> None:
    """X-13: the correction that agrees with the number is a plain change."""
    person_id = await make.participant()
    await people.set_fields(COUNTY, person_id, {"sex": "2"})
    receipt = await make.handed_in(basic_info_change.ITEM, AS_IT_IS, WANG_DASHAN)
    assert receipt.status is Status.EFFECTED
    assert await engine.fetchval("select sex from person") == "1"


async def test_nothing_to_change_is_said_and_the_draft_kept() -> None:
    await make.participant()
    case_id = await make.draft(basic_info_change.ITEM, AS_IT_IS, make.resident(WANG_DASHAN), WANG_DASHAN)
    with pytest.raises(Refused, match="没有要改的"):
        await flow.submit(COUNTY, case_id, make.resident(WANG_DASHAN), 0, FRIDAY)
    assert await make.column(case_id, "status") == "draft"


@pytest.mark.rule("R-074")
async def test_another_household_type_is_a_plain_edit() -> None:
    receipt = await changed(household_type="10")
    assert receipt.status is Status.EFFECTED
