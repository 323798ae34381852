"""The life of a case: the door, the clock, four eyes (procedures A0; R-006…R-030)."""

import asyncio
from datetime import date, timedelta

import pytest

from db import engine
from domain.actor import Post
from domain.case import flow
from domain.case.flow import Signature
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.items import basic_info_change, enrollment, key_info_change
from tests import make
from tests.make import (
    COUNTY,
    FRIDAY,
    LI_XIUYING,
    QIAN_FANG,
    SHI_QIAO_CLERK,
    SUN_LI,
    WANG_DASHAN,
    ZHAO_MIN,
    at,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("county")


# ------------------------------------------------------------------ the clock


@pytest.mark.rule("R-007")
@pytest.mark.rule("R-042")
async def test_three_working_days_from_the_day_after_receipt() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    assert (receipt.received_on, receipt.due_on) == (date(2026, 11, 20), date(2026, 11, 25))


@pytest.mark.rule("R-007")
async def test_spring_festival_is_passed_over_and_the_make_up_saturday_counts() -> None:
    receipt = await make.enrollment_of(LI_XIUYING, when=at(date(2026, 2, 13)))
    assert receipt.due_on == date(2026, 2, 25)


@pytest.mark.rule("R-010")
async def test_a_year_nobody_loaded_makes_the_date_provisional() -> None:
    receipt = await make.enrollment_of(LI_XIUYING, when=at(date(2026, 12, 31)))
    assert receipt.provisional
    assert await make.column(receipt.case_id, "provisional") is True


@pytest.mark.rule("R-008")
async def test_a_submission_on_a_saturday_is_received_that_saturday() -> None:
    receipt = await make.enrollment_of(LI_XIUYING, when=at(date(2026, 11, 21)))
    assert (receipt.received_on, receipt.due_on) == (date(2026, 11, 21), date(2026, 11, 25))


@pytest.mark.rule("R-006")
async def test_handing_over_and_sending_back_do_not_touch_the_clock() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    await flow.send_back(
        COUNTY, receipt.case_id, SUN_LI, await make.version(receipt.case_id), "region", "", at(date(2026, 11, 24))
    )
    assert await make.column(receipt.case_id, "due_on") == receipt.due_on


@pytest.mark.rule("R-009")
async def test_a_supplement_notice_stops_the_clock_until_the_resubmission() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    monday = at(date(2026, 11, 23))
    await flow.request_supplement(
        COUNTY, receipt.case_id, ZHAO_MIN, await make.version(receipt.case_id), ["身份证背面"], monday
    )
    again = at(date(2026, 12, 1))
    done = await flow.resubmit(COUNTY, receipt.case_id, make.resident(), await make.version(receipt.case_id), again)
    # Monday the 23rd was day 1; two days are left after Tuesday, 1 December.
    assert done.due_on == date(2026, 12, 3)
    assert await make.column(receipt.case_id, "waiting_post") == "township_clerk"


@pytest.mark.rule("R-009")
async def test_a_second_supplement_notice_is_refused() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await flow.request_supplement(
        COUNTY, receipt.case_id, ZHAO_MIN, await make.version(receipt.case_id), ["身份证背面"], FRIDAY
    )
    await flow.resubmit(COUNTY, receipt.case_id, make.resident(), await make.version(receipt.case_id), FRIDAY)
    with pytest.raises(Refused, match="一次"):
        await flow.request_supplement(
            COUNTY, receipt.case_id, ZHAO_MIN, await make.version(receipt.case_id), ["再补"], FRIDAY
        )


@pytest.mark.rule("R-001")
async def test_what_was_asked_on_the_phone_may_be_brought_to_the_counter_by_somebody_who_then_does_not_decide() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    await flow.request_supplement(
        COUNTY, receipt.case_id, SUN_LI, await make.version(receipt.case_id), ["身份证背面"], FRIDAY
    )
    relative = make.staff("李小妹", Post.COUNTY_ENROLLMENT, relatives=frozenset({LI_XIUYING.index}))
    for stranger in (SHI_QIAO_CLERK, relative):
        with pytest.raises(NotFound):
            await flow.resubmit(COUNTY, receipt.case_id, stranger, await make.version(receipt.case_id), FRIDAY)
    await flow.add_material(COUNTY, receipt.case_id, QIAN_FANG, "id_document", make.picture(), FRIDAY)
    await flow.resubmit(COUNTY, receipt.case_id, QIAN_FANG, await make.version(receipt.case_id), FRIDAY)
    with pytest.raises(Refused, match="同一个人"):
        await make.approve(receipt.case_id, QIAN_FANG)
    assert await flow.take_next(QIAN_FANG, FRIDAY) is None
    assert await make.approve(receipt.case_id, SUN_LI) is Status.EFFECTED


@pytest.mark.rule("R-001")
async def test_before_anything_was_asked_no_clerk_writes_into_a_resident_s_case() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    with pytest.raises(NotFound):
        await flow.add_material(COUNTY, receipt.case_id, ZHAO_MIN, "id_document", make.picture(), FRIDAY)


async def test_a_hold_wakes_by_its_day_and_does_not_stop_the_clock() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    until = date(2026, 11, 24)
    await flow.hold(COUNTY, receipt.case_id, ZHAO_MIN, await make.version(receipt.case_id), until, "等系统恢复", FRIDAY)
    assert await flow.take_next(ZHAO_MIN, at(date(2026, 11, 23))) is None
    assert await flow.take_next(ZHAO_MIN, at(until)) == receipt.case_id
    assert await make.column(receipt.case_id, "due_on") == receipt.due_on


@pytest.mark.rule("R-006")
async def test_a_paper_application_counts_from_the_day_it_came_in_and_says_why() -> None:
    clerk = make.staff("周敏", Post.TOWNSHIP_CLERK, region="43990101")
    with pytest.raises(Refused, match="原因"):
        await make.enrollment_of(LI_XIUYING, actor=clerk, received_on=date(2026, 11, 18))
    receipt = await make.enrollment_of(
        LI_XIUYING, actor=clerk, received_on=date(2026, 11, 18), received_reason="村里停电"
    )
    assert receipt.due_on == date(2026, 11, 23)


async def test_songshan_promises_the_same_day_and_keeps_the_legal_limit() -> None:
    receipt = await make.enrollment_of(LI_XIUYING, profile="songshan")
    assert await make.column(receipt.case_id, "target_on") == FRIDAY.date()
    assert receipt.due_on == date(2026, 11, 25)


@pytest.mark.rule("R-010")
async def test_loading_a_year_moves_provisional_dates_and_keeps_the_old_ones_as_events(owner) -> None:  # type: ignore[no-untyped-def]
    receipt = await make.enrollment_of(LI_XIUYING, when=at(date(2026, 12, 31)))
    await owner.execute("insert into calendar_year values (2027, '测试通知', now(), '测试')")
    await owner.execute("insert into calendar_day values ('2027-01-01', 'off', '元旦'), ('2027-01-04', 'off', '元旦')")
    assert await flow.recompute_clocks(COUNTY, make.WORKER, at(date(2027, 1, 1))) is None
    assert await make.column(receipt.case_id, "provisional") is False
    assert await make.column(receipt.case_id, "due_on") == receipt.due_on + timedelta(days=1)
    note = await engine.fetchval(
        "select note from case_event where case_id = $1 and kind = 'clock_recomputed'", receipt.case_id
    )
    assert "→" in note


# ------------------------------------------------------------------ handing in


@pytest.mark.rule("R-014")
async def test_a_double_click_gets_the_same_receipt() -> None:
    case_id = await make.draft(
        enrollment.ITEM,
        {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number},
        make.resident(),
        LI_XIUYING,
    )
    signed = Signature("typed", LI_XIUYING.name)
    both = await asyncio.gather(*(
        asyncio.create_task(flow.submit(COUNTY, case_id, make.resident(), 0, FRIDAY, signed)) for _ in range(2)
    ))  # fmt: skip
    assert both[0].case_no == both[1].case_no
    assert sorted(receipt.already for receipt in both) == [False, True]
    assert await engine.fetchval("select count(*) from case_event where kind = 'filed'") == 1


@pytest.mark.rule("R-014")
async def test_a_second_application_returns_the_open_one() -> None:
    first = await make.enrollment_of(LI_XIUYING)
    second = await make.enrollment_of(LI_XIUYING)
    assert (second.case_no, second.already) == (first.case_no, True)


@pytest.mark.rule("R-027")
async def test_the_commitment_is_kept_with_version_digest_and_what_was_not_demanded() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    row = await engine.fetchrow("select * from commitment where case_id = $1", receipt.case_id)
    assert row is not None
    assert (row["text_version"], row["signed_name"], row["signer_kind"]) == ("2026-1", "李秀英", "resident")
    assert len(row["text_digest"]) == 64
    assert "单位未参保证明" in row["not_demanded"]


@pytest.mark.parametrize(("signature", "told"), [(None, "承诺书"), (Signature("typed", "李秀"), "一致")])
async def test_without_the_resident_s_own_signature_nothing_is_received(signature: Signature | None, told: str) -> None:
    answers = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
    case_id = await make.draft(enrollment.ITEM, answers, make.resident(), LI_XIUYING)
    with pytest.raises(Refused, match=told):
        await flow.submit(COUNTY, case_id, make.resident(), 0, FRIDAY, signature)
    assert await make.column(case_id, "status") == "draft", "the draft is kept"


async def test_missing_photos_are_named_all_at_once() -> None:
    answers = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
    case_id = await make.draft(enrollment.ITEM, answers, make.resident(), LI_XIUYING, with_materials=False)
    with pytest.raises(Refused) as refused:
        await flow.submit(COUNTY, case_id, make.resident(), 0, FRIDAY, Signature("typed", LI_XIUYING.name))
    assert [problem.field for problem in refused.value.problems] == ["id_document", "household_front", "household_own"]  # type: ignore[union-attr]


@pytest.mark.rule("R-004")
async def test_a_paper_the_item_does_not_name_cannot_even_be_added() -> None:
    case_id = await make.draft(enrollment.ITEM, {}, make.resident(), LI_XIUYING, with_materials=False)
    with pytest.raises(Refused, match="不需要"):
        await flow.add_material(COUNTY, case_id, make.resident(), "unit_certificate", make.picture(), FRIDAY)


async def test_a_form_saved_in_another_window_is_stale() -> None:
    case_id = await make.draft(enrollment.ITEM, {}, make.resident(), LI_XIUYING, with_materials=False)
    await flow.save(COUNTY, case_id, make.resident(), "contact", {"phone": "13900000000"}, 0, FRIDAY)
    with pytest.raises(Refused) as refused:
        await flow.save(COUNTY, case_id, make.resident(), "contact", {"phone": "13911111111"}, 0, FRIDAY)
    assert refused.value.problems[0].code == "stale"


@pytest.mark.rule("R-025")
async def test_withdrawing_is_possible_until_the_decision_and_has_no_effect() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await flow.withdraw(COUNTY, receipt.case_id, make.resident(), FRIDAY)
    assert await make.column(receipt.case_id, "status") == "withdrawn"
    assert await engine.fetchval("select count(*) from person") == 0
    again = await make.enrollment_of(LI_XIUYING)
    assert not again.already


@pytest.mark.rule("R-025")
async def test_after_the_decision_nothing_can_be_withdrawn() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, SUN_LI)
    with pytest.raises(Refused, match="已经有结果"):
        await flow.withdraw(COUNTY, receipt.case_id, make.resident(), FRIDAY)


