"""注销结算 at the desk: trial, settlements, who did not come, promises."""

from datetime import date, datetime, timedelta

import pytest

from db import engine
from domain.actor import Post
from domain.case import flow
from tests import make
from tests.backoffice.office import Desk, Office, case_id_in
from tests.items.test_deregistration import AT, DAUGHTER, OLD, ROW, filed, known_dead
from tests.leaving import family
from tests.make import CHINA, COUNTY, HE_JING, WANG_DASHAN, ZHAO_MIN

POSTS = (Post.COUNTY_ACCOUNT,)


@pytest.fixture
async def at_work(office: Office) -> Office:
    office.now = AT
    await make.sources(household_register=make.household(WANG_DASHAN))
    return office


async def pdf(desk: Desk, url: str) -> bytes:
    answer = await desk.client.get(url)
    assert answer.status_code == 200
    return answer.content


@pytest.mark.rule("R-321")
async def test_the_trial_says_what_it_would_be_and_changes_nothing(at_work: Office) -> None:
    person = await family.pensioner()
    async with at_work.at_desk(await at_work.hire("何静", *POSTS)) as desk:
        shown = (await desk.get(f"/people/{person}/leaving?happened_on=2026-12-15")).text
        assert "应付" in shown
        assert "只是试算" in shown
        assert "2026年12月" in shown
        assert "不能早于" in (await desk.get(f"/people/{person}/leaving?happened_on=2027-01-15", 422)).text
        assert "请填写哪一天" in (await desk.get(f"/people/{person}/leaving?happened_on=x", 422)).text
    assert await engine.fetchval("select count(*) from termination") == 0
    async with at_work.at_desk(await at_work.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as desk:
        await desk.get(f"/people/{person}/leaving", 404)


@pytest.mark.rule("R-324", "R-336")
async def test_a_settlement_is_looked_at_printed_and_paid_when_somebody_comes(at_work: Office) -> None:
    person = await family.pensioner()
    settled = await family.ended(person, date(2026, 12, 15), AT, payees=())
    async with at_work.at_desk(await at_work.hire("何静", *POSTS)) as desk:
        assert OLD.name in (await desk.get("/leaving?state=held")).text
        url = f"/leaving/settlements/{settled['id']}"
        assert "还没有人来领" in (await desk.get(url)).text
        assert (await pdf(desk, f"{url}/sheet.pdf"))[:4] == b"%PDF"
        heir = {"line_no": "0", "name": "许小雨", "id_number": DAUGHTER.id_number, "relation": "3", "bank": "农商银行"}
        assert "请填写银行账号" in (await desk.post(f"{url}/account", 422, **heir, bank_account="1")).text
        await desk.post(f"{url}/account", **heir, bank_account="6228480402564890018")
        assert "等付款" in (await desk.get(url)).text
        assert "没有等着" in (await desk.post(f"{url}/account", 422, **heir, bank_account="6228480402564890018")).text
        await desk.get("/leaving/settlements/999", 404)
    assert await family.orders() == [("F10006", "许小雨", settled["payable_fen"], "waiting")]
    await family.books_agree()
    async with at_work.at_desk(await at_work.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as desk:
        await desk.get(f"/leaving/settlements/{settled['id']}", 404)


@pytest.mark.rule("R-322", "R-016")
async def test_who_does_not_come_is_summoned_and_then_deregistered_by_another_person(at_work: Office) -> None:
    person = await family.pensioner()
    await known_dead()
    async with at_work.at_desk(await at_work.hire("何静", *POSTS)) as desk:
        assert OLD.name in (await desk.get("/leaving/due")).text
        asked = {"person_id": f"{person}", "cause": "death", "happened_on": "2026-12-15", "finding": "2026年12月的死亡人员名单"}
        assert "5天以后" in (await desk.post("/leaving/notices", 422, **asked, come_by="2026-12-23")).text
        await desk.post("/leaving/notices", **asked, come_by="2026-12-30")
        notice = await engine.fetchval("select id from deregistration_notice")
        assert (await pdf(desk, f"/leaving/notices/{notice}/notice.pdf"))[:4] == b"%PDF"
        note = "村干部送达，家属没有来，已经核实"
        assert "另一位同事" in (await desk.post(f"/leaving/notices/{notice}/deregister", 422, note=note)).text
    zheng_tao = await at_work.hire("郑涛", *POSTS)
    at_work.now = datetime(2026, 12, 30, 9, tzinfo=CHINA)
    async with at_work.at_desk(zheng_tao) as desk:
        assert "还没有过" in (await desk.post(f"/leaving/notices/{notice}/deregister", 422, note=note)).text
    at_work.now += timedelta(days=1)
    async with at_work.at_desk(zheng_tao) as desk:
        assert "没有来" in (await desk.get("/leaving/due")).text
        where = await desk.post(f"/leaving/notices/{notice}/deregister", note=note)
        assert "数据比对" in (await desk.get(where)).text
    held = await engine.fetchrow("select line_no, held_reason from settlement_payment")
    assert held is not None
    assert tuple(held) == (0, "没有受益人或者继承人")


@pytest.mark.rule("R-027", "R-323")
async def test_promises_are_verified_marked_checked_and_made_good_at_the_desk(at_work: Office) -> None:
    await family.pensioner()
    case_id = await filed()
    async with at_work.at_desk(await at_work.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        assert "怎样核实的" in (await desk.get(f"/cases/{case_id}")).text
        assert "请选择怎样核实" in (await desk.post(f"/cases/{case_id}/verification", 422, found="到村里看过了")).text
        await desk.post(f"/cases/{case_id}/false-promise", untrue="邻居说日期不对，是12月初")
    await make.approve(case_id, ZHAO_MIN, AT)
    async with at_work.at_desk(await at_work.hire("郑涛", *POSTS)) as desk:
        assert "有过不实承诺" in (await desk.get(f"/cases/{case_id}")).text
        shown = (await desk.get("/leaving/checks")).text
        assert "邻居说日期不对" in shown
        false_id = await engine.fetchval("select id from false_commitment")
        await desk.post(f"/leaving/promises/{false_id}/repair", note="申请人已经改正日期")
        assert "邻居说日期不对" not in (await desk.get("/leaving/checks")).text
    await flow.approve(
        COUNTY, case_id, HE_JING, await make.version(case_id), await make.outcome(case_id, HE_JING, AT), AT, on_commitment=True
    )
    async with at_work.at_desk(await at_work.hire("稽核", Post.COUNTY_AUDITOR)) as desk:
        assert OLD.name in (await desk.get("/leaving/checks")).text
        await desk.post(f"/leaving/checks/{case_id}", note="公安户籍已经注销，属实", result="kept")
        assert OLD.name not in (await desk.get("/leaving/checks")).text
        form = await pdf(desk, f"/cases/{case_id}/documents/deregistration_form")
        assert form[:4] == b"%PDF"


@pytest.mark.rule("R-317", "R-024")
async def test_an_heir_applies_at_the_counter_and_another_person_decides(at_work: Office) -> None:
    from tests.backoffice.test_pages_of_staff import photo  # noqa: PLC0415

    person = await family.pensioner()
    await known_dead()
    async with at_work.at_desk(await at_work.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as desk:
        page = await desk.post("/counter/deregistration", 200, person_id=f"{person}")
        typed = {i.attrs["name"]: i.attrs.get("value") for i in page.all("input") if "name" in i.attrs}
        assert (typed["name"], typed["id_number"], typed["applicant_name"]) == (OLD.name, OLD.id_number, "")
        begun = {"item": "deregistration", "name": OLD.name, "id_number": OLD.id_number, "applicant_name": DAUGHTER.name}
        assert "号码应当是18位" in (await desk.post("/counter", 422, **begun)).text
        where = await desk.post("/counter", **begun, applicant_number=DAUGHTER.id_number)
        form = await desk.get(where)
        version = next(i.attrs["value"] for i in form.all("input") if i.attrs.get("name") == "version")
        row = {f"receivers.0.{name}": f"{value}" for name, value in ROW.items()}
        answers = {"cause": "death", "happened_on": "2026-12-15", "relation": "3", "pay_to": "named", "funeral": "here",
                   "phone": "13800000009", "do": "submit", "version": version}  # fmt: skip
        case = await desk.post(where, **answers, **row, files={"commitment_paper": ("a.jpg", photo())})
    assert await engine.fetchval("select applicant_name from service_case") == DAUGHTER.name
    await make.approve(case_id_in(case), HE_JING, AT)
    assert (await family.row(await engine.fetchval("select id from settlement")))["person_id"] == person
