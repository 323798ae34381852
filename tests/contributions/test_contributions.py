"""What comes in is judged line by line, booked once, and entitles to what the rules say."""

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import engine
from domain import books, contributions, verify
from domain.books import DocumentKind
from domain.errors import NotFound, Refused
from tests import make
from tests.conftest import Database
from tests.contributions.ways import (
    AT,
    CHECKER,
    MAKER,
    approved,
    booked,
    due,
    identity,
    lines,
    paid,
    special_rule,
    taken,
    year_of,
)
from tests.make import CHINA, COUNTY, LI_XIUYING, WANG_DASHAN, WORKER

BATCH = DocumentKind.AGENCY_BATCH


@pytest.fixture
async def wang(db: Database) -> int:
    """王大山, a participant born in 1975; the sample parameters of the seed are in force."""
    return await make.participant()


async def clean() -> None:
    report = await verify.county(COUNTY)
    assert report.clean, report.text()


@pytest.mark.rule("R-086", "R-094")
async def test_a_tax_detail_becomes_money_in_the_account_a_year_and_a_claim(wang: int) -> None:
    document = await booked(paid(30000, external_no="T1"))
    assert await lines(document) == [("booked", "")]
    year = await year_of()
    assert (year["personal_fen"], year["tier"], year["category"], year["counts"]) == (30000, "300", "011", True)
    assert await due() == [(2026, 3500, 500, 1000, 0)]
    await clean()


@pytest.mark.rule("R-080", "R-081")
async def test_a_second_payment_lifts_the_tier_and_claims_only_the_difference(wang: int) -> None:
    await booked(paid(30000, external_no="T1", on=date(2026, 3, 5)))
    await booked(paid(70000, external_no="T2", on=date(2026, 10, 9)))
    year = await year_of()
    assert (year["personal_fen"], year["tier"]) == (100_000, "1000")
    assert (year["first_paid_on"], year["last_paid_on"]) == (date(2026, 3, 5), date(2026, 10, 9))
    assert await due() == [(2026, 3500, 500, 1000, 0), (2026, 2500, 500, 0, 0)]
    await clean()


@given(parts=st.lists(st.integers(1, 120_000), min_size=1, max_size=4))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_however_a_year_is_paid_it_ends_as_if_paid_at_once(db: Database, parts: list[int]) -> None:
    for table in ("subsidy_due", "contribution_year"):
        assert await engine.fetchval(f"select count(*) from {table}") >= 0
    person = make.Person("王大山", make.id_number(date(1975, 8, 20), _serial()), 2)
    person_id = await make.participant(person)
    for n, fen in enumerate(parts):
        await booked(paid(fen, person, external_no=f"{person_id}-{n}"))
    row = await engine.fetchrow(
        "select y.*, (select sum(province_fen)::bigint from subsidy_due d where d.account_id = y.account_id) as claimed"
        " from contribution_year y join individual_account a on a.id = y.account_id where a.person_id = $1", person_id,
    )  # fmt: skip
    assert row is not None
    tier = max((t for t in (20000, 30000, 50000, 100_000, 200_000, 300_000) if t <= sum(parts)), default=0)
    assert row["personal_fen"] == sum(parts)
    assert row["tier"] == (f"{tier // 100}" if tier else "")
    assert (row["claimed"] or 0) == row["province_fen"]


_used = iter(range(200, 900))


def _serial() -> int:
    return next(_used)


@pytest.mark.rule("R-094")
async def test_the_same_voucher_counts_once_within_a_file_and_across_files(wang: int) -> None:
    first = await booked(paid(20000, external_no="T1"), paid(20000, external_no="T1", line=2))
    second = await taken(paid(20000, external_no="T1"))
    assert await lines(first) == [("booked", ""), ("repeated", "repeated")]
    assert await lines(second) == [("repeated", "repeated")]
    assert (await year_of())["personal_fen"] == 20000
    await clean()


@pytest.mark.rule("R-495", "R-089")
async def test_money_of_somebody_unknown_waits_and_is_booked_once_his_name_is_found(wang: int) -> None:
    document = await booked(paid(20000), paid(30000, LI_XIUYING, line=2), declared_count=2, declared_fen=50000)
    assert await lines(document) == [("booked", ""), ("exception", "unknown")]
    suspense = "select sum(credit_fen - debit_fen)::bigint from voucher_line where account = 'suspense_received'"
    assert await engine.fetchval(suspense) == 30000
    person_id = await make.participant(LI_XIUYING)
    with pytest.raises(Refused, match="怎样认定"):
        await contributions.settle(COUNTY, document, 2, person_id, "", MAKER, AT)
    cleared = await contributions.settle(COUNTY, document, 2, person_id, "本人持完税证明来核对", MAKER, AT)
    assert await lines(document) == [("booked", ""), ("settled", "unknown")]
    assert await lines(cleared) == [("booked", "")]
    assert await engine.fetchval(suspense) == 0
    kept = await engine.fetchrow(
        "select settled_by_name, id_number_sealed from document_line where document_id = $1 and line_no = 2", document
    )
    assert kept is not None
    assert kept["settled_by_name"] == "周会"
    assert kept["id_number_sealed"] is not None
    with pytest.raises(NotFound):
        await contributions.settle(COUNTY, document, 2, person_id, "再来一次", MAKER, AT)
    await clean()


