"""Lists of special groups, who is missing from them, and government paying everything."""

from datetime import date, datetime
from io import BytesIO

import pytest
from python_calamine import load_workbook

from db import engine
from domain import contributions, finance
from domain.agency import batch_import, special_groups, zero_contribution
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from domain.exchange import workbook
from domain.finance import Slip
from tests import make
from tests.conftest import Database
from tests.contributions.ways import (
    AT,
    CASHIER,
    CHECKER,
    approved,
    due,
    identity,
    lines,
    paid,
    special_rule,
    taken,
    year_of,
)
from tests.make import CHINA, COUNTY, LI_XIUYING, SHI_QIAO_CLERK, SUN_LI, WANG_DASHAN, WORKER, ZHAO_MIN, Person

DAY = AT.date()
FULLY = {"personal": "0", "province": "10", "city": "10", "county": "10", "government_paid": "200"}
HALF = FULLY | {"personal": "100", "government_paid": "100"}
GOOD = (WANG_DASHAN.name, WANG_DASHAN.id_number, "061", "2026-01-01", "")


@pytest.fixture
async def wang(db: Database) -> int:
    await special_rule("061", "20", "200", **HALF)
    await special_rule("031", "20", "200", **FULLY)
    return await make.participant()


def sheet(*rows: tuple[str, ...]) -> bytes:
    return workbook.write([("名单", [(*special_groups.COLUMNS, special_groups.UNTIL), *rows])])


async def brought(
    *rows: tuple[str, ...], source: str = "civil_affairs", full: bool = False, **more: object
) -> special_groups.Imported:
    given = {"by": SUN_LI, "at": AT, "list_no": "青民〔2026〕1号"} | more
    return await special_groups.import_list(COUNTY, source, file=sheet(*rows), full=full, **given)  # type: ignore[arg-type]


async def held() -> list[str]:
    found: list[str] = await engine.fetchval("select categories from participation order by person_id limit 1")
    return found


async def spells() -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for row in await engine.fetch(
            "select category, from_on, until_on, missing_from from category_spell order by id"
        )
    ]


@pytest.mark.rule("R-136", "R-137")
async def test_a_list_becomes_spells_and_a_second_time_changes_nothing(wang: int) -> None:
    first = await brought(GOOD)
    assert (first.added, first.known, first.left_out) == (1, 0, [])
    assert await held() == ["061"]
    second = await brought((*GOOD[:2], "低保对象（一级）", "2026-02-01", ""))
    assert (second.added, second.known) == (0, 1)
    assert await spells() == [("061", date(2026, 1, 1), None, "")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("王小山", GOOD[1], "031", *GOOD[3:]), "姓名和参保登记的不一致"), ((LI_XIUYING.name, LI_XIUYING.id_number, *GOOD[2:]), "没有查到"),
        ((*GOOD[:2], "011", *GOOD[3:]), "没有“011”这种身份类别"), ((*GOOD[:3], "今年", ""), "不是日期"),
        ((*GOOD[:4], "2025-12-31"), "早于开始日期"), ((GOOD[0], "123", *GOOD[2:]), "应当是18位"), (GOOD, "和第2行是同一个人"),
        ((*GOOD[:2], "021", *GOOD[3:]), "还没有“残疾人（一级）”这种户口的征缴规则"),
    ],
)  # fmt: skip
@pytest.mark.rule("R-131")
async def test_a_line_that_cannot_be_used_is_told_and_does_not_keep_the_others(
    wang: int, row: tuple[str, ...], why: str
) -> None:
    found = await brought(GOOD, row)
    assert (found.added, found.left_out_count) == (1, 1)
    assert found.left_out[0].message.startswith("第3行：")
    assert why in found.left_out[0].message


async def test_a_list_without_a_usable_line_is_refused(wang: int) -> None:
    with pytest.raises(Refused, match="没有一行可以使用"):
        await brought(("王小山", "1", *GOOD[2:]))
    with pytest.raises(Refused, match="名单的文号"):
        await brought(GOOD, list_no=" ")
    with pytest.raises(Refused, match="哪个部门"):
        await brought(GOOD, source="tax")
    with pytest.raises(Refused, match="没有这个岗位"):
        await brought(GOOD, by=ZHAO_MIN)


