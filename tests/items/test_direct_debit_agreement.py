"""银行代扣缴费协议 (P-07)."""

from typing import Any

import pytest

from db import engine
from db.queries import agreements
from db.queries.agreements import Member
from domain.case import flow
from domain.case.status import Status
from domain.errors import Refused
from domain.items import direct_debit_agreement
from domain.items.direct_debit_agreement import check_account
from tests import make
from tests.make import COUNTY, FRIDAY, LI_XIUYING, WANG_DASHAN, Person

pytestmark = pytest.mark.usefixtures("county")
CARD = "6222020000000015"  # a good check digit
CLERK = make.staff("周会", make.Post.COUNTY_COLLECTION, staff_id=108)
ANSWERS = {"action": "sign", "bank": "农商行", "bank_account": CARD}


def on_list(person: Person, tier: str = "200", relation: str = "0") -> dict[str, str]:
    return {"name": person.name, "id_number": person.id_number, "relation": relation, "tier": tier}


BOTH = [on_list(WANG_DASHAN), on_list(LI_XIUYING, "500", "1")]


async def filed(people: list[dict[str, str]], payer: Person = WANG_DASHAN, **answers: Any) -> int:
    asked = {**ANSWERS, "people": people, **answers}
    return (await make.handed_in(direct_debit_agreement.ITEM, asked, payer)).case_id


async def done(people: list[dict[str, str]], payer: Person = WANG_DASHAN, **answers: Any) -> int:
    case_id = await filed(people, payer, **answers)
    assert await make.approve(case_id, CLERK) is Status.EFFECTED
    return case_id


async def codes(case_id: int) -> list[str]:
    _, looked = await flow.look(COUNTY, case_id, CLERK, FRIDAY)
    return [finding.code for finding in looked.findings]


async def members(payer: Person = WANG_DASHAN) -> list[Member]:
    agreement = await agreements.in_force(COUNTY, payer.index)
    return await agreements.members(COUNTY, agreement) if agreement else []


async def two_people() -> None:
    await make.participant()
    await make.participant(LI_XIUYING)


@pytest.mark.rule("R-116", "R-117")
async def test_an_agreement_has_a_payer_a_bank_and_people_in_an_order() -> None:
    await two_people()
    case_id = await done(BOTH)
    agreement = await agreements.of_case(COUNTY, case_id, WANG_DASHAN.index)
    assert agreement is not None
    assert (agreement.payer_name, agreement.bank, agreement.bank_account) == ("王大山", "农商行", CARD)
    assert agreement.number.startswith("DK-439901-2026-")
    assert agreement.checked_at is None  # the bank has to look at it first
    assert [(m.position, m.name, m.tier) for m in await members()] == [(1, "王大山", "200"), (2, "李秀英", "500")]


@pytest.mark.rule("R-116")
async def test_the_payer_is_on_the_list_only_if_he_puts_himself_there() -> None:
    await two_people()
    await done(BOTH[1:])
    assert [m.name for m in await members()] == ["李秀英"]


@pytest.mark.parametrize(
    ("change", "bars"),
    [({}, []), ({"name": "王小山"}, ["other-name"]), ({"tier": "201"}, ["no-tier"]),
     ({"name": "周小满", "id_number": make.ZHOU_XIAOMAN.id_number}, ["unknown"])],
)  # fmt: skip
async def test_everybody_on_the_list_is_a_contributor_of_this_county(change: dict[str, str], bars: list[str]) -> None:
    await make.participant()
    assert await codes(await filed([on_list(WANG_DASHAN) | change])) == bars


async def test_who_does_not_pay_any_more_is_not_put_on_a_list() -> None:
    await make.participant()
    case_id = await filed([on_list(WANG_DASHAN)])
    await engine.execute("update participation set contribution_status = 3")
    assert await codes(case_id) == ["not-contributing"]
    with pytest.raises(Refused):
        await make.approve(case_id, CLERK)


