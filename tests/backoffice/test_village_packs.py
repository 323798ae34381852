"""村里名册 at the desk: made, printed and fetched, how far each village is, lines typed from paper, what is looked into."""

import re
from io import BytesIO

import pypdfium2
import pytest
from python_calamine import load_workbook

from db import engine
from domain.actor import Post
from ops import pack_prints
from tests.agency.packs import code_of, packed, said
from tests.agency.pensioner import benefit, drawing, only
from tests.backoffice.office import Desk, Office
from tests.make import COUNTY, FRIDAY, LI_XIUYING, VILLAGE, WANG_DASHAN

BASE = f"/village-packs/villages/{VILLAGE}"


@pytest.fixture(autouse=True)
def files(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSION_FILES", str(office.storage._root))
    monkeypatch.setenv("PENSION_PORTAL_URL", "https://portal.test")


def words(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(pdf)))


async def newest_pack() -> int:
    found: int = await engine.fetchval("select max(id) from village_pack")
    return found


@pytest.mark.rule("R-285", "R-021")
async def test_a_pack_is_made_printed_fetched_and_written_down(office: Office, clerk: Desk) -> None:
    await drawing()
    assert "还没有给这个村编过" in (await clerk.get(BASE)).text
    await clerk.post(BASE, kind="check_list")
    pack_id = await newest_pack()
    assert "等着印" in (await clerk.get(BASE)).text
    assert "every 2s" in (await clerk.client.get(f"{BASE}/progress")).text
    await clerk.get(f"/village-packs/{pack_id}/files/1", 404)
    await pack_prints.print_waiting(COUNTY, FRIDAY)
    assert "第1到1人（PDF）" in (await clerk.get(BASE)).text
    listed = words((await clerk.client.get(f"/village-packs/{pack_id}/files/1")).content)
    assert "待遇领取人员核对名册" in listed
    assert "王大山" in listed
    assert "143.00" in listed
    assert WANG_DASHAN.id_number not in listed
    book = load_workbook(BytesIO((await clerk.client.get(f"/village-packs/{pack_id}/list.xlsx")).content))
    row = book.get_sheet_by_name("名册").to_python()[2]
    assert row[1] == "王大山"
    assert row[-1] == f"https://portal.test/checks/{await code_of(pack_id)}"
    actions = {row["action"] for row in await engine.fetch("select action from audit_entry where actor_name = '赵敏'")}
    assert {"village_pack.made", "village_pack.opened"} <= actions
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as other:
        await other.get(BASE, 404)
        await other.get(f"/village-packs/{pack_id}", 404)
        await other.get(f"/village-packs/{pack_id}/files/1", 404)
        await other.get(f"/village-packs/{pack_id}/list.xlsx", 404)
        await other.get(f"/checks/{await code_of(pack_id)}", 404)
        await other.post(BASE, 404, kind="check_list")


async def test_calculation_sheets_and_rolls_are_printed(clerk: Desk) -> None:
    await drawing(certified=202510)
    for kind in ("calculation", "certification"):
        await clerk.post(BASE, kind=kind)
    await pack_prints.print_waiting(COUNTY, FRIDAY)
    first, second = [
        words((await clerk.client.get(f"/village-packs/{row['id']}/files/1")).content)
        for row in await engine.fetch("select id from village_pack order by id")
    ]
    assert "养老金计算表" in first
    assert "请村协办员用手机扫码" in first
    assert "资格确认名册" in second
    assert "2026年10月31日" not in second
    assert "2026-10-31" in second


async def test_a_second_pack_waits_and_nobody_to_list_is_said(clerk: Desk) -> None:
    assert "没有人在领取" in (await clerk.post(BASE, 422, kind="check_list")).text
    await drawing(certified=202601)
    await clerk.post(BASE, kind="check_list")
    assert "还没有印完" in (await clerk.post(BASE, 422, kind="check_list")).text
    await clerk.post(BASE, 404, kind="everything")


async def test_a_line_from_paper_is_typed_in_by_its_address(clerk: Desk) -> None:
    person = await drawing(certified=202510)
    pack_id = await packed("certification")
    code = await code_of(pack_id)
    assert await clerk.post("/village-packs/code", code=f"https://portal.test/checks/{code}") == f"/checks/{code}"
    await clerk.post("/village-packs/code", 404, code="nothing")
    await clerk.get(f"/checks/{code}")
    assert "怎样见到本人" in (await clerk.post(f"/checks/{code}", 422, answer="right")).text
    assert (
        await clerk.post(f"/checks/{code}", answer="right", **{"right.note": "名册上有本人签名"})
        == f"/village-packs/{pack_id}"
    )
    assert (await benefit(person))["certified_month"] == 202611
    assert "已经报过：无误" in (await clerk.get(f"/checks/{code}")).text


async def test_progress_of_the_villages_and_what_is_looked_into(office: Office, clerk: Desk, head: Desk) -> None:
    person = await drawing()
    await drawing(LI_XIUYING)
    pack_id = await packed()
    await said(pack_id, "wrong", 1, note="账户尾号不是这个")
    board = (await clerk.get("/village-packs")).text
    assert "1/2" in board
    assert "账户尾号不是这个" in board
    line = f"/village-packs/{pack_id}/lines/1"
    assert "怎样处理" in (await clerk.post(line, 422)).text
    await head.post(line, 403, **{f"note-{pack_id}-1": "已经请本人办变更"})
    await clerk.post(line, **{f"note-{pack_id}-1": "已经请本人办变更"})
    assert "账户尾号不是这个" not in (await clerk.get("/village-packs")).text
    assert "已经请本人办变更" in (await clerk.get(f"/village-packs/{pack_id}?answer=wrong")).text
    left = (await clerk.get(f"/village-packs/{pack_id}?answer=none")).text
    assert "王大山" in left
    assert "李秀英" not in left
    await clerk.post(f"/checks/{await code_of(pack_id, 2)}", answer="dead", **{"dead.died_on": "2026-11-05"})
    assert (await only(person))["state"] == "proposed"
    async with office.at_desk(await office.hire("林静", Post.COUNTY_BENEFIT)) as benefits:
        assert "村里核对名册" in (await benefits.get("/suspensions")).text
    assert "去世1" in (await head.get("/village-packs")).text
    async with office.at_desk(await office.hire("会计", Post.ACCOUNTANT)) as finance:
        await finance.get("/village-packs", 403)


async def test_a_printer_that_dies_leaves_its_file_waiting(clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await drawing()
    await clerk.post(BASE, kind="check_list")

    async def dies(*_: object) -> None:
        raise RuntimeError("the power failed")

    with monkeypatch.context() as patch:
        patch.setattr("domain.agency.village_packs.keep_printed", dies)
        with pytest.raises(RuntimeError):
            await pack_prints.print_waiting(COUNTY, FRIDAY)
    await pack_prints.print_waiting(COUNTY, FRIDAY)
    assert await engine.fetchval("select count(*) from village_pack_file where storage_key is null") == 0
