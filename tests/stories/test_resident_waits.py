"""After the submission: a supplement, a withdrawal, the receipt that others can check, sessions that end."""

from datetime import timedelta

import pytest

from domain.case import flow
from domain.case.status import Status
from domain.items import basic_info_change, enrollment, key_info_change
from tests import make, pages
from tests.make import COUNTY, FRIDAY, LI_XIUYING, SUN_LI, WANG_DASHAN, ZHAO_MIN
from tests.portal.town import PORTAL_URL, Town, day, photo, sms_to


async def supplement_asked(points: list[str] | None = None) -> int:
    case_id = (await make.enrollment_of(LI_XIUYING)).case_id
    asked = points or ["户口簿首页看不清，请重新拍一张"]
    await flow.request_supplement(COUNTY, case_id, ZHAO_MIN, await make.version(case_id), asked, FRIDAY)
    return case_id


@pytest.mark.rule("R-009", "R-026")
async def test_a_supplement_is_read_answered_and_the_clock_runs_on(town: Town) -> None:
    case_id = await supplement_asked()
    town.now = day("2026-11-24")
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/")
        assert "请您补充材料" in visitor.words
        await visitor.follow("参保登记")
        assert "户口簿首页看不清，请重新拍一张" in visitor.words
        assert "等您补充的日子不算在办理期限里" in visitor.words
        await visitor.follow("现在去补充")
        await visitor.press("上传并继续", files={"household_front": [("again.jpg", photo("olive"))]})
        await visitor.press("提交补充")
        assert "最晚2026年11月27日告诉您结果" in visitor.words
        assert await make.column(case_id, "status") == Status.RESUBMITTED
        await visitor.get(f"/cases/{case_id}")
        assert "收到您的补充" in visitor.words
        await visitor.get(f"/drafts/{case_id}/contact")
        assert visitor.url == f"/cases/{case_id}"


@pytest.mark.rule("R-009")
async def test_the_answers_may_be_corrected_with_the_supplement(town: Town) -> None:
    case_id = await supplement_asked(["地址写错了"])
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get(f"/drafts/{case_id}/household?then=check")
        await visitor.press("保存并继续", {"household_address": "青禾县柳湾镇东坪村一组18号"})
        assert visitor.heading == "核对后提交"
        assert "东坪村一组18号" in visitor.words
        await visitor.press("提交补充")
        assert visitor.heading == "已经收到"


@pytest.mark.rule("R-025")
async def test_a_case_is_withdrawn_before_the_decision_and_has_no_effect(town: Town) -> None:
    case_id = (await make.enrollment_of(LI_XIUYING)).case_id
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get(f"/cases/{case_id}")
        await visitor.follow("撤回申请")
        await visitor.press("确定撤回")
        assert "已经撤回" in visitor.words
        await visitor.get("/me")
        assert "您还没有参加" in visitor.words
        await visitor.get("/apply/enrollment")
        assert "开始填写" in visitor.page.text


@pytest.mark.rule("R-025")
async def test_after_the_decision_nothing_can_be_withdrawn(town: Town) -> None:
    case_id = (await make.enrollment_of(LI_XIUYING)).case_id
    await make.approve(case_id, ZHAO_MIN)
    await make.approve(case_id, SUN_LI)
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get(f"/cases/{case_id}")
        assert "撤回申请" not in visitor.words
        await visitor.get(f"/cases/{case_id}/withdraw", status=404)
        await visitor.post(f"/cases/{case_id}/withdraw", {}, status=422)


async def test_anybody_may_check_a_receipt_and_learns_nothing_about_the_person(town: Town) -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    token = await make.column(receipt.case_id, "verify_token")
    async with town.visitor() as stranger:
        await stranger.get(f"/verify/{token}")
        assert receipt.case_no in stranger.words
        assert "2026年11月20日" in stranger.words
        assert "已收到，等待初审" in stranger.words
        for secret in ("李秀英", LI_XIUYING.id_number, "东坪", "参保登记"):
            assert secret not in stranger.words


@pytest.mark.parametrize("token", ["439901-nothing", "nothing", "439902-x", "43990１-x", "439901-", "%00"])
async def test_an_unknown_receipt_is_not_found(town: Town, token: str) -> None:
    async with town.visitor() as stranger:
        await stranger.get(f"/verify/{token}", status=404)


