"""Payments on behalf of others as the officer, the second pair of eyes, the cashier and the resident see them."""

from io import BytesIO

import pytest
from python_calamine import load_workbook

from db import engine
from domain.actor import Post
from tests.agency import delegating as way
from tests.agency.delegating import AT, MONTH, pensioner, person, row
from tests.backoffice.office import Desk, Office
from tests.backoffice.test_payment_pages import Staff
from tests.payments import month as pensions

FORM = {"name": "高龄津贴", "principal": "青禾县民政局", "purpose": "津贴", "from_month": "202601", "last_month": "", "pay_day": "20",
        "document": "1号"}  # fmt: skip


@pytest.fixture
def staff(office: Office) -> Staff:
    found = Staff(office)
    office.now = AT
    return found


async def second(staff: Staff) -> int:
    """Another holder of the post."""
    return await staff.office.hire("白云", Post.DELEGATED_PAY_OFFICER)


def rows_of(data: bytes) -> list[list[str]]:
    book = load_workbook(BytesIO(data))
    return book.get_sheet_by_index(0).to_python()


@pytest.mark.rule("R-437", "R-016")
async def test_a_programme_and_its_list_from_the_officer_to_the_second_pair_of_eyes(staff: Staff) -> None:
    await way.lives(1)
    other = await second(staff)
    async with staff.of(Post.DELEGATED_PAY_OFFICER) as desk:
        assert (await desk.client.get("/")).headers["location"] == "/delegated"
        assert "还没有代发项目" in (await desk.get("/delegated")).text
        assert "请填写委托单位" in (await desk.post("/delegated", 422, **FORM | {"principal": ""})).text
        assert "6位数字" in (await desk.post("/delegated", 422, **FORM | {"from_month": "12月"})).text
        programme = await desk.post("/delegated", **FORM)
        term = await engine.fetchval("select id from delegated_term")
        assert not [b for b in (await desk.get(programme)).all("button") if b.text == "复核通过"]
        assert "另一位同事" in (await desk.post(f"{programme}/terms/{term}/approve", 422)).text
    async with staff.office.at_desk(other) as desk:
        await desk.post(f"{programme}/terms/{term}/perhaps", 404)
        await desk.post(f"{programme}/terms/{term}/approve")
        assert "正在发" in (await desk.get("/delegated")).text
    async with staff.of(Post.DELEGATED_PAY_OFFICER) as desk:
        head = rows_of((await desk.client.get("/delegated/template.xlsx")).content)
        assert head[0][:5] == ["姓名", "身份证号码", "办理", "生效月份", "每月金额"]
        bad = row(person(2))
        file = {"file": ("名单.xlsx", way.sheet([row(person(1)), bad]))}
        assert "请写明依据" in (await desk.post(f"{programme}/lists", 422, files=file, list_no="")).text
        listed = await desk.post(f"{programme}/lists", files=file, list_no="青民函12月")
        shown = await desk.get(listed)
        assert "没有查到这个人" in shown.text
        assert person(1).id_number not in shown.text
        assert not [b for b in shown.all("button") if "生效" in b.text]
        assert "没有查到" not in (await desk.get(f"{listed}?refused=0&after=2")).all("tr")[0].text
        refused = rows_of((await desk.client.get(f"{listed}/refused.xlsx")).content)
        assert refused[1][1:4] == [bad[0], bad[1], "新增"]
        await desk.post(f"{listed}/approve", 422)
    async with staff.office.at_desk(other) as desk:
        await desk.post(f"{listed}/approve")
        people = await desk.post(f"{programme}/people", 200, name=person(1).name)
        assert "100.00" in people.text
        assert "没有这样的人" in (await desk.post(f"{programme}/people", 200, name="谁")).text
        assert "没有这样的人" in (await desk.get(f"{programme}/people?without_account=1")).text
        assert "已生效" in (await desk.get(programme)).text


