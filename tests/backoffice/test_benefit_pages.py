"""The pension of a person as the office sees it: who has not said yes, the yes at the counter, the account, the correction."""

from datetime import timedelta
from typing import Any

import pytest

from db import engine
from db.queries import benefits as queries
from db.queries import pension
from domain import benefits, redetermination
from domain.actor import Post
from tests import make
from tests.backoffice.office import Desk, Office
from tests.backoffice.test_account_page import audited, words
from tests.items.claiming import LIN_JING, XU_SHUANG
from tests.items.test_benefit_claim import decided
from tests.items.test_benefit_dispute import RIGHT
from tests.make import COUNTY, FRIDAY
from tests.portal.test_pension import paid, suspended


async def hired(office: Office, name: str) -> int:
    return await office.hire(name, Post.COUNTY_BENEFIT)


def forms(page: Any) -> list[str]:
    return [form.attrs["action"] for form in page.all("main")[0].all("form")]


@pytest.mark.rule("R-222")
async def test_who_has_not_said_yes_is_listed_with_the_days(office: Office) -> None:
    zhao_min = await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")
    async with office.at_desk(zhao_min) as clerk:
        assert "都确认了" in (await clerk.get("/benefits")).text
    person_id = await decided()
    office.now = FRIDAY + timedelta(days=6)
    async with office.at_desk(zhao_min) as clerk:
        await still_to_say_yes(clerk, person_id)


async def still_to_say_yes(clerk: Desk, person_id: int) -> None:
    shown = await clerk.get("/benefits")
    row = next(row.text for row in shown.all("tr") if "许霜" in row.text)
    for said in ("柳湾镇", "239.23", "2026年12月", "6天"):
        assert said in row, row
    assert "重新核定" not in row
    await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)
    assert "都确认了" in (await clerk.get("/benefits")).text
    await redetermination.propose(COUNTY, person_id, 202612, 15, RIGHT, "2012年的缴费漏记了", LIN_JING, FRIDAY)
    assert "都确认了" in (await clerk.get("/benefits")).text
    await redetermination.decide(COUNTY, person_id, make.staff("夏雨", Post.COUNTY_BENEFIT), FRIDAY, approves=True)
    row = next(row.text for row in (await clerk.get("/benefits")).all("tr") if "许霜" in row.text)
    assert "重新核定" in row


@pytest.mark.rule("R-021")
async def test_another_township_and_finance_see_no_pension(office: Office) -> None:
    person_id = await decided()
    base = f"/people/{person_id}/benefit"
    async with office.at_desk(await office.hire("吴桐", Post.TOWNSHIP_CLERK, region="43990102")) as other:
        assert "都确认了" in (await other.get("/benefits")).text
        await other.get(base, 404)
        await other.get(f"{base}/determination.pdf", 404)
        await other.post(f"{base}/confirm", 404, how="paper")
    async with office.at_desk(await office.hire("会计", Post.ACCOUNTANT)) as accountant:
        await accountant.get("/benefits", 403)
        await accountant.get(base, 403)
        await accountant.post(f"{base}/confirm", 403, how="paper")
    found = await queries.benefit(COUNTY, person_id)
    assert found is not None
    assert found.state == "determined"


@pytest.mark.rule("R-237", "R-277", "R-021")
async def test_the_page_shows_standard_reckoning_account_stops_and_payments_and_is_logged(clerk: Desk) -> None:
    person_id = await decided()
    await benefits.confirm(COUNTY, person_id, "portal", make.resident(XU_SHUANG), FRIDAY)
    await paid(person_id, 202612, "failed", "账户已经销户")
    await suspended(person_id)
    file = await clerk.get(f"/people/{person_id}")
    assert f"/people/{person_id}/benefit" in [a.attrs["href"] for a in file.all("a")]
    shown = await clerk.get(f"/people/{person_id}/benefit")
    for said in ("143.00", "中央财政", "计发月数：139", "计息月数：11个月", "首次核定", "本人在网上确认", "尾号0018", "等银行核对户名",
                 "没有发成", "账户已经销户", "从2027年1月起暂停发放", "暂停发放"):  # fmt: skip
        assert said in shown.text, said
    assert "6228480402564890018" not in shown.text
    assert forms(shown) == []  # a township neither corrects nor clears, and there is nothing to confirm
    answer = await clerk.client.get(f"/people/{person_id}/benefit/calculation.pdf")
    assert "9,206.25" in words(answer.content)
    await clerk.get(f"/people/{person_id}/benefit/x.pdf", 404)
    looks = [why for who, what, why in await audited() if (who, what) == ("赵敏", "person.opened")]
    assert looks == ["查询", "查看养老金", "窗口打印待遇核定表", "窗口打印待遇核定表"]


async def test_who_draws_nothing_has_no_page(clerk: Desk) -> None:
    person_id = await make.participant()
    assert "养老金" not in str([h.text for h in (await clerk.get(f"/people/{person_id}")).all("h2")])
    await clerk.get(f"/people/{person_id}/benefit", 404)
    await clerk.post(f"/people/{person_id}/benefit/confirm", 404, how="paper")