async def test_a_draft_has_no_receipt_to_check(town: Town) -> None:
    case_id = await make.draft(enrollment.ITEM, {}, make.resident(), LI_XIUYING, with_materials=False)
    async with town.visitor() as stranger:
        await stranger.get(f"/verify/{await make.column(case_id, 'verify_token')}", status=404)


async def test_an_ended_session_keeps_what_was_typed_for_the_same_person(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/apply/enrollment")
        await visitor.press("开始填写")
        await visitor.press("保存并继续")
        household = visitor.url
        town.now += timedelta(minutes=31)
        await visitor.press("保存并继续", {"household_address": "写了一半的地址", "household_type": "20"})
        assert visitor.url.startswith("/login?next=")
        assert "ended=1" in visitor.url
        await visitor.log_in(LI_XIUYING)
        await visitor.get(household)
        assert "您刚才填写的内容还在" in visitor.words
        await visitor.press("保存并继续")
        assert visitor.heading == "所在村组"


async def test_somebody_else_does_not_get_what_was_typed(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/apply/enrollment")
        await visitor.press("开始填写")
        await visitor.press("保存并继续")
        household = visitor.url
        town.now += timedelta(minutes=31)
        await visitor.press("保存并继续", {"household_address": "写了一半的地址"})
        await visitor.log_in(WANG_DASHAN)
        await visitor.get(household, status=404)
        assert "写了一半" not in visitor.page.text


async def test_a_stale_form_is_told_so_and_shows_what_was_typed(town: Town) -> None:
    async with town.login(LI_XIUYING) as phone, town.login(LI_XIUYING) as computer:
        await phone.get("/apply/enrollment")
        await phone.press("开始填写")
        await phone.press("保存并继续")
        await computer.get(phone.url)
        await phone.press("保存并继续", {"household_address": "第一台设备写的", "household_type": "20"})
        await computer.press("保存并继续", {"household_address": "第二台设备写的", "household_type": "10"}, status=409)
        assert "刚刚在别的地方改过" in computer.words
        await computer.press("保存并继续")
        await computer.get(computer.url.rsplit("/", 1)[0] + "/household")
        sent = computer.filled(computer.button("保存并继续")[0])
        assert sent["household_address"] == ["第二台设备写的"]


@pytest.mark.rule("R-021")
async def test_other_peoples_cases_messages_and_files_are_not_found(town: Town) -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    case_id = receipt.case_id
    async with town.login(LI_XIUYING) as owner:
        await owner.get("/messages")
        message = owner.page.all("main")[0].all("a")[0].attrs["href"]
    async with town.login(WANG_DASHAN) as stranger:
        for url in (
            f"/cases/{case_id}", f"/cases/{case_id}/receipt", f"/cases/{case_id}/withdraw", f"/drafts/{case_id}",
            f"/drafts/{case_id}/check", f"/cases/{case_id}/files/1", f"/cases/{case_id}/papers/receipt.pdf", message,
            f"/confirm/{await make.column(case_id, 'verify_token')}", f"/drafts/{case_id}/confirm", "/cases/999999999999",
            "/messages/999999999999",
        ):  # fmt: skip
            await stranger.get(url, status=404)
        await stranger.post(f"/cases/{case_id}/withdraw", {}, status=404)
        await stranger.post(f"/drafts/{case_id}/contact", {"version": "0", "phone": "13900000000"}, status=404)
        await stranger.get("/cases")
        assert "参保登记" not in stranger.words


async def test_numbers_too_large_and_words_for_numbers_are_not_found(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        for url in ("/cases/99999999999999999999", "/cases/abc", "/drafts/1e9", "/messages/99999999999999999999"):
            await visitor.get(url, status=404)
        await visitor.get("/cases?before=99999999999999999999")
        await visitor.get("/cases?before=x")


@pytest.mark.rule("R-012", "R-045")
async def test_papers_are_printed_once_and_kept_as_they_were(town: Town) -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    url = f"/cases/{receipt.case_id}/papers"
    async with town.login(LI_XIUYING) as visitor:
        first = await visitor.fetch(f"{url}/receipt.pdf")
        assert first.headers["content-type"] == "application/pdf"
        town.now += timedelta(days=1)
        await visitor.log_in(LI_XIUYING)
        again = await visitor.fetch(f"{url}/receipt.pdf")
        assert again.content == first.content
        assert (await visitor.fetch(f"{url}/registration_form.pdf")).content.startswith(b"%PDF")
        await visitor.get(f"{url}/result.pdf", status=404)
        await visitor.get(f"{url}/supplement.pdf", status=404)
        await visitor.get(f"{url}/change_form.pdf", status=404)


@pytest.mark.rule("R-013")
async def test_the_notices_of_a_supplement_and_of_a_refusal_can_be_had(town: Town) -> None:
    case_id = await supplement_asked()
    async with town.login(LI_XIUYING) as visitor:
        assert (await visitor.fetch(f"/cases/{case_id}/papers/supplement.pdf")).status_code == 200
        await flow.resubmit(COUNTY, case_id, make.resident(), await make.version(case_id), FRIDAY)
        await make.approve(case_id, ZHAO_MIN)
        version = await make.version(case_id)
        await flow.reject(COUNTY, case_id, SUN_LI, version, "ATTACHMENT_UNREADABLE", "照片看不清", FRIDAY)
        assert (await visitor.fetch(f"/cases/{case_id}/papers/result.pdf")).status_code == 200
        await visitor.get(f"/cases/{case_id}")
        assert "没有通过：上传的证件看不清" in visitor.words


@pytest.mark.rule("R-504")
async def test_what_is_registered_can_be_seen_and_taken_away(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        copy = await visitor.fetch("/me/data.json")
        assert copy.json()["登记信息"]["证件号码"] == WANG_DASHAN.id_number
        assert copy.json()["参保情况"]["参保状态"] == "正常参保"
        assert (await visitor.fetch("/me/data.pdf")).content.startswith(b"%PDF")
    async with town.login(LI_XIUYING) as nobody:
        await nobody.get("/me/data.json", status=404)


async def test_a_message_is_marked_read_by_opening_it(town: Town) -> None:
    await make.enrollment_of(LI_XIUYING)
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/")
        assert "您有1条没看的消息" in visitor.words
        await visitor.follow("您有1条没看的消息")
        await visitor.follow("参保登记：已收到")
        await visitor.get("/")
        assert "没看的消息" not in visitor.words
    assert len(await sms_to("13800000001")) == 1


async def test_cases_stay_with_a_person_whose_number_changed(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    new = make.Person("王大山", make.id_number(make.date(1975, 8, 20), 199), 2, WANG_DASHAN.phone)
    answers = {"name": "王大山", "id_type": "resident_id_card", "id_number": new.id_number, "reason": "号码重号"}
    case_id = (await make.handed_in(key_info_change.ITEM, answers, WANG_DASHAN)).case_id
    await make.sources(household_register=make.household(new))
    await make.approve(case_id, ZHAO_MIN)
    await make.approve(case_id, make.HE_JING)
    async with town.login(new) as visitor:
        await visitor.get("/cases")
        assert "关键信息变更" in visitor.words
        await visitor.get(f"/cases/{case_id}")
        await visitor.get("/messages")
        assert "关键信息变更：已办好" in visitor.words


async def test_long_lists_go_on_page_by_page(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    for number in range(21):
        answers = {
            "address": f"{number}号",
            "sex": "1",
            "ethnic_group": "01",
            "household_type": "20",
            "phone": WANG_DASHAN.phone,
        }
        await make.handed_in(basic_info_change.ITEM, answers, WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/cases")
        assert len(visitor.page.all("main")[0].all("h3")) == 20
        await visitor.follow("下一页")
        assert len(visitor.page.all("main")[0].all("h3")) == 1
        await visitor.follow("回到第一页")
        assert visitor.url == "/cases"


async def test_with_script_only_the_form_comes_back(town: Town) -> None:
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get("/apply/enrollment")
        await visitor.press("开始填写")
        await visitor.press("保存并继续")
        form, _ = visitor.button("保存并继续")
        headers = {"HX-Request": "true", "HX-Current-URL": f"{PORTAL_URL}{visitor.url}"}
        answer = await visitor.client.post(form.attrs["action"], data=visitor.filled(form), headers=headers)
        assert answer.status_code == 422
        piece = pages.check_partial(answer.text, url=visitor.url)
        assert not piece.all("html")
        assert piece.all("form")[0].attrs["action"] == form.attrs["action"]
