"""Who reaches what: numbers that changed hands, and what was never handed in."""

from datetime import date

import pytest

from db import engine
from db.stores import people
from domain.actor import Post
from domain.case import flow
from domain.case.status import Status
from domain.items import enrollment, household_address_change
from tests import make
from tests.backoffice.office import Desk, Office
from tests.make import COUNTY, FRIDAY, LI_XIUYING, WANG_DASHAN
from tests.portal.town import Town

NEW = make.Person("王大山", make.id_number(date(1975, 8, 20), 199), 2, WANG_DASHAN.phone)
STRANGER = make.Person("赵四海", WANG_DASHAN.id_number, 8, "13800000088")  # whose number it has been all along
MOVED = {"household_address": "青禾县柳湾镇东坪村二组9号", "region_code": make.GROUP, "household_type": "20"}


@pytest.fixture
async def moving(town: Town) -> int:
    """王大山's application under way, filed under the number he had then."""
    await make.participant()
    case_id = (await make.handed_in(household_address_change.ITEM, MOVED, WANG_DASHAN)).case_id
    _, person_id = await people.find(WANG_DASHAN.index) or (0, 0)
    async with engine.transaction():
        await people.replace_number(COUNTY, person_id, "resident_id_card", NEW.id_number, None, FRIDAY.date())
    return case_id


@pytest.mark.rule("R-070")
async def test_a_case_under_way_can_be_withdrawn_under_the_new_number(town: Town, moving: int) -> None:
    async with town.login(NEW) as visitor:
        await visitor.get(f"/cases/{moving}/withdraw")
        await visitor.press("撤回")
    assert await make.column(moving, "status") == Status.WITHDRAWN


@pytest.mark.parametrize("url", ["/", "/me", "/contribution", "/estimate", "/cases", "/messages", "/apply/household_address_change"])
async def test_a_number_given_up_opens_nobodys_file(town: Town, moving: int, url: str) -> None:
    async with town.login(STRANGER) as visitor:
        await visitor.get(url, status=422)
        assert "已经换成新号码" in visitor.words
        assert "东坪村" not in visitor.words
        assert "办理中" not in visitor.words


@pytest.mark.parametrize(
    "url", ["/me/data.json", "/me/data.pdf", "/contribution/certificate.pdf", "/cases/{}", "/cases/{}/receipt", "/cases/{}/papers/receipt.pdf"]
)
async def test_a_number_given_up_fetches_no_paper(town: Town, moving: int, url: str) -> None:
    async with town.login(STRANGER) as visitor:
        assert (await visitor.fetch(url.format(moving))).status_code == 422


async def test_a_number_given_up_starts_nothing(town: Town, moving: int) -> None:
    async with town.login(STRANGER) as visitor:
        await visitor.post("/apply/basic_info_change", {}, status=422)
    assert await engine.fetchval("select count(*) from service_case") == 1


async def photographed() -> tuple[int, int]:
    """A resident's form with a photo, not handed in: (case, attachment)."""
    case_id = await make.draft(enrollment.ITEM, {}, make.resident(), LI_XIUYING, with_materials=False)
    photo = {**make.picture(), "thumbnail_key": "key-small"}
    return case_id, await flow.add_material(COUNTY, case_id, make.resident(), "id_document", photo, FRIDAY)


@pytest.mark.parametrize("what", ["", "/file", "/thumbnail"])
@pytest.mark.parametrize("given_up", [False, True])
async def test_pictures_of_a_form_not_handed_in_are_their_authors(reviewer: Desk, what: str, given_up: bool) -> None:
    case_id, attachment_id = await photographed()
    if given_up:
        await flow.withdraw(COUNTY, case_id, make.resident(), FRIDAY)
    answer = await reviewer.client.get(f"/cases/{case_id}/attachments/{attachment_id}{what}")
    assert answer.status_code == 404


async def test_a_form_given_up_is_not_found_by_name(reviewer: Desk) -> None:
    case_id, _ = await photographed()
    await flow.withdraw(COUNTY, case_id, make.resident(), FRIDAY)
    page = await reviewer.post("/search", 200, by="name", words=LI_XIUYING.name)
    assert f"/cases/{case_id}" not in [a.attrs.get("href") for a in page.all("a")]
    page = await reviewer.post("/search", 200, by="id_number", words=LI_XIUYING.id_number)
    assert f"/cases/{case_id}" not in [a.attrs.get("href") for a in page.all("a")]


async def test_a_clerk_sees_the_pictures_of_the_form_he_is_typing_in(office: Office) -> None:
    async with office.at_desk(await office.hire("孙立", Post.COUNTY_ENROLLMENT)) as desk:
        clerk = make.staff("孙立", Post.COUNTY_ENROLLMENT, staff_id=desk.staff_id)
        case_id = await make.draft(enrollment.ITEM, {}, clerk, LI_XIUYING, with_materials=False)
        attachment_id = await flow.add_material(COUNTY, case_id, clerk, "id_document", make.picture(), FRIDAY)
        await desk.get(f"/cases/{case_id}/attachments/{attachment_id}")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_a_day_at_the_end_of_the_calendar_is_no_error_of_ours(office: Office, day: str) -> None:
    async with office.at_desk(await office.hire("冯远", Post.COUNTY_HEAD)) as desk:
        await desk.get(f"/audit?day={day}")


async def test_a_tick_that_is_no_number_is_no_error_of_ours(clerk: Desk) -> None:
    await clerk.post("/bulk/approve", 200, case="1", looked="²", version="1.²")