async def test_a_month_each_step_by_its_post(staff: Staff) -> None:
    programme = await way.programme()
    await way.lives(1)
    failing, _ = await way.lives(2), await way.lives(3, bank=None)
    await way.listed(programme, row(person(1)), row(person(2)), row(person(3)))
    other = await second(staff)
    async with staff.of(Post.DELEGATED_PAY_OFFICER) as desk:
        assert "请选择这个月" in (await desk.post(f"/delegated/{programme}/months", 422, month="202602")).text
        month = await desk.post(f"/delegated/{programme}/months", month=f"{MONTH}")
        page = await desk.get(month)
        assert "没有登记可以用的银行账户" in page.text
        assert not [b for b in page.all("button") if b.text == "复核通过"]
        assert (await desk.client.get(f"{month}/report.xlsx")).status_code == 404
    async with staff.office.at_desk(other) as desk:
        await desk.post(f"{month}/review")
    async with staff.of(Post.CASHIER) as desk:
        slip = {"bank": "农商银行", "slip_no": "D1", "on": "2026-12-10"}
        assert "正好一样" in (await desk.post(f"{month}/fund", 422, **slip, amount="100")).text
        await desk.post(f"{month}/fund", **slip, amount="200.00")
        await desk.post(f"{month}/write")
        (file_id,) = await way.open_files()
        assert (await desk.client.get(f"/delegated/files/{file_id}")).content.count(b"\r\n") == 2
        success, failure, _ = pensions.answer(await way.lines_of(file_id), {failing: "账户已冻结"})
        files = {"success": ("S.TXT", success), "failure": ("F.TXT", failure)}
        assert (
            "对不上"
            in (await desk.post(f"{month}/files/{file_id}", 422, files=files, total="1", paid_on="2026-12-10")).text
        )
        await desk.post(f"{month}/files/{file_id}", files=files, total="100", paid_on="2026-12-10")
        assert "账户已冻结" in (await desk.get(month)).text
    async with staff.of(Post.DELEGATED_PAY_OFFICER) as desk:
        assert "写明为什么退回" in (await desk.post(f"{month}/people/{failing}/back", 422, reason="")).text
        await desk.post(f"{month}/people/{failing}/back", reason="本人在外地")
        await desk.post(f"{month}/people/{failing}/nothing", 404)
        await desk.post(f"{month}/nothing", 404)
    async with staff.of(Post.FINANCE_SUPERVISOR) as desk:
        await desk.post(f"{month}/book")
        await desk.post(f"{month}/give_back", **slip | {"slip_no": "D2"}, amount="100")
        assert "代发资金退回委托单位" in (await desk.get("/finance/vouchers?period=202612")).text
        assert "代发资金存款" in (await desk.get("/finance/movements")).text
    async with staff.of(Post.DELEGATED_PAY_OFFICER) as desk:
        report = rows_of((await desk.client.get(f"{month}/report.xlsx")).content)
        assert [line[4] for line in report[1:]] == ["已发", "没有发成，退回", "没有发"]
        await desk.post(f"{month}/close")
        assert "已结束" in (await desk.get(month)).text
        assert await engine.fetchval("select count(*) from audit_entry where action = 'delegated.reported'") == 1


@pytest.mark.rule("R-258")
async def test_the_list_of_those_to_be_asked_for(staff: Staff) -> None:
    programme = await way.programme()
    person_id = await pensioner(programme)
    async with staff.of(Post.DELEGATED_PAY_OFFICER) as desk:
        assert "没有要问的" in (await desk.get("/delegated/asked")).text
        await pensions.suspended(person_id, MONTH)
        asked = await desk.get("/delegated/asked")
        for words in (pensions.pensioner(1).name, "可能已经去世", "2026年12月起", "200.00", "跟着停"):
            assert words in asked.text, words
        here = f"/delegated/asked/{programme}/{person_id}"
        assert "请写明为什么" in (await desk.post(here, 422, answer="pay", reason="")).text
        await desk.post(here, answer="pay", reason="问过民政局")
        after = await desk.get("/delegated/asked")
        assert "没有要问的" in after.text
        assert "问过民政局" in after.text
    async with staff.of(Post.CASHIER) as desk:
        await desk.post(here, 403, answer="stop", reason="问过民政局")


async def test_only_whose_work_it_is_sees_it(clerk: Desk, office: Office) -> None:
    for url in ("/delegated", "/delegated/asked", "/delegated/1", "/delegated/months/1", "/delegated/lists/1"):
        await clerk.get(url, 403)
    async with office.at_desk(await office.hire("稽核", Post.COUNTY_AUDITOR)) as desk:
        await desk.get("/delegated")
        for url in ("/delegated/1", "/delegated/1/people", "/delegated/months/1", "/delegated/lists/1"):
            await desk.get(url, 404)
        await desk.post("/delegated", 403, **FORM)
    async with office.at_desk(await office.hire("出纳", Post.CASHIER)) as desk:
        await desk.get("/delegated/files/1", 404)


async def test_a_resident_sees_what_comes_besides_the_pension(
    tmp_path_factory: pytest.TempPathFactory, db: object
) -> None:
    from tests.portal.town import Town  # noqa: PLC0415 - the other site

    town = Town(tmp_path_factory.mktemp("files"))
    town.now = AT
    programme = await way.programme()
    await way.lives(1)
    failing = await pensioner(programme)
    await way.listed(programme, row(person(1)))
    await way.paid(programme, failing={failing: "账户已冻结"})
    async with town.login(person(1)) as home:
        page = (await home.get("/pension")).text
        assert "高龄津贴" in page
        assert "青禾县民政局" in page
        assert "已发" in page
    async with town.login(pensions.pensioner(1)) as home:
        assert "账户已冻结" in (await home.get("/pension")).text
