"""资格确认, 暂停发放, 死亡名单 and 服刑 as the desks use them."""

import io

import asyncpg
import pytest
from python_calamine import load_workbook

from domain.actor import Post
from domain.agency import certification, death_reports
from tests import make
from tests.agency.pensioner import benefit, drawing, only
from tests.agency.sheets import xlsx
from tests.agency.test_death_reports import line
from tests.backoffice.office import Office
from tests.make import COUNTY, FRIDAY, LI_XIUYING, OTHER_GROUP, VILLAGE, WANG_DASHAN


async def reported(*lines: death_reports.Reported) -> None:
    await death_reports.report(COUNTY, VILLAGE, 202610, lines, make.assistant(), FRIDAY)


@pytest.mark.rule("R-283", "R-285", "R-288")
async def test_the_board_counts_and_traces_and_counters_certify(office: Office) -> None:
    await drawing(certified=202509)
    await drawing(LI_XIUYING, region=OTHER_GROUP, certified=202511)
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        shown = (await desk.get("/certification")).text
        assert "王大山" in shown
        assert "李秀英" not in shown
        assert "李秀英" not in (await desk.get("/certification?region=43990102")).text  # not his township
        assert "没有在这里" in (await desk.post("/certification/counter", 422, id_number="1", note="看过身份证")).text
        await desk.post("/certification/traces", 403)
        done = await desk.post("/certification/counter", 200, id_number=WANG_DASHAN.id_number, note="看过身份证")
        assert "王大山的资格确认已经登记" in done.text
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        shown = (await desk.get("/certification")).text
        assert "李秀英" in shown
        assert "2026年11月30日" in shown
        assert "李秀英" in (await desk.get("/certification?region=4399010202")).text
        assert (await desk.client.get("/certification/template.xlsx")).status_code == 200
        file = xlsx(certification.COLUMNS, ("李秀英", LI_XIUYING.id_number, "2026-11-03"), ("李", "1", "x"))
        done = await desk.post(
            "/certification/traces", 200, source="medical", list_no="2026-11", files={"file": ("a.xlsx", file)}
        )
        assert "确认1人" in done.text
        assert "第3行" in done.text
        assert "请选择要导入的文件" in (await desk.post("/certification/traces", 422, source="medical")).text
        book = load_workbook(io.BytesIO((await desk.client.get("/certification/list.xlsx")).content))
        rows = book.get_sheet_by_name("名单").to_python()
        assert [row[1] for row in rows[1:]] == ["王大山", "李秀英"]
        assert [row[6] for row in rows[1:]] == ["已确认", "已确认"]


@pytest.mark.rule("R-285")
async def test_the_report_says_who_is_not_certified_and_why(office: Office, owner: asyncpg.Connection) -> None:
    person = await drawing(certified=202510)
    await certification.follow(COUNTY, FRIDAY)
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        await desk.post("/suspensions/confirm", id=str((await only(person))["id"]))
        book = load_workbook(io.BytesIO((await desk.client.get("/certification/list.xlsx?region=4399010102")).content))
        assert book.get_sheet_by_name("名单").to_python()[1][6:8] == ["未确认", "没有找到数据，本人也没有办，已停发"]
        assert book.get_sheet_by_name("汇总").to_python()[2] == ["东坪村", "0", "0", "1"]
        assert [row[1:] for row in book.get_sheet_by_name("未确认原因").to_python()[1:]] == [["没有找到数据，本人也没有办，已停发", "1"]]
        assert "以前上报" not in (await desk.get("/certification")).text
        await owner.execute("update county set profile = 'songshan'")
        assert "2026年11月30日以前上报" in (await desk.get("/certification")).text