async def test_an_end_in_a_newer_list_ends_the_spell_and_a_later_begin_opens_another(wang: int) -> None:
    await brought(GOOD)
    assert (await brought((*GOOD[:4], "2026-06-30"))).ended == 1
    assert await spells() == [("061", date(2026, 1, 1), date(2026, 6, 30), "")]
    assert await held() == ["011"]
    early = await brought(GOOD, ("x", "y", "", "", ""), (*GOOD[:2], "031", "2026-01-01", ""))
    assert "开始日期要晚于" in early.left_out[0].message
    assert (await brought((*GOOD[:3], "2026-07-01", ""))).added == 1


@pytest.mark.rule("R-136")
async def test_who_is_missing_from_a_full_list_stays_until_a_person_decides(wang: int) -> None:
    other = Person("周福", make.id_number(date(1970, 5, 5), 171), 9)
    await make.participant(other)
    await brought(GOOD, (other.name, other.id_number, "061", "2026-01-01", ""))
    assert (
        await brought((other.name, other.id_number, "061", "2026-01-01", ""), full=True, list_no="二号")
    ).missing == 1
    assert [spell[3] for spell in await spells()] == ["二号", ""]
    assert await held() == ["061"]
    assert (
        await brought((other.name, other.id_number, "061", "2026-01-01", ""), full=True, source="health")
    ).missing == 0
    assert (await brought(GOOD, full=True, list_no="三号")).missing == 1
    assert [spell[3] for spell in await spells()] == ["", "三号"]
    (_, spell) = [row["id"] for row in await engine.fetch("select id from category_spell order by id")]
    await special_groups.keep(COUNTY, spell, SUN_LI, AT)
    assert [each[3] for each in await spells()] == ["", ""]


@pytest.mark.rule("R-125", "R-137")
@pytest.mark.parametrize(("until", "good"), [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True)])
async def test_an_ending_lies_within_the_spell_and_has_a_reason(wang: int, until: str, good: bool) -> None:
    await brought(GOOD)
    spell = await engine.fetchval("select id from category_spell")
    with pytest.raises(Refused, match="为什么"):
        await special_groups.end(COUNTY, spell, date.fromisoformat(until), " ", SUN_LI, AT)
    if good:
        await special_groups.end(COUNTY, spell, date.fromisoformat(until), "脱贫", SUN_LI, AT)
        with pytest.raises(Refused, match="有效期"):
            await special_groups.end(COUNTY, spell, date.fromisoformat(until), "再来", SUN_LI, AT)
    else:
        with pytest.raises(Refused, match="有效期"):
            await special_groups.end(COUNTY, spell, date.fromisoformat(until), "脱贫", SUN_LI, AT)


@pytest.mark.rule("R-137")
@pytest.mark.parametrize(("on", "category"), [(date(2027, 3, 31), "061"), (date(2027, 4, 1), "011")])
async def test_an_identity_that_runs_out_is_left_by_itself(wang: int, on: date, category: str) -> None:
    await brought((*GOOD[:4], "2027-03-31"))
    await special_groups.follow(COUNTY, on)
    assert await held() == [category]


async def test_the_register_is_a_sheet(wang: int) -> None:

    await brought(GOOD)
    rows = (
        load_workbook(BytesIO(await special_groups.register(COUNTY, "4399010102", "", DAY)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[1][1] == WANG_DASHAN.name
    assert "东坪村" in str(rows[1][0])
    rows = (
        load_workbook(BytesIO(await special_groups.register(COUNTY, "43990102", "", DAY)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert len(rows) == 1


# ------------------------------------------------------------------ government pays everything


async def agreed(person_id: int) -> None:
    await zero_contribution.record_consent(COUNTY, person_id, 2026, DAY, "paper", ZHAO_MIN, AT)


async def through(document: int) -> None:
    await batch_import.declare(COUNTY, document, ZHAO_MIN, AT)
    await batch_import.approve(COUNTY, document, CHECKER, AT)
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1


@pytest.mark.rule("R-128", "R-129", "R-133", "R-101")
async def test_who_agreed_is_paid_for_without_a_fen_of_his_own(wang: int) -> None:
    await identity("031", date(2026, 1, 1))
    with pytest.raises(Refused, match="没有已经同意"):
        await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)
    await agreed(wang)
    document = await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)
    with pytest.raises(Refused, match="没有已经同意"):  # already on a list that is on its way
        await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)
    await through(document)
    year = await year_of()
    assert (year["category"], year["tier"], year["personal_fen"], year["counts"], year["channel"]) == (
        "031", "200", 0, True, "government",
    )  # fmt: skip
    assert await due() == [(2026, 1000, 1000, 1000, 20000)]
    assert await engine.fetchval("select count(*) from ledger_entry") == 0
    assert await engine.fetchval("select count(*) from voucher") == 0
    with pytest.raises(Refused, match="没有已经同意"):
        await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)


@pytest.mark.rule("R-129")
async def test_who_has_to_pay_a_part_is_not_on_the_list(wang: int) -> None:
    await identity("061", date(2026, 1, 1))
    await agreed(wang)
    with pytest.raises(Refused, match="没有已经同意"):
        await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)


@pytest.mark.rule("R-124", "R-129")
async def test_an_identity_that_costs_more_of_government_but_something_of_the_person_goes_first(wang: int) -> None:
    await special_rule("021", "20", "500", **HALF | {"personal": "250", "government_paid": "250"})
    await identity("031", date(2026, 1, 1))
    await identity("021", date(2026, 1, 1))
    await agreed(wang)
    assert await lines(await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)) == [("bad", "not-covered")]