async def test_another_resident_s_case_does_not_exist_for_me() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    with pytest.raises(NotFound):
        await flow.withdraw(COUNTY, receipt.case_id, make.resident(WANG_DASHAN), FRIDAY)


# ------------------------------------------------------------------ the village assistant


@pytest.mark.rule("R-023")
async def test_until_the_resident_confirms_it_stays_a_draft() -> None:
    helper = make.assistant()
    answers = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
    case_id = await make.draft(enrollment.ITEM, answers, helper, LI_XIUYING)
    with pytest.raises(Refused, match="本人确认"):
        await flow.submit(COUNTY, case_id, helper, 0, FRIDAY)
    await flow.ask_resident(COUNTY, case_id, helper, 0, FRIDAY, "13800000001")
    assert await make.column(case_id, "status") == "draft"
    signed = Signature("typed", LI_XIUYING.name)
    receipt = await flow.confirm(COUNTY, case_id, make.resident(), await make.version(case_id), FRIDAY, "login", signed)
    assert receipt.status is Status.SUBMITTED


@pytest.mark.rule("R-023")
async def test_a_change_after_asking_must_be_confirmed_anew() -> None:
    helper = make.assistant()
    answers = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
    case_id = await make.draft(enrollment.ITEM, answers, helper, LI_XIUYING)
    await flow.ask_resident(COUNTY, case_id, helper, 0, FRIDAY, None)
    await flow.save(COUNTY, case_id, helper, "contact", {"phone": "13900000000"}, 1, FRIDAY)
    with pytest.raises(Refused, match="重新发起确认"):
        await flow.confirm(COUNTY, case_id, make.resident(), 2, FRIDAY, "login", Signature("typed", LI_XIUYING.name))