@pytest.mark.rule("R-295", "R-296", "R-297", "R-300")
async def test_a_clerk_proposes_the_county_confirms_in_bulk_and_lifts(office: Office) -> None:
    person, other = await drawing(), await drawing(LI_XIUYING)
    fields = {
        "id_number": WANG_DASHAN.id_number,
        "reason": "other",
        "first_month": "202511",
        "finding": "外出两年联系不上",
    }
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        assert "没有查到" in (await desk.post("/suspensions", 422, **fields | {"id_number": "7"})).text
        assert "6位数字" in (await desk.post("/suspensions", 422, **fields | {"first_month": "202613"})).text
        await desk.post("/suspensions", **fields)
        await desk.post("/suspensions", **fields | {"id_number": LI_XIUYING.id_number})
        await desk.post("/suspensions/confirm", 403)
    first, second = (await only(person))["id"], (await only(other))["id"]
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        assert "外出两年联系不上" in (await desk.get("/suspensions")).text
        assert "请勾选" in (await desk.post("/suspensions/confirm", 422)).text
        await desk.post("/suspensions/confirm", id=[str(first), str(second)])
        watched = (await desk.get("/suspensions?state=confirmed")).text
        assert "王大山" in watched
        assert "以前核实" not in watched  # the place sets no day
        assert "核实的结果" in (await desk.post(f"/suspensions/{first}", 422, step="lift", reason="")).text
        await desk.post(f"/suspensions/{first}", step="lift", reason="本人已经回来")
        await desk.post(f"/suspensions/{first}", 404, step="nothing")
        assert "王大山" not in (await desk.get("/suspensions?state=confirmed")).text
        lifted = (await desk.get("/suspensions?state=lifted")).text
        assert "补发停发的月份" in lifted
        assert "李秀英" not in lifted


@pytest.mark.rule("R-311", "R-312", "R-313")
async def test_a_death_goes_from_the_village_to_the_end_of_the_pension(office: Office) -> None:
    person = await drawing()
    await reported(line(), line("detained", person=LI_XIUYING))
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        shown = (await desk.get("/deaths?month=202610")).text
        assert "乡镇还没有上报" in shown
        assert "还没有报" in shown  # the other villages
        await desk.post("/deaths/1/1", 403)
        assert await desk.post("/deaths/forward", month="202610") == "/deaths?month=202610"
        assert "没有等着" in (await desk.post("/deaths/forward", 422, month="202610")).text
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        await desk.post("/deaths/1/1", step="suspend", month="202610")
        assert "已暂停" in (await desk.get("/deaths")).text
        wrong = await desk.post("/deaths/1/1", 422, step="true", month="202610", happened_on="2026-10-12", note="")
        assert "怎样核实" in wrong.text
        await desk.post("/deaths/1/1", step="true", month="202610", happened_on="2026-10-12", note="看过火化证明")
        await desk.post("/deaths/1/2", step="false", month="202610", note="同名的另一个人")
        assert "看过火化证明" in (await desk.get("/deaths")).text
        await desk.post("/deaths/1/3", 404, step="suspend")
    assert (await benefit(person))["ended_month"] == 202610


@pytest.mark.rule("R-363", "R-369")
async def test_a_sentence_is_written_down_and_ends(office: Office) -> None:
    person = await drawing()
    fields = {
        "id_number": WANG_DASHAN.id_number,
        "situation": "wanted_or_detained",
        "first_month": "202609",
        "document": "青公拘字〔2026〕3号",
    }
    async with office.at_desk(await office.hire("冯远", Post.COUNTY_HEAD)) as desk:
        await desk.post("/sentences", 403, **fields)
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as desk:
        assert "哪一种情形" in (await desk.post("/sentences", 422, **fields | {"situation": "x"})).text
        await desk.post("/sentences", **fields)
        assert "青公拘字〔2026〕3号" in (await desk.get("/sentences")).text
        assert "6位数字" in (await desk.post("/sentences/1", 422, last_month="2026")).text
        await desk.post("/sentences/1", last_month="202610", document="不起诉决定书", acquitted="on")
        assert "没有被判有罪，补发" in (await desk.get("/sentences")).text
    assert (await benefit(person))["recheck_from"] == 202609
