"""Stories of the review: from a resident's application to the decision at the county (issue scope: enrollment and changes)."""

import pytest

from db import engine
from db.stores.security import staff
from domain.actor import Post
from domain.case import flow
from domain.case.item import Source
from domain.items import basic_info_change, key_info_change
from tests import make
from tests.backoffice.office import Desk, Office, case_id_in, day
from tests.make import LI_XIUYING, WANG_DASHAN, ZHOU_XIAOMAN

REASON = {"reason_code": "NOT_ELIGIBLE_AGE", "reason": "满16周岁以后再来登记。"}


async def _registered() -> None:
    await make.sources(
        household_register=make.household(LI_XIUYING) | make.household(WANG_DASHAN) | make.household(ZHOU_XIAOMAN)
    )


@pytest.mark.rule("R-022", "R-046", "R-012")
async def test_the_township_passes_on_the_county_approves_and_the_applicant_is_insured(
    clerk: Desk, reviewer: Desk
) -> None:
    await _registered()
    receipt = await make.enrollment_of(LI_XIUYING)
    told = await clerk.decide(receipt.case_id, "approve", note="材料齐全")
    assert "done=approved" in str(told)
    page = await clerk.get(f"/cases/{receipt.case_id}")
    assert "初审已通过，等待县里审核" in page.text
    assert "由“参保管理岗”办理，您没有这个岗位" in page.text
    await reviewer.decide(receipt.case_id, "approve")
    page = await reviewer.get(f"/cases/{receipt.case_id}?done=approved")
    for words in ("已办好", "材料齐全", "乡镇经办岗 柳湾镇社会事务办", "参保管理岗 青禾县社保中心", "办下一件"):
        assert words in page.text, words
    assert (await make.subject(LI_XIUYING)).person_id is not None


@pytest.mark.rule("R-009")
async def test_a_supplement_notice_stops_the_clock_and_can_be_given_once(office: Office, clerk: Desk) -> None:
    await _registered()
    receipt = await make.enrollment_of(LI_XIUYING)  # due 2026-11-25
    empty = await clerk.decide(receipt.case_id, "supplement", 422, points=" \n ")
    assert "请写明需要补充什么，一次说全。" in empty.text
    await clerk.decide(receipt.case_id, "supplement", points="户口簿本人页看不清\n身份证反面没有拍")
    page = await clerk.get(f"/cases/{receipt.case_id}")
    assert "已经请申请人补充材料" in page.text
    assert "户口簿本人页看不清" in page.text
    later = make.at(make.date(2026, 11, 27))
    resubmitted = await flow.resubmit(
        make.COUNTY, receipt.case_id, make.resident(when=later), await make.version(receipt.case_id), later
    )
    assert resubmitted.due_on == make.date(
        2026, 12, 2
    )  # three working days, none of them while the applicant was asked
    office.now = later
    async with office.at_desk(clerk.staff_id) as desk:
        page = await desk.get(f"/cases/{receipt.case_id}")
    assert "补正期间11月20日至11月27日不计" in page.text
    assert "已经告知过一次补正" in page.text
    assert not any(f.attrs["action"].endswith("/supplement") for f in page.all("form"))


@pytest.mark.rule("R-015")
async def test_of_two_reviewers_one_wins_and_the_other_is_told_with_409_and_loses_nothing(
    office: Office, reviewer: Desk
) -> None:
    await _registered()
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, make.ZHAO_MIN)
    async with office.at_desk(await office.hire("钱芳", Post.COUNTY_ENROLLMENT)) as other:
        page = await other.get(f"/cases/{receipt.case_id}")
        form = next(f for f in page.all("form") if f.attrs["action"].endswith("/approve"))
        seen = {i.attrs["name"]: i.attrs["value"] for i in form.all("input") if i.attrs.get("type") == "hidden"}
        await reviewer.decide(receipt.case_id, "take")
        await reviewer.decide(receipt.case_id, "give-back")
        late = await other.post(
            f"/cases/{receipt.case_id}/approve", 409, **seen | {"_csrf": other.csrf, "note": "我的意见别丢了"}
        )
        assert "刚刚被别人更新过" in late.text
        assert "我的意见别丢了" in late.text
        assert any(a.attrs["href"] == f"/cases/{receipt.case_id}" for a in late.all("a"))
        assert not any(f.attrs["action"].endswith("/approve") for f in late.all("form"))
    await reviewer.decide(receipt.case_id, "approve")
    assert await make.column(receipt.case_id, "status") == "effected"