async def test_what_is_not_known_is_kept_sealed_and_what_is_known_is_not_kept_twice(wang: int) -> None:
    document = await taken(paid(20000), paid(30000, LI_XIUYING, line=2))
    rows = await engine.fetch(
        "select id_number_sealed from document_line where document_id = $1 order by line_no", document
    )
    assert [row["id_number_sealed"] is None for row in rows] == [True, False]


@pytest.mark.rule("R-090", "R-095", "R-096", "R-106")
@pytest.mark.parametrize(
    ("fen", "more", "code"),
    [
        (20000, {}, ""), (20001, {}, "no-tier"), (300_001, {}, "beyond-the-top"), (0, {}, "amount"), (-20000, {}, "amount"),
        (20000, {"name": "王小山"}, "other-name"), (20000, {"year": 2027}, "future-year"),
        (20000, {"year": 2010}, "before-scheme-age"), (20000, {"region_prefix": "43990102"}, "other-region"),
        (20000, {"region_prefix": "43990101"}, ""), (20000, {"year": 2012}, "no-rules"),
    ],
)  # fmt: skip
async def test_each_line_of_a_sheet_says_what_is_wrong_with_it(
    wang: int, fen: int, more: dict[str, object], code: str
) -> None:
    document = await taken(paid(fen, **more), kind=BATCH)  # type: ignore[arg-type]
    assert await lines(document) == [("bad" if code else "good", code)]


@pytest.mark.parametrize(
    ("status", "code"), [((1, 1), ""), ((2, 2), "suspended"), ((1, 3), "receiving"), ((4, 3), "terminated")]
)
async def test_only_who_is_paying_can_pay(wang: int, status: tuple[int, int], code: str) -> None:
    await engine.execute("update participation set participation_status = $1, contribution_status = $2", *status)
    assert await lines(await taken(paid(20000), kind=BATCH)) == [("bad" if code else "good", code)]


async def test_a_person_of_another_county_is_told_apart_from_an_unknown_one(wang: int, db: Database) -> None:
    await engine.execute("update identity_index set county_code = 439902")
    assert await lines(await taken(paid(20000), kind=BATCH)) == [("bad", "other-county")]


@pytest.mark.rule("R-111", "R-090")
async def test_a_person_stands_once_a_year_in_a_sheet(wang: int) -> None:
    document = await taken(paid(20000), paid(20000, line=2), paid(20000, year=2025, line=3), kind=BATCH)
    assert await lines(document) == [("good", ""), ("bad", "twice"), ("good", "")]


@pytest.mark.rule("R-092", "R-106", "R-121")
async def test_who_paid_another_way_meanwhile_is_not_booked_twice(wang: int) -> None:
    first = await approved(paid(300_000, external_no="T1"))
    await booked(paid(300_000, external_no="B1"), kind=DocumentKind.BANK_COLLECTION)
    await contributions.book(COUNTY, first, WORKER, AT)
    assert await lines(first) == [("exception", "beyond-the-top")]
    assert (await year_of())["personal_fen"] == 300_000
    assert await lines(await taken(paid(20000), kind=BATCH)) == [("bad", "paid")]
    await clean()


@pytest.mark.rule("R-087", "R-092")
async def test_the_worker_books_what_is_paid_for_and_nothing_else(wang: int) -> None:
    await approved(paid(20000), kind=BATCH)
    tax = await approved(paid(20000, external_no="T1", year=2025))
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 1
    assert await engine.fetchval("select state from fund_document where id = $1", tax) == "booked"
    assert await contributions.book_ready(COUNTY, WORKER, AT) == 0


@pytest.mark.rule("R-113", "R-115")
async def test_a_year_paid_back_counts_but_brings_no_subsidy_and_bears_interest_from_its_own_day(wang: int) -> None:
    await booked(paid(20000, year=2025), kind=BATCH)
    year = await year_of(2025)
    assert (year["counts"], year["back_payment"], year["province_fen"]) == (True, True, 0)
    assert await due() == []
    entry = await engine.fetchrow("select year, contribution_year, month from ledger_entry")
    assert entry is not None
    assert tuple(entry) == (2026, 2025, 11)