@pytest.mark.rule("R-023")
async def test_another_photo_after_asking_must_be_confirmed_anew() -> None:
    helper = make.assistant()
    answers = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
    case_id = await make.draft(enrollment.ITEM, answers, helper, LI_XIUYING)
    await flow.ask_resident(COUNTY, case_id, helper, 0, FRIDAY, None)
    await flow.add_material(COUNTY, case_id, helper, "id_document", make.picture(), FRIDAY)
    with pytest.raises(Refused, match="重新发起确认"):
        await flow.confirm(
            COUNTY, case_id, make.resident(), await make.version(case_id), FRIDAY, "login", Signature("typed", "李秀英")
        )


@pytest.mark.rule("R-023")
async def test_an_assistant_cannot_make_the_resident_s_promise() -> None:
    helper = make.assistant()
    answers = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
    case_id = await make.draft(enrollment.ITEM, answers, helper, LI_XIUYING)
    await flow.ask_resident(COUNTY, case_id, helper, 0, FRIDAY, None)
    with pytest.raises(Refused, match="不能代签"):
        await flow.confirm(COUNTY, case_id, helper, 1, FRIDAY, "code", Signature("typed", LI_XIUYING.name))


@pytest.mark.rule("R-025")
async def test_an_assistant_gives_up_a_draft_but_does_not_withdraw_for_the_resident() -> None:
    helper = make.assistant()
    answers = {**make.ENROLLMENT, "name": LI_XIUYING.name, "id_number": LI_XIUYING.id_number}
    case_id = await make.draft(enrollment.ITEM, answers, helper, LI_XIUYING)
    await flow.ask_resident(COUNTY, case_id, helper, 0, FRIDAY, None)
    await flow.confirm(COUNTY, case_id, make.resident(), 1, FRIDAY, "login", Signature("typed", LI_XIUYING.name))
    with pytest.raises(Refused, match="本人撤回"):
        await flow.withdraw(COUNTY, case_id, helper, FRIDAY)
    given_up = await make.draft(enrollment.ITEM, answers, helper, make.ZHOU_XIAOMAN, with_materials=False)
    await flow.withdraw(COUNTY, given_up, helper, FRIDAY)


