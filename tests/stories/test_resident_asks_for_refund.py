"""A participant who worked in a factory for some months gets that part of the year's contribution back."""

import pytest

from db import engine
from tests import make
from tests.contributions.ways import CHECKER, booked, paid
from tests.make import WANG_DASHAN, ZHAO_MIN
from tests.portal.town import Town


@pytest.mark.rule("R-170", "R-173")
async def test_months_of_the_employee_scheme_are_asked_for_and_paid_back(town: Town) -> None:
    await make.sources(
        household_register=make.household(WANG_DASHAN),
        employee_scheme={WANG_DASHAN: {"status": "insured", "unit": "青禾机械厂", "since": "2026-01-01"}},
    )
    await make.participant(WANG_DASHAN)
    await booked(paid(100000))
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/contribution_refund")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"reason": "overlap", "year": "2026"})
        assert visitor.heading == "退哪些钱"
        await visitor.press("保存并继续", {"from_month": "1", "to_month": "5"})
        assert "只能退到本人的银行账户" in visitor.words
        assert visitor.filled(visitor.button("保存并继续")[0])["payee"] == ["王大山"]
        await visitor.press("保存并继续", {"bank": "农商行", "bank_account": "12"}, status=422)
        assert "8到32位" in visitor.words
        await visitor.press("保存并继续", {"bank": "农商行", "bank_account": "6222 0212 3456 7890"})
        await visitor.press("没有错，提交")
        case_id = await engine.fetchval("select max(id) from service_case")
        await make.approve(case_id, ZHAO_MIN)
        await make.approve(case_id, CHECKER)
        await visitor.get("/account")
        assert "583.33" in visitor.words


async def test_a_form_without_the_months_is_not_handed_in(town: Town) -> None:
    await make.participant(WANG_DASHAN)
    async with town.login(WANG_DASHAN) as visitor:
        await visitor.get("/apply/contribution_refund")
        await visitor.press("开始填写")
        await visitor.press("保存并继续", {"reason": "overlap", "year": "2026"})
        await visitor.press("保存并继续")
        await visitor.press("保存并继续", {"bank": "农商行", "bank_account": "6222021234567890"})
        assert "从几月到几月" in visitor.words
