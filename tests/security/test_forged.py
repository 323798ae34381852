"""Addresses and forms nobody's page offers: an answer in words, never an error of ours."""

import pytest

from db import engine
from domain.actor import Post
from tests import make
from tests.backoffice.office import Desk, Office
from tests.make import CHEN_CHUNSHENG, LI_XIUYING, VILLAGE
from tests.portal.town import Town


@pytest.mark.parametrize("token", ["439901-%00", "439901-x%00y", "439901-%ff", "439901-%ed%a0%80", "%00", "439901-"])
@pytest.mark.parametrize("page", ["verify", "confirm"])
async def test_tokens_that_are_none(town: Town, page: str, token: str) -> None:
    async with town.login(LI_XIUYING) as visitor:
        assert (await visitor.fetch(f"/{page}/{token}")).status_code == 404


async def test_a_place_in_the_roster_that_is_none(town: Town) -> None:
    await town.appoint()
    async with town.login(CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}?after=%00.1")


@pytest.mark.parametrize(
    "url",
    [
        "/audit?object=%00&number=%00&staff=%00&day=%00&before=%00",
        "/inbox?item=%00&region=%00&view=%00&after=%00",
        "/inbox?after=9999-99-99.1",
        "/statistics?from=%00&to=%00&month=%00",
        "/calendar?year=%00",
        "/people/1?from=%00",
    ],
)
async def test_questions_in_an_address_that_are_none(office: Office, url: str) -> None:
    async with office.at_desk(await office.hire("冯远", Post.COUNTY_HEAD)) as desk:
        assert (await desk.client.get(url)).status_code in (200, 404)


async def test_an_authority_for_a_case_that_is_not_there_or_not_within_reach(office: Office) -> None:
    await make.sources()
    case_id = (await make.enrollment_of(LI_XIUYING)).case_id
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as desk:
        for forged in (case_id, 999_999):
            fields = {"_csrf": desk.csrf, "business": "other", "reason": "事后核查", "case_id": str(forged)}
            assert (await desk.client.post("/authority", data=fields)).status_code == 422
    assert await engine.fetchval("select count(*) from special_authority_grant") == 0


async def test_a_post_given_twice(office: Office) -> None:
    clerk = await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")
    async with office.at_desk(await office.hire("罗敏", Post.COUNTY_ADMIN)) as desk:
        for day in ("2026-11-20", "2026-12-01"):
            await desk.post(f"/staff/{clerk}/posts", 422, post="township_clerk", from_on=day)


async def test_texts_that_hold_a_zero_byte(clerk: Desk) -> None:
    for url, fields in {
        "/search": {"by": "name", "words": "李\0秀英"},
        "/counter": {"item": "enrollment", "name": "李\0", "id_number": "\0"},
        "/people/1/unmask": {"reason": "核对\0身份证"},
    }.items():
        answer = await clerk.client.post(url, data={"_csrf": clerk.csrf, **fields})
        assert answer.status_code in (200, 404, 422)