async def test_an_assistant_who_moved_on_leaves_his_drafts_behind() -> None:
    case_id = await make.draft(enrollment.ITEM, {}, make.assistant(), LI_XIUYING, with_materials=False)
    with pytest.raises(NotFound):
        await flow.save(COUNTY, case_id, make.assistant(village="4399010103"), "contact", {}, 0, FRIDAY)


async def test_an_assistant_files_only_for_his_own_village() -> None:
    helper = make.assistant()
    answers = {
        **make.ENROLLMENT,
        "name": LI_XIUYING.name,
        "id_number": LI_XIUYING.id_number,
        "region_code": make.OTHER_GROUP,
    }
    case_id = await make.draft(enrollment.ITEM, answers, helper, LI_XIUYING)
    picture = await flow.keep_picture(COUNTY, helper, make.picture(), FRIDAY)
    with pytest.raises(Refused, match="本村"):
        await flow.confirm(
            COUNTY, case_id, helper, 0, FRIDAY, "signature", Signature("paper", LI_XIUYING.name, picture)
        )
    await make.participant(WANG_DASHAN, region=make.OTHER_GROUP)
    with pytest.raises(NotFound):
        await flow.start(key_info_change.ITEM, await make.subject(WANG_DASHAN), helper, "national", FRIDAY)


# ------------------------------------------------------------------ after the end