@pytest.mark.rule("R-015")
async def test_whoever_handled_a_case_may_not_review_it(office: Office, reviewer: Desk) -> None:
    await _registered()
    async with office.at_desk(await office.hire("周岩", Post.COUNTY_ENROLLMENT)) as both:
        typed_in = make.staff("周岩", Post.COUNTY_ENROLLMENT, staff_id=both.staff_id)
        receipt = await make.enrollment_of(LI_XIUYING, actor=typed_in)
        page = await both.get(f"/cases/{receipt.case_id}")
        assert "自己代填的业务，必须由别人办理" in page.text
        assert not any(f.attrs["action"].endswith("/approve") for f in page.all("form"))
        forged = {
            "version": str(await make.version(receipt.case_id)),
            "seen": await make.outcome(receipt.case_id, typed_in),
        }
        refused = await both.post(f"/cases/{receipt.case_id}/approve", 422, **forged)
        assert "必须由别人办理" in refused.text
    await reviewer.decide(receipt.case_id, "approve")


@pytest.mark.rule("R-016")
async def test_nobody_decides_his_own_case_or_that_of_a_declared_relative(office: Office) -> None:
    await _registered()
    own = await make.enrollment_of(LI_XIUYING)
    await make.approve(own.case_id, make.ZHAO_MIN)
    herself = await office.hire("李秀英", Post.COUNTY_ENROLLMENT, person=LI_XIUYING)
    husband = await office.hire("王大山", Post.COUNTY_ENROLLMENT, person=WANG_DASHAN)
    await staff.declare_relative(make.COUNTY, husband, LI_XIUYING.id_number, "配偶", make.FRIDAY)
    for staff_id in (herself, husband):
        async with office.at_desk(staff_id) as desk:
            page = await desk.get(f"/cases/{own.case_id}")
            assert "本人、亲属的业务" in page.text
            forged = {"version": str(await make.version(own.case_id)), "seen": "0"}
            await desk.post(f"/cases/{own.case_id}/approve", 422, **forged)
    assert await make.column(own.case_id, "status") == "preliminary_passed"


@pytest.mark.rule("R-442", "R-436")
async def test_a_frozen_users_cases_go_back_to_the_desk_and_his_session_ends(
    office: Office, clerk: Desk, reviewer: Desk
) -> None:
    await _registered()
    receipt = await make.enrollment_of(LI_XIUYING)
    await clerk.decide(receipt.case_id, "take")
    async with office.at_desk(await office.hire("罗敏", Post.COUNTY_ADMIN)) as admin:
        page = await admin.get(f"/staff/{clerk.staff_id}")
        assert "赵敏" in page.text
        refused = await admin.post(f"/staff/{clerk.staff_id}/freeze", 422, reason=" ")
        assert "请写明原因" in refused.text
        await admin.post(f"/staff/{clerk.staff_id}/freeze", reason="调离")
        assert "已冻结" in (await admin.get(f"/staff/{clerk.staff_id}?done=frozen")).text
    gone = await clerk.client.get("/inbox")
    assert gone.status_code == 303
    assert "/login" in gone.headers["location"]
    assert await make.column(receipt.case_id, "assignee_id") is None


@pytest.mark.rule("R-005")
async def test_with_a_source_down_the_case_waits_or_goes_on_commitment_and_no_certificate_is_asked(
    clerk: Desk, reviewer: Desk
) -> None:
    await _registered()
    await make.source_down(Source.EMPLOYEE_SCHEME)
    receipt = await make.enrollment_of(LI_XIUYING)
    await clerk.decide(receipt.case_id, "approve")
    page = await reviewer.get(f"/cases/{receipt.case_id}")
    assert "职工养老保险库暂时连不上" in page.text
    assert "不得让居民去开证明" in page.text
    waits = await reviewer.decide(receipt.case_id, "approve", 422)
    assert "暂时连不上" in waits.text
    await reviewer.decide(receipt.case_id, "approve", on_commitment="on")
    assert await make.column(receipt.case_id, "on_commitment") is True
    assert await make.column(receipt.case_id, "status") == "effected"


