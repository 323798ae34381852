"""Until when each step of a payment month is due, on its page and on the desks of those whose step it is."""

import pytest

from db import engine
from domain.actor import Post
from tests.backoffice.office import Office, day
from tests.payments import month as way


@pytest.mark.rule("R-243", "R-245")
async def test_a_step_shows_its_day_and_is_red_and_on_the_desk_once_it_has_passed(office: Office) -> None:
    await way.draws(1)
    plan_id = await way.planned()
    await engine.execute(
        "update payment_plan set state = 'requested', requested_on = '2026-12-10' where id = $1", plan_id
    )
    office.now = day("2026-12-10")
    accountant = await office.hire("会计", Post.ACCOUNTANT)
    async with office.at_desk(accountant) as desk:
        page = await desk.get(f"/payments/{plan_id}")
        assert "最晚2026年12月23日" in page.text
        assert "已经晚了" not in page.text
        assert "到支出户，最晚" not in (await desk.get("/finance")).text
    office.now = day("2026-12-24")
    async with office.at_desk(accountant) as desk:
        assert "最晚2026年12月23日，已经晚了" in (await desk.get(f"/payments/{plan_id}")).text
        for url in ("/finance", "/payments"):
            assert "到支出户，最晚2026年12月23日，已经晚了" in (await desk.get(url)).text
    benefits = await office.hire("林静", Post.COUNTY_BENEFIT)
    async with office.at_desk(benefits) as desk:
        assert "到支出户" not in (await desk.get("/inbox")).text
    office.now = day("2027-01-22")
    async with office.at_desk(benefits) as desk:
        assert "2027年1月的养老金" in (await desk.get("/inbox")).text