@pytest.mark.rule("R-342")
async def test_whose_relation_has_ended_changes_nothing_any_more_and_may_enroll_again() -> None:
    person_id = await make.participant(WANG_DASHAN)
    actor = make.resident(WANG_DASHAN)
    begun = await make.draft(basic_info_change.ITEM, {}, actor, WANG_DASHAN)
    await engine.execute("update participation set participation_status = 4, contribution_status = 3 where person_id = $1", person_id)
    with pytest.raises(Refused, match="已经终止"):
        await flow.submit(COUNTY, begun, actor, await make.version(begun), FRIDAY)
    with pytest.raises(Refused, match="已经终止"):
        await flow.start(key_info_change.ITEM, await make.subject(WANG_DASHAN), actor, "national", FRIDAY)
    assert await flow.start(enrollment.ITEM, await make.subject(WANG_DASHAN), actor, "national", FRIDAY)


# ------------------------------------------------------------------ four eyes


@pytest.mark.rule("R-015")
async def test_who_did_the_preliminary_step_cannot_decide() -> None:
    both = make.staff("许多多", Post.TOWNSHIP_CLERK, Post.COUNTY_ENROLLMENT)
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, both)
    with pytest.raises(Refused, match="同一个人"):
        await make.approve(receipt.case_id, both)
    assert await make.approve(receipt.case_id, SUN_LI) is Status.EFFECTED


@pytest.mark.rule("R-015")
async def test_a_clerk_s_entry_stands_for_the_preliminary_step_and_another_decides() -> None:
    receipt = await make.enrollment_of(LI_XIUYING, actor=SUN_LI)
    assert receipt.status is Status.PRELIMINARY_PASSED
    with pytest.raises(Refused, match="别人办理"):
        await make.approve(receipt.case_id, SUN_LI)
    assert await make.approve(receipt.case_id, QIAN_FANG) is Status.EFFECTED


@pytest.mark.rule("R-016")
async def test_nobody_handles_a_case_of_himself_or_a_relative() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    herself = make.staff("李秀英", Post.TOWNSHIP_CLERK, region="43990101", id_index=LI_XIUYING.index)
    daughter = make.staff("李小妹", Post.TOWNSHIP_CLERK, region="43990101", relatives=frozenset({LI_XIUYING.index}))
    for clerk in (herself, daughter):
        with pytest.raises(Refused, match="亲属"):
            await make.approve(receipt.case_id, clerk)
    assert await flow.take_next(herself, FRIDAY) is None


async def test_only_the_post_of_the_step_may_act() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    with pytest.raises(Refused, match="没有这个岗位"):
        await make.approve(receipt.case_id, SUN_LI)


@pytest.mark.rule("R-021")
async def test_a_township_sees_only_its_own_cases() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    with pytest.raises(NotFound):
        await flow.look(COUNTY, receipt.case_id, SHI_QIAO_CLERK, FRIDAY)
    with pytest.raises(NotFound):
        await flow.approve(COUNTY, receipt.case_id, SHI_QIAO_CLERK, 1, "x", FRIDAY)
    assert await flow.take_next(SHI_QIAO_CLERK, FRIDAY) is None


async def test_a_draft_is_nobody_else_s_business() -> None:
    case_id = await make.draft(enrollment.ITEM, {}, make.resident(), LI_XIUYING, with_materials=False)
    with pytest.raises(NotFound):
        await flow.look(COUNTY, case_id, SUN_LI, FRIDAY)


@pytest.mark.rule("R-022")
async def test_the_township_passes_on_but_does_not_refuse() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    with pytest.raises(Refused, match="初审不能直接拒绝"):
        await flow.reject(
            COUNTY, receipt.case_id, ZHAO_MIN, await make.version(receipt.case_id), "OTHER", "不行", FRIDAY
        )


# ------------------------------------------------------------------ the decision