@pytest.mark.rule("R-222")
@pytest.mark.parametrize("how", ["counter", "paper"])
async def test_the_yes_is_taken_at_the_counter_or_on_paper(clerk: Desk, how: str) -> None:
    person_id = await decided()
    base = f"/people/{person_id}/benefit"
    for wrong in ("", "portal"):
        assert "请选择本人是怎样确认的" in (await clerk.post(f"{base}/confirm", 422, how=wrong)).text
    await clerk.post(f"{base}/confirm", how=how)
    found = await queries.benefit(COUNTY, person_id)
    assert found is not None
    assert (found.state, found.confirmed_how, found.confirmed_by_name) == ("confirmed", how, "赵敏")
    assert "已经确认过" in (await clerk.post(f"{base}/confirm", 422, how=how)).text
    assert "赵敏办理" in words((await clerk.client.get(f"{base}/determination.pdf")).content)


@pytest.mark.rule("R-222")
async def test_an_enrollment_post_confirms_for_nobody(reviewer: Desk) -> None:
    person_id = await decided()
    assert forms(await reviewer.get(f"/people/{person_id}/benefit")) == []
    await reviewer.post(f"/people/{person_id}/benefit/confirm", 403, how="paper")


@pytest.mark.rule("R-269")
async def test_the_benefit_desk_clears_an_account_with_a_reason_and_types_none_in(office: Office) -> None:
    person_id = await decided()
    base = f"/people/{person_id}/benefit"
    async with office.at_desk(await hired(office, "林静")) as desk:
        fields = [i.attrs["name"] for i in (await desk.get(base)).all("input") if i.attrs.get("type") == "text"]
        assert not [name for name in fields if "account" in name]
        assert "请写明为什么清除" in (await desk.post(f"{base}/account", 422, why="错")).text
        await desk.post(f"{base}/account", why="账号是别人的")
        assert "没有账户" in (await desk.get(base)).text
        await desk.post(f"{base}/account", 404, why="账号是别人的")
    async with office.at_desk(await office.hire("赵敏", Post.TOWNSHIP_CLERK, region="43990101")) as clerk:
        await clerk.post(f"{base}/account", 403, why="账号是别人的")


@pytest.mark.rule("R-240")
async def test_one_of_the_benefit_desk_corrects_and_another_approves(office: Office) -> None:
    person_id = await decided()
    base = f"/people/{person_id}/benefit"
    right = {"month": "202612", "years": "15", "personal": "9345.25", "reason": "2012年的缴费漏记了"}
    async with (
        office.at_desk(await hired(office, "林静")) as maker,
        office.at_desk(await hired(office, "夏雨")) as checker,
    ):
        page = await maker.get(base)
        typed = {
            i.attrs["name"]: i.attrs["value"]
            for i in page.all("input")
            if i.attrs["name"] in ("month", "years", "personal")
        }
        assert typed == {"month": "202612", "years": "15", "personal": "9,206.25"}
        for change, said in (({"personal": "很多"}, "请填写金额"), ({"years": ""}, "请填写缴费年限"), ({"month": ""}, "从哪个月起有误"),
                             ({"reason": ""}, "请写明哪里有误"), ({"personal": "9,206.25"}, "和现在的标准一样")):  # fmt: skip
            refused = await maker.post(f"{base}/correction", 422, **right | change)
            assert said in refused.text
        await maker.post(f"{base}/correction", **right)
        assert f"{base}/correction/approve" not in forms(await maker.get(base))
        assert "不能是同一个人" in (await maker.post(f"{base}/correction/approve", 422)).text
        shown = await checker.get(base)
        assert "240.23" in shown.text
        await checker.post(f"{base}/correction/approve")
        assert "等本人确认" in (await checker.get(base)).text
        await checker.post(f"{base}/correction/approve", 404)
        await checker.post(f"{base}/correction/else", 404)
        await checker.post(f"{base}/confirm", how="counter")
        shown = await checker.get(base)
        assert "重新核定：2012年的缴费漏记了" in shown.text
        assert "原来的标准：239.23元" in shown.text
    assert await engine.fetchval("select state from benefit_redetermination") == "confirmed"
    (found,) = await pension.redeterminations(COUNTY, person_id)
    assert found.confirmed_by_name == "夏雨"


@pytest.mark.rule("R-269")
@pytest.mark.parametrize(("profile", "offered"), [("national", True), ("hunan", False)])
async def test_the_counter_offers_a_new_account_only_where_it_may_type_one_in(
    clerk: Desk, owner: Any, profile: str, offered: bool
) -> None:
    person_id = await decided()
    await owner.execute("update county set profile = $1", profile)
    shown = await clerk.get(f"/people/{person_id}")
    assert ("/counter/bank_account_change" in forms(shown)) is offered
    if not offered:
        assert "窗口不能代填" in (await clerk.post("/counter/bank_account_change", 422, person_id=f"{person_id}")).text


@pytest.mark.rule("R-277")
async def test_the_page_of_a_claim_hides_the_middle_of_the_account(clerk: Desk) -> None:
    await decided()
    shown = await clerk.get(f"/cases/{await engine.fetchval('select id from service_case')}")
    assert "622************0018" in shown.text
    assert "6228480402564890018" not in shown.text
