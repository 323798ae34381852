"""一次性待遇调整 at the desks of two, and the watch list of suspensions where a place wants them cleared up within the year."""

from datetime import datetime

import asyncpg
import pytest

from db import engine
from domain import access
from domain.actor import Post
from domain.agency import one_off, suspensions
from tests import make
from tests.agency.pensioner import drawing, only
from tests.backoffice.office import Office, day
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, FENG_YUAN, FRIDAY, WANG_DASHAN, ZHAO_MIN
from tests.payments import month as way
from tests.runs.conftest import REVIEWER

FORM = {
    "id_number": WANG_DASHAN.id_number, "kind": "basic", "county": "50", "central": "10.00", "reason": "2025年漏发的补助", "document": "青人社函〔2026〕3号",
}  # fmt: skip


async def power(staff_id: int, at: datetime = FRIDAY) -> None:
    actor = make.staff("林静", Post.COUNTY_BENEFIT, staff_id=staff_id)
    grant = await access.request_authority(one_off.BUSINESS, "补发漏发的补助", actor, at)
    await access.grant_authority(COUNTY, grant, at.replace(hour=20), FENG_YUAN, at)


@pytest.mark.rule("R-304", "R-306")
async def test_one_asks_another_approves_and_the_person_reads_it_on_the_own_page(office: Office) -> None:
    person = await drawing()
    maker, checker = await office.hire("林静", Post.COUNTY_BENEFIT), await office.hire("会计", Post.ACCOUNTANT)
    async with office.at_desk(maker) as desk:
        shown = await desk.get("/one-offs")
        assert "您现在没有一次性待遇调整的权限" in shown.text
        assert not [form for form in shown.all("form") if form.attrs["action"] == "/one-offs"]
        await power(maker)
        for change, says in (
            ({"id_number": "7"}, "没有查到"), ({"county": "很多"}, "请填写县级的金额"), ({"county": "", "central": ""}, "大于0"),
            ({"kind": "age"}, "只有基础养老金有中央的钱"), ({"reason": "错"}, "为什么"), ({"document": ""}, "文号"),
        ):  # fmt: skip
            assert says in (await desk.post("/one-offs", 422, **FORM | change)).text
        await desk.post("/one-offs", **FORM)
        row = next(row.text for row in (await desk.get("/one-offs")).all("tr") if "王大山" in row.text)
        for said in ("60.00", "县财政基础养老金", "50.00", "中央财政基础养老金", "10.00", "青人社函"):
            assert said in row
        await desk.post("/one-offs/1", 422, step="approve")
        await desk.post("/one-offs/1", 404, step="nothing")
    async with office.at_desk(checker) as desk:
        assert not [form for form in (await desk.get("/one-offs")).all("form") if form.attrs["action"] == "/one-offs"]
        assert await desk.post("/one-offs/1", step="approve") == "/one-offs?state=approved"
        assert "等下一个发放计划" in (await desk.get("/one-offs?state=approved")).text
        assert "已经有人处理" in (await desk.post("/one-offs/1", 422, step="approve")).text
    async with office.at_desk(maker) as desk:
        shown = (await desk.get(f"/people/{person}/benefit")).text
        assert "一次性发放60.00元：2025年漏发的补助" in shown.replace(" ", "")
        assert (
            "写明为什么不发" in (await desk.post("/one-offs/1", 422, step="cancel", reason="", state="approved")).text
        )
        assert await desk.post("/one-offs/1", step="cancel", reason="重复申报了") == "/one-offs?state=cancelled"
        assert "重复申报了" in (await desk.get("/one-offs?state=cancelled")).text


async def test_the_month_that_paid_it_is_shown_and_it_cannot_be_given_up_any_more(office: Office) -> None:
    person = await drawing()
    maker = await office.hire("林静", Post.COUNTY_BENEFIT)
    await power(maker)
    actor = make.staff("林静", Post.COUNTY_BENEFIT, staff_id=maker)
    found = await one_off.propose(
        COUNTY, person, {"basic_county": 5000}, "漏发的补助", "青人社函〔2026〕3号", actor, FRIDAY
    )
    await one_off.approve(COUNTY, found, REVIEWER, FRIDAY)
    await engine.execute("update benefit set first_month = 202611, certified_month = 202610")
    await way.banked(1, person)
    await way.planned(202611, FRIDAY)
    async with office.at_desk(maker) as desk:
        shown = await desk.get("/one-offs?state=approved")
        assert "2026年11月" in shown.text
        assert "等待发放" in shown.text
        assert not [form for form in shown.all("form") if form.attrs["action"].startswith("/one-offs")]
        assert "已经列入发放计划" in (await desk.post("/one-offs/1", 422, step="cancel", reason="不发了吧")).text


async def test_who_has_no_part_in_it_does_not_see_it(office: Office) -> None:
    for post, region in ((Post.TOWNSHIP_CLERK, "43990101"), (Post.COUNTY_ENROLLMENT, f"{COUNTY}")):
        async with office.at_desk(await office.hire("某人", post, region=region)) as desk:
            await desk.get("/one-offs", 403)
            await desk.post("/one-offs", 403, **FORM)
    async with office.at_desk(await office.hire("稽核", Post.COUNTY_AUDITOR)) as desk:
        await desk.get("/one-offs")
        await desk.post("/one-offs/1", 403, step="approve")


@pytest.mark.rule("R-296")
@pytest.mark.parametrize(
    ("profile", "on", "says"),
    [
        ("hunan", "2026-11-30", "2026年12月31日以前核实"), ("hunan", "2026-12-31", "2026年12月31日以前核实"),
        ("hunan", "2027-01-01", "过了年底还没有核实"), ("national", "2027-01-01", ""),
    ],
)  # fmt: skip
async def test_where_the_place_says_so_a_suspension_has_to_be_cleared_up_within_the_year(
    office: Office, owner: asyncpg.Connection, profile: str, on: str, says: str
) -> None:
    await owner.execute("update county set profile = $1", profile)
    person = await drawing()
    held = await suspensions.propose(COUNTY, person, "other", 202612, "地址找不到人", ZHAO_MIN, FRIDAY)
    await suspensions.confirm(COUNTY, [held], LIN_JING, FRIDAY)
    assert (await only(person))["state"] == "confirmed"
    office.now = day(on)
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        (row,) = [
            row.text for row in (await desk.get("/suspensions?state=confirmed")).all("tr") if "王大山" in row.text
        ]
    assert (says in row, "年底" in row or "以前核实" in row) == (True, bool(says))
