"""制度衔接 as an application."""

from typing import Any

import msgspec
import pytest

from domain.case import flow
from domain.errors import Refused
from domain.items.scheme_linkage import SchemeLinkage
from tests import make
from tests.agency.pensioner import drawing
from tests.linkage.ways import ANSWERS, TO_EMPLOYEE, account, approved, filed
from tests.make import COUNTY, HE_JING, WANG_DASHAN, ZHAO_MIN

pytestmark = pytest.mark.usefixtures("db")


async def findings(**changes: Any) -> list[str]:
    case_id = await filed(**changes)
    _, looked = await flow.look(COUNTY, case_id, ZHAO_MIN, make.FRIDAY)
    return [each.code for each in looked.findings]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"direction": "x"}, "往哪边转"),
        (TO_EMPLOYEE | {"letter_no": " "}, "联系函"),
        ({"letter_no": "1号"}, "不用填"),
        ({"employee_months": 0}, "employee_months"),
    ],
)
def test_what_cannot_be_right_is_said_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(ANSWERS | changes, SchemeLinkage, strict=False)


@pytest.mark.rule("R-397", "R-398", "R-399")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"employee_months": 180}, ["enough-years"]),
        (TO_EMPLOYEE, []),
        (TO_EMPLOYEE | {"employee_months": 179, "retired_on": "2026-11-21"}, ["too-young", "too-few-years"]),
        ({"payee": "别人"}, ["payee"]),
    ],
)
async def test_age_and_years_there_say_which_way_is_open(changes: dict[str, Any], expected: list[str]) -> None:
    await account()
    assert await findings(**changes) == expected


@pytest.mark.rule("R-410")
async def test_who_draws_here_or_there_cannot_link() -> None:
    await account()
    await make.sources(employee_scheme={WANG_DASHAN: {"status": "receiving"}})
    assert await findings() == ["receiving"]


@pytest.mark.rule("R-410")
async def test_a_pensioner_of_ours_cannot_link() -> None:
    await drawing()
    await make.sources(employee_scheme={WANG_DASHAN: {"status": "insured"}})
    assert "receiving" in await findings()


async def test_one_linkage_at_a_time_and_a_clean_letter_needs_an_account() -> None:
    await account()
    await approved()
    assert await findings() == ["under-way"]


async def test_the_letter_does_not_go_out_before_the_account_is_named() -> None:
    await make.participant()
    await make.sources(employee_scheme={WANG_DASHAN: {"status": "insured"}})
    case_id = await filed()
    await make.approve(case_id, ZHAO_MIN)
    with pytest.raises(Refused, match="收入户"):
        await make.approve(case_id, HE_JING)