@pytest.mark.rule("R-012")
@pytest.mark.rule("R-013")
async def test_a_rejection_has_a_reason_and_names_the_remedies() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    case_version = await make.version(receipt.case_id)
    with pytest.raises(Refused, match="写明"):
        await flow.reject(COUNTY, receipt.case_id, SUN_LI, case_version, "OTHER", " ", FRIDAY)
    await flow.reject(COUNTY, receipt.case_id, SUN_LI, case_version, "IDENTITY_MISMATCH", "照片不是本人", FRIDAY)
    assert await make.column(receipt.case_id, "reason_code") == "IDENTITY_MISMATCH"
    from db.crypto import unseal_text  # noqa: PLC0415

    body = await engine.fetchval(
        "select body_sealed from message where case_id = $1 and channel = 'in_app' order by id desc", receipt.case_id
    )
    told = unseal_text(body, "message.body")
    assert all(word in told for word in ("照片不是本人", "行政复议", "行政诉讼", "核查"))


async def test_two_reviewers_at_once_and_only_one_decides() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    seen, case_version = await make.outcome(receipt.case_id, SUN_LI), await make.version(receipt.case_id)
    results = await asyncio.gather(
        *(
            asyncio.create_task(flow.approve(COUNTY, receipt.case_id, who, case_version, seen, FRIDAY))
            for who in (SUN_LI, QIAN_FANG)
        ),
        return_exceptions=True,
    )
    assert sum(result is Status.EFFECTED for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert await engine.fetchval("select count(*) from person") == 1


async def test_what_changed_since_the_reviewer_looked_is_shown_and_refused() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    seen = await make.outcome(receipt.case_id, SUN_LI)
    await make.sources(
        household_register=make.household(LI_XIUYING), employee_scheme={LI_XIUYING: {"status": "insured"}}
    )
    with pytest.raises(Refused, match="新出现：正在参加职工基本养老保险"):
        await flow.approve(COUNTY, receipt.case_id, SUN_LI, await make.version(receipt.case_id), seen, FRIDAY)


async def test_a_taken_case_is_left_to_the_one_who_took_it() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    await flow.take(COUNTY, receipt.case_id, SUN_LI, await make.version(receipt.case_id), FRIDAY)
    assert await make.column(receipt.case_id, "status") == "under_review"
    with pytest.raises(Refused, match="别的同事"):
        await make.approve(receipt.case_id, QIAN_FANG)
    await flow.give_back(COUNTY, receipt.case_id, SUN_LI, await make.version(receipt.case_id), FRIDAY)
    assert await make.approve(receipt.case_id, QIAN_FANG) is Status.EFFECTED


async def test_the_next_case_is_the_most_urgent_and_goes_to_one_only() -> None:
    later = await make.enrollment_of(make.ZHOU_XIAOMAN, when=at(date(2026, 11, 20)))
    sooner = await make.enrollment_of(LI_XIUYING, when=at(date(2026, 11, 18)))
    colleague = make.staff("林静", Post.TOWNSHIP_CLERK, region="43990101")
    first, second = [await flow.take_next(who, FRIDAY) for who in (ZHAO_MIN, colleague)]
    assert (first, second) == (sooner.case_id, later.case_id)
    assert await flow.take_next(ZHAO_MIN, FRIDAY) is None


@pytest.mark.rule("R-020")
async def test_every_step_is_written_down_with_who_post_office_channel_and_when() -> None:
    receipt = await make.enrollment_of(LI_XIUYING)
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, SUN_LI)
    rows = await engine.fetch("select * from case_event where case_id = $1 order by id", receipt.case_id)
    assert [row["kind"] for row in rows] == ["started", "filed", "passed", "approved", "effected"]
    passed = rows[2]
    assert (passed["actor_name"], passed["post"], passed["organisation"], passed["channel"], passed["at"]) == (
        "赵敏", "township_clerk", "柳湾镇", "township_counter", FRIDAY,
    )  # fmt: skip
    assert await engine.fetchval("select count(*) from audit_entry where object_id = $1", str(receipt.case_id)) >= 5


# ------------------------------------------------------------------ items without review


@pytest.mark.rule("R-057")
async def test_a_basic_change_is_done_on_submission() -> None:
    await make.participant(WANG_DASHAN)
    answers = {
        "address": "镇上新街5号",
        "sex": "1",
        "ethnic_group": "01",
        "household_type": "20",
        "phone": WANG_DASHAN.phone,
    }
    receipt = await make.handed_in(basic_info_change.ITEM, answers, WANG_DASHAN)
    assert receipt.status is Status.EFFECTED
    assert await engine.fetchval("select address from person") == "镇上新街5号"