async def test_nobody_is_on_two_agreements() -> None:
    await two_people()
    await done(BOTH)
    assert await codes(await filed([on_list(LI_XIUYING)], LI_XIUYING)) == ["on-another"]


@pytest.mark.rule("R-119")
async def test_a_new_agreement_takes_the_place_of_the_old_one() -> None:
    await two_people()
    await done(BOTH[:1])
    await done(BOTH, bank_account="81090000000012345")
    rows = await engine.fetch("select ended_on, end_reason from debit_agreement order by id")
    assert [tuple(row) for row in rows] == [(FRIDAY.date(), "replaced"), (None, "")]
    assert [m.name for m in await members()] == ["王大山", "李秀英"]


@pytest.mark.rule("R-119")
async def test_an_amendment_changes_tiers_and_takes_people_off() -> None:
    await two_people()
    await done(BOTH)
    await done([on_list(WANG_DASHAN, "300")], action="amend")
    assert [(m.name, m.tier) for m in await members()] == [("王大山", "300")]
    ended = await engine.fetch("select tier, end_reason from debit_member where until_on is not null order by id")
    assert [tuple(row) for row in ended] == [("200", "amended"), ("500", "removed")]


@pytest.mark.rule("R-119")
@pytest.mark.parametrize(
    ("people", "account", "bars"),
    [(1, CARD, []), (2, CARD, ["more-people"]), (1, "81090000000012345", ["new-account"])],
)
async def test_another_account_or_more_people_need_a_new_agreement(people: int, account: str, bars: list[str]) -> None:
    await two_people()
    await done(BOTH[:1])
    assert await codes(await filed(BOTH[:people], action="amend", bank_account=account)) == bars


@pytest.mark.parametrize("action", ["amend", "end"])
async def test_where_nothing_is_agreed_nothing_is_amended_or_ended(action: str) -> None:
    await make.participant()
    assert await codes(await filed(BOTH[:1], action=action)) == ["no-agreement"]


async def test_the_payer_ends_it_when_he_likes() -> None:
    await two_people()
    await done(BOTH)
    await done([], action="end", bank="", bank_account="")
    assert await members() == []
    assert await engine.fetchval("select count(*) from debit_member where until_on is null") == 0


async def test_a_bank_we_have_no_account_with_is_named_with_those_there_are() -> None:
    await make.participant()
    await engine.execute(
        "insert into agency_bank_account (county_code, kind, bank, account_name, account_no, from_on)"
        " values ($1, 'income_account', '农商行', '青禾县社保中心', '1', '2020-01-01')", COUNTY)  # fmt: skip
    assert await codes(await filed(BOTH[:1])) == []
    await make.participant(LI_XIUYING)
    assert await codes(await filed([on_list(LI_XIUYING)], LI_XIUYING, bank="远方银行")) == ["no-such-bank"]


@pytest.mark.parametrize(
    ("number", "good"),
    [(CARD, True), ("6222 0200 0000 0015", True), ("6222020000000016", False), ("81090000000012345", True), ("12", False)],
)  # fmt: skip
def test_a_card_number_has_a_check_digit_and_a_passbook_has_none(number: str, good: bool) -> None:
    assert (check_account(number) is None) == good


@pytest.mark.parametrize(
    "change",
    [{"people": []}, {"bank_account": "6222020000000016"}, {"bank": ""}, {"action": "x"}, {"people": [BOTH[0], BOTH[0]]}],
)  # fmt: skip
async def test_a_form_with_a_gap_is_not_handed_in(change: dict[str, Any]) -> None:
    await make.participant()
    with pytest.raises(Refused):
        await make.handed_in(direct_debit_agreement.ITEM, {**ANSWERS, "people": BOTH[:1], **change}, WANG_DASHAN)


@pytest.mark.rule("R-119")
async def test_a_form_begins_with_what_is_agreed_on() -> None:
    await two_people()
    await done(BOTH)
    known = await direct_debit_agreement.prefill(await make.subject(WANG_DASHAN))
    assert known["action"] == "amend"
    assert [row["tier"] for row in known["people"]] == ["200", "500"]
