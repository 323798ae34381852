"""关系转出: opened by a letter alone, two people, its limit by the place (规程第四十三条; 湖南省经办工作流程九)."""

from datetime import date

import pytest

from db import engine
from domain.actor import ActorKind
from domain.case import flow
from domain.errors import Refused
from domain.items import transfer_out
from tests import make
from tests.make import FRIDAY, WANG_DASHAN
from tests.transfers.two_counties import asked, contributor, delivered, let_go, neighbour

pytestmark = pytest.mark.usefixtures("county")


async def test_nobody_applies_for_it() -> None:
    await make.participant()
    assert transfer_out.ITEM.applicants == {ActorKind.SYSTEM}
    for actor in (make.resident(WANG_DASHAN), make.HE_JING, make.assistant()):
        with pytest.raises(Refused):
            await flow.start(transfer_out.ITEM, await make.subject(WANG_DASHAN), actor, "national", FRIDAY)


@pytest.mark.rule("R-379")
async def test_the_letter_opens_it_and_the_person_is_told() -> None:
    await neighbour()
    await contributor()
    await asked()
    await delivered()
    row = await engine.fetchrow("select status, limit_days, due_on, filer_kind from service_case where item = 'transfer_out'")
    assert row is not None
    assert tuple(row) == ("submitted", 15, date(2026, 12, 11), "system")
    assert await engine.fetchval("select count(*) from message where county_code = $1 and recipient_index = $2", make.COUNTY, WANG_DASHAN.index) > 0


@pytest.mark.rule("R-376")
async def test_the_sheet_shown_to_the_signer_is_what_is_booked() -> None:
    await neighbour()
    await contributor()
    there = await asked()
    await delivered()
    case_id = await engine.fetchval("select id from service_case where item = 'transfer_out'")
    _, looked = await flow.look(make.COUNTY, case_id, make.HE_JING, FRIDAY)
    shown = {line.title: line.declared for line in looked.comparisons}
    out = await let_go(there.number)
    assert out.total_fen is not None
    assert shown["转出金额"] == f"{out.total_fen // 100:,}.{out.total_fen % 100:02d}元"
    assert shown["缴费年限"] == "6年"