@pytest.mark.rule("R-012", "R-013", "R-032")
async def test_a_too_young_applicant_is_refused_with_the_article_and_the_remedies(clerk: Desk, reviewer: Desk) -> None:
    await _registered()
    receipt = await make.enrollment_of(ZHOU_XIAOMAN)
    await clerk.decide(receipt.case_id, "approve", note="未满16周岁，报县里决定")
    page = await reviewer.get(f"/cases/{receipt.case_id}")
    assert "还没有满16周岁" in page.text
    assert "国发〔2014〕8号 三" in page.text
    forged = {
        "version": str(await make.version(receipt.case_id)),
        "seen": await make.outcome(receipt.case_id, make.SUN_LI),
    }
    barred = await reviewer.post(f"/cases/{receipt.case_id}/approve", 422, **forged)
    assert "还没有满16周岁" in barred.text
    silent = await reviewer.decide(receipt.case_id, "reject", 422, **REASON | {"reason": ""})
    assert "请写明不予通过的原因" in silent.text
    await reviewer.decide(receipt.case_id, "reject", **REASON)
    said = await engine.fetchval(
        "select count(*) from message where case_id = $1 and title like '%未通过%'", receipt.case_id
    )
    assert said == 2  # in the portal, and by SMS
    assert await make.column(receipt.case_id, "reason_code") == "NOT_ELIGIBLE_AGE"


@pytest.mark.rule("R-007", "R-008")
async def test_an_application_of_the_last_friday_before_the_spring_festival_is_due_after_it(
    office: Office, clerk: Desk
) -> None:
    office.now = day("2026-02-13")
    await make.sources(when=office.now, household_register=make.household(LI_XIUYING))
    receipt = await make.enrollment_of(LI_XIUYING, when=office.now)
    # 14 February is a make-up working day, 15 to 23 are off: 14, 24, 25.
    assert receipt.due_on == make.date(2026, 2, 25)
    page = await clerk.get("/inbox")
    assert "2026年2月25日" in page.text
    assert "2月13日收到，3个工作日（规程第四条、第八条）" in page.text


@pytest.mark.rule("R-058", "R-070")
async def test_a_name_change_is_seen_beside_the_register_and_stays_in_the_history(clerk: Desk, reviewer: Desk) -> None:
    person_id = await make.participant(WANG_DASHAN)
    renamed = make.Person("王大川", WANG_DASHAN.id_number, WANG_DASHAN.account_id)
    await make.sources(household_register=make.household(renamed))
    answers = {
        "name": "王大川",
        "id_type": "resident_id_card",
        "id_number": WANG_DASHAN.id_number,
        "reason": "派出所改名",
    }
    receipt = await make.handed_in(key_info_change.ITEM, answers, WANG_DASHAN)
    await clerk.decide(receipt.case_id, "approve")
    page = await reviewer.get(f"/cases/{receipt.case_id}")
    assert "王大川" in page.text
    assert "原登记 王大山" in page.text
    await reviewer.decide(receipt.case_id, "approve")
    file = await reviewer.get(f"/people/{person_id}")
    assert "姓名王大山王大川" in file.text


@pytest.mark.rule("R-051", "R-006")
async def test_a_case_is_sent_back_with_a_typed_reason_and_its_clock_goes_on(clerk: Desk, reviewer: Desk) -> None:
    await _registered()
    receipt = await make.enrollment_of(LI_XIUYING)
    await clerk.decide(receipt.case_id, "approve")
    without = await reviewer.decide(receipt.case_id, "send-back", 422, send_back_code="", send_back_note="看不清")
    assert "请选择退回的原因" in without.text
    assert "看不清" in without.text
    await reviewer.decide(receipt.case_id, "send-back", send_back_code="unreadable", send_back_note="第二张")
    page = await clerk.get(f"/cases/{receipt.case_id}")
    assert "图片看不清。第二张" in page.text
    assert await make.column(receipt.case_id, "due_on") == receipt.due_on
    await clerk.decide(receipt.case_id, "approve")