@pytest.mark.rule("R-124")
async def test_government_pays_once_a_year(wang: int) -> None:
    await identity("031", date(2026, 1, 1))
    await agreed(wang)
    first = await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)
    await engine.execute("update fund_document set state = 'cancelled' where id = $1", first)
    second = await zero_contribution.declare(COUNTY, ZHAO_MIN, AT)
    await engine.execute("update fund_document set state = 'draft' where id = $1", first)
    await through(second)
    await through(first)
    assert await lines(first) == [("bad", "paid")]
    assert await due() == [(2026, 1000, 1000, 1000, 20000)]


@pytest.mark.rule("R-128")
async def test_consent_is_recorded_once_for_people_of_the_own_township(wang: int) -> None:
    with pytest.raises(NotFound):
        await zero_contribution.record_consent(COUNTY, wang, 2026, DAY, "paper", SHI_QIAO_CLERK, AT)
    for day, manner in ((date(2026, 11, 21), "paper"), (DAY, "pigeon")):
        with pytest.raises(Refused):
            await zero_contribution.record_consent(COUNTY, wang, 2026, day, manner, ZHAO_MIN, AT)
    await agreed(wang)
    with pytest.raises(Refused, match="已经登记过"):
        await agreed(wang)
    later = datetime(2027, 1, 5, 9, tzinfo=CHINA)
    with pytest.raises(Refused):
        await zero_contribution.record_consent(COUNTY, wang, 2026, DAY, "paper", ZHAO_MIN, later)
    with pytest.raises(Refused, match="征缴管理岗"):
        await zero_contribution.record_consent(COUNTY, wang, 2026, DAY, "paper", SUN_LI, AT)


@pytest.mark.rule("R-090", "R-123")
@pytest.mark.parametrize(("fen", "code"), [(10000, ""), (20000, "beyond-the-top"), (9999, "no-tier")])
async def test_a_line_of_a_sheet_is_a_tier_of_the_persons_own_identity(wang: int, fen: int, code: str) -> None:
    await identity("061", date(2026, 1, 1))
    document = await taken(paid(fen), kind=DocumentKind.AGENCY_BATCH)
    assert await lines(document) == [("bad" if code else "good", code)]


@pytest.mark.rule("R-090", "R-123")
async def test_what_a_special_group_pays_is_no_tier_for_anybody_else(wang: int) -> None:
    assert await lines(await taken(paid(10000), kind=DocumentKind.AGENCY_BATCH)) == [("bad", "no-tier")]


@pytest.mark.rule("R-124")
async def test_who_was_flagged_while_the_money_came_is_not_booked_beyond_his_top(wang: int) -> None:
    document = await approved(paid(300_000), kind=DocumentKind.AGENCY_BATCH)
    await identity("061", date(2026, 1, 1))
    slip = Slip(account="income_account", bank="农商行", slip_no="1", received_on=DAY, amount_fen=300_000, people=1)
    await finance.register_receipt(COUNTY, slip, document, CASHIER, AT)
    await contributions.book(COUNTY, document, WORKER, AT)
    assert await lines(document) == [("exception", "beyond-the-top")]
