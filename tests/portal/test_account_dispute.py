"""From a year of one's account to asking for a check of it, and a direct debit agreement, as a resident fills them in."""

import pytest

from db import engine
from tests import make
from tests.contributions.ways import booked, paid
from tests.items.test_direct_debit_agreement import CARD
from tests.make import LI_XIUYING, WANG_DASHAN
from tests.portal.town import Town


@pytest.mark.rule("R-199")
async def test_the_page_of_a_year_leads_to_a_form_that_knows_the_year(town: Town) -> None:
    await make.sources()
    await make.participant()
    await booked(paid(20000))
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/account/2026")
        await visitor.follow("申请核查")
        await visitor.press("开始填写")
        assert "2026" in [i.attrs.get("value") for i in visitor.page.all("input")]
        await visitor.press("保存并继续", {"wrong": "missing", "what": "5月在村里交了200元"})
        await visitor.press("保存并继续", {"place": "township", "day": "20261123"})
        await visitor.press("没有错，提交")
    row = await engine.fetchrow("select item, status, case_no is not null from service_case")
    assert row is not None
    assert tuple(row) == ("account_dispute", "submitted", True)


@pytest.mark.parametrize("asked", ["year=99999999999999999999", "year=x", "year=1", ""])
async def test_a_year_that_is_none_is_left_out(town: Town, asked: str) -> None:
    await make.participant(LI_XIUYING)
    async with town.login(LI_XIUYING) as visitor:
        await visitor.get(f"/apply/account_dispute?{asked}")
        await visitor.press("开始填写")
        assert [i.attrs.get("value", "") for i in visitor.page.all("input") if i.attrs.get("name") == "year"] == [""]


@pytest.mark.rule("R-116")
async def test_a_resident_signs_for_himself_and_his_wife(town: Town) -> None:
    await make.sources()
    await make.participant()
    await make.participant(LI_XIUYING)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/direct_debit_agreement")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"action": "sign"})
        await visitor.press("保存并继续", {"bank": "农商行", "bank_account": CARD[:-1] + "0"}, status=422)
        assert "银行卡号不对" in visitor.page.text
        await visitor.press("保存并继续", {"bank": "农商行", "bank_account": CARD})
        first = {"people.0.name": WANG_DASHAN.name, "people.0.id_number": WANG_DASHAN.id_number, "people.0.relation": "0",
                 "people.0.tier": "200"}  # fmt: skip
        await visitor.press("保存并继续", first | {"people.0.id_number": "439901197508201310"}, status=422)
        assert "身份证号码" in visitor.page.text
        await visitor.press("保存并继续", first)
        assert "没有错，提交" in visitor.page.text
