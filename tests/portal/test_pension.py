"""What somebody sees of his pension, from the determination to every month's money."""

from datetime import date, timedelta

import pytest

from db import engine
from db.queries import benefits as queries
from domain import benefits, redetermination
from domain.agency import cards
from tests import make
from tests.backoffice.test_account_page import words
from tests.items.claiming import LIN_JING, XIA_YU, XU_SHUANG, sixty
from tests.items.test_benefit_claim import decided
from tests.items.test_benefit_dispute import RIGHT
from tests.make import COUNTY, FRIDAY, GROUP, LI_XIUYING, VILLAGE, WANG_DASHAN
from tests.portal.town import Town, day


async def confirmed() -> int:
    person_id = await decided()
    await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)
    return person_id


async def paid(person_id: int, month: int = 202612, state: str = "paid", reason: str = "", fen: int = 23923) -> None:
    """A plan of the month, with its transfer to the account in use."""
    plan_id = await engine.fetchval(
        "insert into payment_plan (county_code, month, run_id, state, pay_on, created_at) values ($1, $2, $3, 'sent', $4, now()) returning id",
        COUNTY, month, await _run(month), date(month // 100, month % 100, 25),
    )  # fmt: skip
    await engine.execute(
        "insert into payment_line (county_code, plan_id, person_id, due_month, kind, basic_central_fen, account_personal_fen)"
        " values ($1, $2, $3, $4, 'regular', $5, 6623)",
        COUNTY, plan_id, person_id, month, fen - 6623,
    )  # fmt: skip
    account = await queries.payment_account(COUNTY, person_id)
    await engine.execute(
        "insert into payment_transfer (county_code, plan_id, person_id, payment_account_id, region_code, bank, net_fen, state, reason,"
        " paid_on) values ($1, $2, $3, $4, $5, '农商银行', $6, $7, $8, $9)",
        COUNTY, plan_id, person_id, account.id if account else None, GROUP, fen, state, reason,
        date(month // 100, month % 100, 25) if state == "paid" else None,
    )  # fmt: skip


async def _run(month: int) -> int:
    run_id: int = await engine.fetchval(
        "insert into batch_run (county_code, kind, period, state, prepared_at, prepared_by, prepared_by_name)"
        " values ($1, 'payment_month', $2, 'done', now(), 1, 'x') returning id",
        COUNTY, f"{month}",
    )  # fmt: skip
    return run_id


async def suspended(person_id: int, state: str = "confirmed", reason: str = "not_certified", **more: object) -> None:
    await engine.execute(
        "insert into benefit_suspension (county_code, person_id, reason, first_month, last_month, state, origin, finding, proposed_at,"
        " proposed_by, proposed_by_name, lift_reason, pays_arrears) values ($1, $2, $3, 202701, $4, $5, 'desk', '', now(), 1, 'x', $6, $7)",
        COUNTY, person_id, reason, more.get("last_month"), state, more.get("lift_reason", ""), more.get("pays_arrears"),
    )  # fmt: skip


# ------------------------------------------------------------------ before


async def test_who_draws_nothing_yet_is_shown_the_way(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(LI_XIUYING) as visitor:
        assert "还没有您的参保信息" in (await visitor.get("/pension")).text
    async with town.login(WANG_DASHAN) as visitor:
        assert "2035年8月20日满60周岁" in (await visitor.get("/pension")).text
        await visitor.get("/pension/determination.pdf", 404)
        await visitor.post("/pension/confirm", {}, 404)
    await sixty()
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "已经满60周岁" in visitor.words
        await visitor.follow("申请领取养老金")


@pytest.mark.parametrize(("at", "shown"), [("2034-08-19", False), ("2034-08-20", True)])
async def test_the_menu_has_a_place_for_it_from_fifty_nine_on(town: Town, at: str, shown: bool) -> None:
    await make.participant(WANG_DASHAN)
    town.now = day(at)
    async with town.login(WANG_DASHAN) as visitor:
        home = await visitor.get("/")
        assert ("/pension" in [a.attrs["href"] for a in home.all("nav")[0].all("a")]) is shown
        assert ("我的养老金" in home.all("main")[0].text) is shown


# ------------------------------------------------------------------ the account


@pytest.mark.rule("R-269")
async def test_who_has_no_account_is_told_what_to_do_and_whether_a_bank_was_asked(town: Town) -> None:
    person_id = await decided()
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "还没有可以用的发放账户" not in visitor.words
        await engine.execute("update payment_account set state = 'rejected', state_reason = '户名不是本人'")
        await visitor.get("/pension")
        assert "银行核对没有通过：户名不是本人" in visitor.words
        await benefits.clear_account(COUNTY, person_id, "户名写错了", LIN_JING, FRIDAY)
        await visitor.get("/pension")
        assert "没有账户，养老金发不出来" in visitor.words
        await cards.add_bank(COUNTY, "NH", "农商银行", LIN_JING, FRIDAY)
        await cards.ask(COUNTY, "benefit", f"{COUNTY}", None, "NH", "card", LIN_JING, FRIDAY)
        await visitor.get("/pension")
        assert "已经请农商银行给您开账户" in visitor.words


# ------------------------------------------------------------------ determined


@pytest.mark.rule("R-222", "R-225", "R-237", "R-430")
async def test_a_determination_is_shown_part_by_part_with_its_reckoning(town: Town) -> None:
    await decided()
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        for said in ("从2026年12月起，每个月", "239.23 元", "基础养老金中央财政143.00", "个人账户（个人缴费）66.23", "计发月数：139",
                     "账户储存额：9,206.25元", "计息月数：11个月", "约206.25元", "国发〔2014〕8号 六", "缴费年限15年", "尾号0018"):  # fmt: skip
            assert said.replace(" ", "") in visitor.words.replace(" ", ""), said
        assert "发过的" not in visitor.words
        assert "6228480402564890018" not in visitor.page.text
        sheet = words((await visitor.fetch("/pension/determination.pdf")).content)
        for said in (
            "许霜",
            XU_SHUANG.id_number,
            "每月合计大写：贰佰叁拾玖元贰角叁分",
            "以上标准我已经看过，同意",
            "夏雨",
            "农商银行",
            "9,206.25元",
        ):
            assert said in sheet, said
        sheet = words((await visitor.fetch("/pension/calculation.pdf")).content)
        for said in (
            "2011年6月",
            "9,206.25",
            "9,000.00",
            "206.25",
            "239.23",
            "143.00",
            "66.23",
            "普通参保人员",
            "账户储存额9,206.25元，计发月数139",
        ):
            assert said in sheet, said
        await visitor.get("/pension/other.pdf", 404)


@pytest.mark.rule("R-222", "R-517")
async def test_the_yes_needs_a_fresh_login_and_is_asked_once(town: Town) -> None:
    person_id = await decided()
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        town.now = FRIDAY + timedelta(minutes=11)
        await visitor.press("同意这个标准")
        assert visitor.url.startswith("/login")
        assert "fresh=1" in visitor.url
        found = await queries.benefit(COUNTY, person_id)
        assert found is not None
        assert found.state == "determined"
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        await visitor.press("同意这个标准")
        assert "已经确认，谢谢" in visitor.words
        assert "同意这个标准" not in visitor.words
        await visitor.post("/pension/confirm", {}, 422)
        assert "本人在网上确认" in words((await visitor.fetch("/pension/determination.pdf")).content)


@pytest.mark.rule("R-002")
async def test_a_weak_login_sees_no_pension_and_confirms_none(town: Town) -> None:
    await decided()
    async with town.login(XU_SHUANG, assurance=1) as visitor:
        await visitor.get("/pension")
        assert visitor.url.startswith("/login")
    async with town.login(XU_SHUANG, assurance=2) as visitor:
        await visitor.get("/pension")
        await visitor.press("同意这个标准")
        assert "level=3" in visitor.url


@pytest.mark.rule("R-240")
async def test_a_correction_is_shown_with_before_and_after_and_confirmed(town: Town) -> None:
    person_id = await confirmed()
    await redetermination.propose(COUNTY, person_id, 202612, 15, RIGHT, "2012年的缴费漏记了", LIN_JING, FRIDAY)
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "重新核定了" not in visitor.words
        await redetermination.decide(COUNTY, person_id, XIA_YU, FRIDAY, approves=True)
        await visitor.get("/pension")
        assert "每月240.23元，原来是239.23元" in visitor.words
        await visitor.press("同意这个标准")
        assert "240.23 元" in visitor.words
        sheet = words((await visitor.fetch("/pension/determination.pdf")).content)
        assert "2012年的缴费漏记了" in sheet
        assert "合计240.23" in sheet
        assert "9,345.25" in words((await visitor.fetch("/pension/calculation.pdf")).content)


# ------------------------------------------------------------------ every month


@pytest.mark.parametrize(
    ("at", "plan", "said"),
    [
        ("2026-11-20", None, "下一次在2026年12月25日前后发，发2026年12月的"),
        ("2026-12-25", None, "下一次在2026年12月25日前后发，发2026年12月的"),
        ("2026-12-26", None, "下一次在2027年1月25日前后发，发2027年1月的"),
        ("2026-12-20", "planned", "下一次在2026年12月25日发，发2026年12月的"),
        ("2026-12-28", "paid", "下一次在2027年1月25日前后发，发2027年1月的"),
        ("2026-12-28", "failed", "下一次在2027年1月25日前后发，发2027年1月的"),
    ],
)  # fmt: skip
async def test_when_the_next_comes(town: Town, at: str, plan: str | None, said: str) -> None:
    person_id = await confirmed()
    if plan:
        await paid(person_id, state=plan)
    town.now = day(at)
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert said in visitor.words, visitor.words[:600]


@pytest.mark.rule("R-266", "R-277")
async def test_every_month_says_what_was_paid_where_and_why_not(town: Town) -> None:
    person_id = await confirmed()
    await paid(person_id, 202612)
    await paid(person_id, 202701, "failed", "账户已经销户")
    await paid(person_id, 202702, "left_out", "有等待核实的暂停")
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        shown = visitor.words.replace(" ", "")
        for said in ("2026年12月239.23元已发放", "2026年12月25日到账", "农商银行尾号0018", "2027年1月239.23元没有发成", "原因：账户已经销户",
                     "2027年2月239.23元这个月没有发", "原因：有等待核实的暂停", "2026年12月当月养老金：239.23元"):  # fmt: skip
            assert said in shown, said


async def test_a_failed_payment_says_what_to_do_until_it_is_paid_again(town: Town) -> None:
    person_id = await confirmed()
    await paid(person_id, 202612, "failed", "账户已经销户")
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "请换一个本人的账户" in visitor.words
        await engine.execute(
            "insert into payment_transfer (county_code, plan_id, person_id, round, region_code, net_fen, state) select county_code,"
            " plan_id, person_id, 2, region_code, net_fen, 'sent' from payment_transfer"
        )
        await visitor.get("/pension")
        assert "请换一个本人的账户" not in visitor.words
        assert "第2次发" in visitor.words


async def test_who_is_not_in_the_approved_plan_waits_for_the_one_after(town: Town) -> None:
    person_id = await confirmed()
    await paid(person_id, state="planned")
    await engine.execute("update payment_transfer set person_id = person_id + 1")
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "下一次在2027年1月25日前后发，发2027年1月的" in visitor.words


async def test_a_draft_of_a_plan_is_nobodys_business_yet(town: Town) -> None:
    person_id = await confirmed()
    await paid(person_id, state="planned")
    await engine.execute("update payment_plan set state = 'draft'")
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "还没有发过" in visitor.words


@pytest.mark.rule("R-293", "R-300")
@pytest.mark.parametrize(
    ("reason", "state", "said", "next_said"),
    [
        ("not_certified", "confirmed", "从2027年1月起暂停发放：没有按时办资格确认", False),
        ("suspected_death", "proposed", "正在核实：可能已经去世", True),
    ],
)
async def test_a_suspension_says_why_and_what_to_do(
    town: Town, reason: str, state: str, said: str, next_said: bool
) -> None:
    await suspended(await confirmed(), state, reason)
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert said in visitor.words
        assert "协办员" in visitor.words
        assert ("下一次在" in visitor.words) is next_said


async def test_a_suspension_that_is_over_is_history_and_a_dismissed_one_is_nothing(town: Town) -> None:
    person_id = await confirmed()
    await suspended(person_id, "lifted", last_month=202702, lift_reason="已经做了资格确认", pays_arrears=True)
    await suspended(person_id, "dismissed", "suspected_death")
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "2027年1月到2027年2月：没有按时办资格确认。已经做了资格确认（已恢复，停发的补发）" in visitor.words
        assert "去世" not in visitor.words


@pytest.mark.rule("R-269")
async def test_without_an_account_it_is_asked_for(town: Town) -> None:
    person_id = await confirmed()
    await benefits.clear_account(COUNTY, person_id, "账号是别人的", LIN_JING, FRIDAY)
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        assert "请先填写" in visitor.words
        await visitor.follow("填写本人的账户")
        assert "更换养老金发放账户" in visitor.words


# ------------------------------------------------------------------ the village


@pytest.mark.rule("R-021", "R-222")
async def test_an_assistant_sees_and_prints_for_the_own_village_and_cannot_say_yes(town: Town) -> None:
    person_id = await decided()
    await town.appoint()
    async with town.login(make.CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}/people/{person_id}")
        await visitor.follow("打印核定表")
        assert "许霜的养老金已经核定" in visitor.words
        assert "同意这个标准" not in visitor.words
        assert (await visitor.fetch(f"{visitor.url}/determination.pdf")).status_code == 200
        await visitor.post("/pension/confirm", {}, 404)
    rows = await engine.fetch("select reason from audit_entry where action = 'person.opened' order by id")
    assert [row["reason"] for row in rows] == ["村协办员看养老金", "村协办员打印待遇核定表"]
    await engine.execute("update person set region_code = '439901020201'")
    async with town.login(make.CHEN_CHUNSHENG) as visitor:
        await visitor.get(f"/village/{VILLAGE}/people/{person_id}/pension", 404)
        await visitor.get(f"/village/{VILLAGE}/people/{person_id}/pension/determination.pdf", 404)


# ------------------------------------------------------------------ another account, a doubt


@pytest.mark.rule("R-276", "R-277", "R-517")
async def test_another_account_is_asked_for_with_a_fresh_login_and_shown_by_its_end(town: Town) -> None:
    person_id = await confirmed()
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get("/pension")
        await visitor.follow("换一个账户")
        await visitor.press("开始填写")
        await visitor.press(
            "保存并继续", {"account_kind": "card", "bank": "邮储银行", "bank_account": "6217"}, status=422
        )
        await visitor.press(
            "保存并继续", {"account_kind": "card", "bank": "邮储银行", "bank_account": "6217 9955 0000 1234 567"}
        )
        town.now = FRIDAY + timedelta(minutes=11)
        await visitor.press("没有错，提交")
        assert "fresh=1" in visitor.url
        case_id = await engine.fetchval("select id from service_case where item = 'bank_account_change'")
    async with town.login(XU_SHUANG) as visitor:
        await visitor.get(f"/drafts/{case_id}/check")
        await visitor.press("没有错，提交")
        await visitor.get("/pension")
        assert "尾号4567" in visitor.words
        assert "等银行核对户名" in visitor.words
    kept = await queries.payment_account(COUNTY, person_id)
    assert kept is not None
    assert (kept.tail, kept.state) == ("4567", "unverified")


@pytest.mark.rule("R-239")
async def test_a_doubt_about_the_standard_becomes_a_case_with_a_day_to_come(town: Town) -> None:
    await decided()
    async with town.login(XU_SHUANG, assurance=2) as visitor:
        await visitor.get("/pension")
        await visitor.follow("觉得算得不对")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"wrong": "years", "what": "2010年缴过一年没有算"})
        await visitor.press("保存并继续", {"place": "county", "day": "20261123"})
        await visitor.press("没有错，提交")
    assert await engine.fetchval("select status from service_case where item = 'benefit_dispute'") == "submitted"