RULE = {"personal": "0", "province": "10", "city": "10", "county": "10", "government_paid": "200"}


@pytest.mark.rule("R-123", "R-124", "R-129")
async def test_somebody_of_a_special_group_pays_his_part_and_government_the_rest(wang: int) -> None:
    await special_rule("061", "20", "200", **RULE | {"personal": "100", "government_paid": "100"})
    await special_rule("021", "20", "200", **RULE | {"personal": "50", "government_paid": "150"})
    await identity("061", date(2026, 1, 1))
    await booked(paid(10000))
    assert (await year_of())["category"] == "061"
    assert await due() == [(2026, 1000, 1000, 1000, 10000)]
    await clean()


@pytest.mark.rule("R-124")
async def test_of_two_identities_the_one_government_pays_more_for_is_taken_once(wang: int) -> None:
    await special_rule("061", "20", "200", **RULE | {"personal": "100", "government_paid": "100"})
    await special_rule("021", "20", "200", **RULE | {"personal": "50", "government_paid": "150"})
    await identity("061", date(2026, 1, 1))
    await identity("021", date(2026, 1, 1))
    await booked(paid(5000))
    assert (await year_of())["category"] == "021"
    assert await due() == [(2026, 1000, 1000, 1000, 15000)]


@pytest.mark.rule("R-122", "R-100")
async def test_an_identity_flagged_after_the_payment_changes_nothing_of_that_year(wang: int) -> None:
    await special_rule("061", "20", "200", **RULE | {"personal": "100", "government_paid": "100"})
    await identity("061", date(2026, 11, 21))
    await booked(paid(20000, external_no="T1"))
    await booked(paid(10000, external_no="T2", on=date(2026, 11, 30)), at=datetime(2026, 11, 30, 9, tzinfo=CHINA))
    year = await year_of()
    assert (year["category"], year["tier"], year["government_paid_fen"]) == ("011", "300", 0)


@pytest.mark.rule("R-125", "R-137")
@pytest.mark.parametrize(("left_on", "category"), [(date(2026, 1, 1), "051"), (date(2025, 12, 31), "011")])
async def test_who_leaves_poverty_within_the_year_keeps_that_year(wang: int, left_on: date, category: str) -> None:
    await special_rule("051", "20", "200", **RULE | {"personal": "100", "government_paid": "100"})
    await identity("051", date(2024, 1, 1), left_on)
    await booked(paid(10000))
    assert (await year_of())["category"] == category


@pytest.mark.rule("R-132")
async def test_a_rule_for_rural_households_is_none_for_urban_ones(wang: int) -> None:
    await special_rule("061", "10", "200", **RULE | {"personal": "100", "government_paid": "100"})
    await identity("061", date(2026, 1, 1))
    await booked(paid(20000))
    assert (await year_of())["category"] == "011"


async def test_nobody_books_a_document_that_was_not_approved(wang: int) -> None:
    document = await taken(paid(20000))
    with pytest.raises(Refused):
        await contributions.book(COUNTY, document, WORKER, AT)
    async with engine.transaction():
        await books.declare(COUNTY, document, MAKER, AT)
        with pytest.raises(Refused):
            await books.approve(COUNTY, document, MAKER, AT)
        await books.approve(COUNTY, document, CHECKER, AT)
    await contributions.book(COUNTY, document, WORKER, AT)
    with pytest.raises(Refused, match="已经处理过"):
        await contributions.book(COUNTY, document, WORKER, AT)


async def test_more_lines_than_one_look_up_takes_are_judged_each_for_itself(wang: int) -> None:
    many = [paid(20000, LI_XIUYING, line=n, external_no=f"T{n}") for n in range(1, 5_001)]
    document = await taken(*many, paid(20000, line=5_001, external_no="T5001"))
    found = await lines(document)
    assert found[0] == found[4_999] == ("exception", "unknown")
    assert found[5_000] == ("good", "")


@pytest.mark.parametrize("name", [WANG_DASHAN.name])
async def test_a_replaced_number_finds_the_same_person(wang: int, name: str) -> None:
    new = make.id_number(date(1975, 8, 21), 131)
    await engine.execute(
        "insert into identity_index (id_index, county_code, person_id) values ($1, $2, $3)",
        make.Person(name, new, 2).index, COUNTY, wang,
    )  # fmt: skip
    assert await lines(await taken(paid(20000, make.Person(name, new, 2)))) == [("good", "")]
