"""What staff see of transfers, and what they print."""

from pathlib import Path

import pytest

from db import engine
from db.queries import transfers as queries
from domain.actor import Post
from tests.backoffice.office import Office
from tests.make import COUNTY as HERE
from tests.make import FRIDAY, GROUP, LI_XIUYING, ZHAO_MIN
from tests.portal.town import Town
from tests.transfers.test_across_provinces import coming, folder, going, register
from tests.transfers.two_counties import OFFICER_HERE, asked, sources, use_profile

__all__ = ["folder"]
pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture
async def office(county: object, tmp_path: Path) -> Office:
    return Office(tmp_path / "files")


@pytest.mark.rule("R-378", "R-388", "R-392")
async def test_the_desk_of_somebody_who_comes(office: Office, folder: Path) -> None:
    row = await coming(folder)
    officer = await office.hire("何静", Post.COUNTY_ACCOUNT)
    async with office.at_desk(officer) as desk:
        listed = await desk.get("/transfers")
        assert LI_XIUYING.name in listed.text
        assert "等到账或确认" in listed.text
        page = await desk.get(f"/transfers/{row.id}")
        for words in ("1,562.50", "5年", "等1,562.50元足额到账", LI_XIUYING.id_number[-4:]):
            assert words in page.text, words
        assert LI_XIUYING.id_number not in page.text
        await desk.post(f"/transfers/{row.id}", 422, step="not-confirm", reason="x")
        await desk.post(f"/transfers/{row.id}", 422, step="confirm")
        await desk.post(f"/transfers/{row.id}", 422, step="difference", received="1562.50")
        await desk.post(f"/transfers/{row.id}", step="difference", received="2000.00")
        assert "2,000.00" in (await desk.get("/transfers/differences")).text
        await desk.post(f"/transfers/{row.id}", step="clear", outcome="多汇的钱已请财务退回")
        await desk.post(f"/transfers/{row.id}", 422, step="ask", asked="?")
        await desk.post(f"/transfers/{row.id}", step="ask", asked="2020年也缴过费")
        await desk.post(f"/transfers/{row.id}", 404, step="answer-what")
        assert "等转出地答复" in (await desk.get(f"/transfers/{row.id}")).text
        for kind in ("transfer_application", "transfer_letter", "transfer_form"):
            answer = await desk.client.get(f"/transfers/{row.id}/{kind}.pdf")
            assert (answer.status_code, answer.content[:4]) == (200, b"%PDF"), kind
        assert (await desk.client.get(f"/transfers/{row.id}/receipt.pdf")).status_code == 404


async def test_the_desk_of_somebody_who_goes(office: Office, folder: Path) -> None:
    row = await going(folder)
    clerk = await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")
    officer = await office.hire("何静", Post.COUNTY_ACCOUNT)
    async with office.at_desk(officer) as desk:
        assert row.name in (await desk.get("/transfers?list=out")).text
        page = await desk.get(f"/transfers/{row.id}")
        assert "已转出，等办结反馈" in page.text
        assert (await desk.client.get(f"/transfers/{row.id}/transfer_application.pdf")).status_code == 404
    async with office.at_desk(clerk) as desk:
        assert row.name not in (await desk.get("/transfers?list=out")).text
        await desk.get(f"/transfers/{row.id}", 404)
        await desk.post(f"/transfers/{row.id}", 403, step="confirm")


async def test_a_letter_that_ran_out_has_its_button(office: Office) -> None:
    from tests.transfers.two_counties import neighbour  # noqa: PLC0415 - only here

    await neighbour()
    await use_profile("hunan")
    await sources(HERE, person=LI_XIUYING, old=439902, region=GROUP)
    row = await asked(LI_XIUYING, county=HERE, region=GROUP, clerk=ZHAO_MIN, officer=OFFICER_HERE)
    await engine.execute("update transfer set state = 'lapsed' where id = $1", row.id)
    async with office.at_desk(await office.hire("何静", Post.COUNTY_ACCOUNT)) as desk:
        assert "重新发接收函" in (await desk.get(f"/transfers/{row.id}")).text
        where = await desk.post(f"/transfers/{row.id}", step="again")
        again = await queries.one(HERE, int(str(where).rpartition("/")[2]))
    assert again is not None
    assert (again.state, again.case_id, again.sent_on) == ("asked", row.case_id, FRIDAY.date())


@pytest.mark.rule("R-389")
async def test_the_person_sees_where_the_relation_is(folder: Path, tmp_path: Path) -> None:
    row = await coming(folder)
    town = Town(tmp_path / "files")
    async with town.login(LI_XIUYING) as visitor:
        page = await visitor.get(f"/cases/{row.case_id}")
        for words in ("正在转移", "关系转到哪里了", "接收函已经发出", "5年，1,562.50元", "等钱足额到账"):
            assert words in page.text, words
        assert "已经转好" not in page.text
        await register(row, 156_250)
        assert "已经转好" in (await visitor.get(f"/cases/{row.case_id}")).text


async def test_the_form_can_be_filled_in_on_a_phone(folder: Path, tmp_path: Path) -> None:
    town = Town(tmp_path / "files")
    async with town.login(LI_XIUYING) as visitor:
        assert "养老保险关系转入" in (await visitor.get("/apply/transfer_in")).text
        await visitor.get("/apply/transfer_out", 404)
