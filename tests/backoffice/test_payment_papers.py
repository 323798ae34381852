"""The sheets of a payment month, from the plan's page to the words on paper."""

import re

import pypdfium2
import pytest

from domain import payments
from domain.actor import Post
from tests.backoffice.office import Desk, Office
from tests.items.claiming import LIN_JING
from tests.make import COUNTY, FENG_YUAN, OTHER_GROUP
from tests.payments import month as way
from tests.runs.conftest import REVIEWER


async def words(desk: Desk, url: str) -> list[str]:
    """Page by page, without blanks."""
    answer = await desk.client.get(url)
    assert answer.headers["content-type"] == "application/pdf"
    return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(answer.content)]


@pytest.mark.rule("R-251")
async def test_the_sheets_say_who_signed_and_what_the_banks_paid(office: Office) -> None:
    await way.draws(1, first=202611)
    failing = await way.draws(2, region=OTHER_GROUP)
    plan_id = await way.planned()
    url = f"/payments/{plan_id}"
    async with office.at_desk(await office.hire("贺清", Post.FINANCE_SUPERVISOR)) as desk:
        assert (await desk.client.get(f"{url}/summary.pdf")).status_code == 404
        assert "summary.pdf" not in (await desk.client.get(url)).text
        (approval,) = await words(desk, f"{url}/approval.pdf")
        for name in (LIN_JING.name, REVIEWER.name, FENG_YUAN.name):
            assert name in approval
        # the month of two people, and one's month before it as arrears
        assert "合计2627.69286.00286.00———132.46209.23" in approval
        for file_id in await way.sent(plan_id):
            await way.returned(file_id, {failing: "账户已冻结"})
        await payments.void(COUNTY, plan_id, failing, "联系不上", LIN_JING, way.AT)
        assert "summary.pdf" in (await desk.client.get(url)).text
        first, second = await words(desk, f"{url}/summary.pdf")
        assert "第一联" in first
        assert "第二联" in second
        for copy in (first, second):
            assert "基础养老金（中央）286.00" in copy
            assert "个人账户养老金132.46" in copy
            assert "农商银行11418.46" in copy
            assert "肆佰壹拾捌元肆角陆分" in copy
    async with office.at_desk(await office.hire("待遇", Post.COUNTY_ACCOUNT)) as desk:
        assert (await desk.client.get(f"{url}/approval.pdf")).status_code == 403