@pytest.mark.rule("R-006")
async def test_a_held_case_leaves_the_list_until_its_day_and_is_still_due(office: Office, clerk: Desk) -> None:
    await _registered()
    receipt = await make.enrollment_of(LI_XIUYING)
    past = await clerk.decide(receipt.case_id, "hold", 422, until="2026-11-20", hold_reason="等公安回复")
    assert "挂起日期要晚于今天" in past.text
    nonsense = await clerk.decide(receipt.case_id, "hold", 422, until="下周", hold_reason="等公安回复")
    assert "请填写挂起到哪一天" in nonsense.text
    await clerk.decide(receipt.case_id, "hold", until="2026-11-24", hold_reason="等公安回复")
    assert "李秀英" not in (await clerk.get("/inbox")).text
    assert "等公安回复" in (await clerk.get("/inbox?view=held")).text
    office.now = day("2026-11-24")
    async with office.at_desk(clerk.staff_id) as desk:
        assert "李秀英" in (await desk.get("/inbox")).text
    assert await make.column(receipt.case_id, "due_on") == receipt.due_on


@pytest.mark.rule("R-021")
async def test_a_township_sees_only_its_own_and_everything_else_looks_missing(office: Office, clerk: Desk) -> None:
    await _registered()
    mine = await make.enrollment_of(LI_XIUYING)
    person_id = await make.participant(WANG_DASHAN)
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as neighbour:
        assert "李秀英" not in (await neighbour.get("/inbox")).text
        await neighbour.get(f"/cases/{mine.case_id}", 404)
        await neighbour.get(f"/people/{person_id}", 404)
        await neighbour.get("/cases/999999", 404)
        await neighbour.post(f"/cases/{mine.case_id}/take", 404, version="1")
        await neighbour.post(f"/people/{person_id}/unmask", 404, reason="随便看看")
        found = await neighbour.post("/search", 200, by="id_number", words=WANG_DASHAN.id_number)
        assert "没有查到" in found.text
    assert "李秀英" in (await clerk.get("/inbox")).text


@pytest.mark.rule("R-015", "R-016")
async def test_what_was_approved_wrongly_is_taken_back_by_a_second_person(
    clerk: Desk, reviewer: Desk, head: Desk
) -> None:
    await _registered()
    receipt = await make.enrollment_of(LI_XIUYING)
    await clerk.decide(receipt.case_id, "approve")
    await reviewer.decide(receipt.case_id, "approve")
    short = await reviewer.post(f"/cases/{receipt.case_id}/reversal", 422, reason="错")
    assert "撤销原因" in short.text
    led = str(await reviewer.post(f"/cases/{receipt.case_id}/reversal", reason="把别人的材料录成了她的"))
    reversal = case_id_in(led)
    assert "由“负责人”办理，您没有这个岗位" in (await reviewer.get(led)).text
    assert "办件撤销" in (await head.get("/inbox")).text
    await head.decide(reversal, "approve")
    page = await reviewer.get(f"/cases/{receipt.case_id}")
    assert any(a.attrs["href"] == f"/cases/{reversal}" for a in page.all("a"))
    assert "终止参保" in (await reviewer.post("/search", 200, by="id_number", words=LI_XIUYING.id_number)).text


async def test_an_item_that_took_effect_at_once_is_on_nobodys_desk(reviewer: Desk) -> None:
    await make.sources()
    await make.participant(WANG_DASHAN)
    answers = {
        "phone": WANG_DASHAN.phone,
        "address": "新村8号",
        "sex": "1",
        "ethnic_group": "01",
        "household_type": "20",
    }
    receipt = await make.handed_in(basic_info_change.ITEM, answers, WANG_DASHAN)
    assert "没有业务" in (await reviewer.get("/inbox")).text
    assert "不用再办理" in (await reviewer.get(f"/cases/{receipt.case_id}")).text
