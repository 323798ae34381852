from datetime import date
from decimal import Decimal

import pytest

from domain.money import yuan
from domain.parameters import Funding, Missing, Parameters, Row, check_row
from domain.trace import Trace
from tests.rules.worked import ROOT, read


def seeded(name: str) -> list[Row]:
    rows = read(ROOT / "db" / "seed" / f"parameters_{name}.csv")
    return [
        Row(
            id=number,
            kind=row["kind"],
            key=row["key"],
            value=row["value"] or None,
            effective_on=date.fromisoformat(row["effective_on"]),
            decided_on=date.fromisoformat(row["decided_on"]),
            document=row["document"],
        )
        for number, row in enumerate(rows, start=1)
    ]


SAMPLE, NATIONAL = seeded("sample"), seeded("national")
ON = date(2026, 11, 21)


def ended(row: Row, on: date) -> Row:
    return Row(id=99, kind=row.kind, key=row.key, value=None, effective_on=on, decided_on=on, document="废止")


@pytest.mark.parametrize("name", ["sample", "national"])
def test_the_seed_reads_cleanly_and_claims_nothing_it_cannot_show(name: str) -> None:
    for row in seeded(name):
        assert check_row(row.kind, row.key, row.value) is None
    assert {row["verified"] for row in read(ROOT / "db" / "seed" / f"parameters_{name}.csv")} == {"no"}


@pytest.mark.rule("R-077")
def test_tiers_come_lowest_first_and_only_while_in_force() -> None:
    parameters = Parameters(SAMPLE)
    assert [tier.fen for tier in parameters.tiers(ON)] == [
        yuan(t) for t in ("200", "300", "500", "1000", "2000", "3000")
    ]
    assert parameters.tier_of(yuan("500"), ON) is not None
    assert parameters.tier_of(yuan("500.01"), ON) is None
    with pytest.raises(Missing, match="没有缴费档次"):
        parameters.tiers(date(2019, 12, 31))
    lowest = next(row for row in SAMPLE if (row.kind, row.key) == ("tier", "200"))
    later = Parameters([*SAMPLE, ended(lowest, date(2027, 1, 1))])
    assert later.tier_of(yuan("200"), date(2026, 12, 31)) is not None
    assert later.tier_of(yuan("200"), date(2027, 1, 1)) is None


@pytest.mark.rule("R-430")
def test_an_amount_comes_with_the_version_it_was_read_from() -> None:
    parameters = Parameters(NATIONAL)
    assert parameters.basic_pension(Funding.CENTRAL, date(2018, 1, 1)).fen == yuan("88")
    assert parameters.basic_pension(Funding.CENTRAL, date(2017, 12, 31)).fen == yuan("70")
    found = parameters.basic_pension(Funding.CENTRAL, ON)
    row = NATIONAL[found.version - 1]
    assert (found.fen, row.value) == (yuan("143.00"), "143.00")


@pytest.mark.rule("R-307")
def test_what_a_clerk_knew_then_is_asked_with_known() -> None:
    march = date(2018, 3, 1)
    assert Parameters(NATIONAL, known=march).basic_pension(Funding.CENTRAL, march).fen == yuan("70")
    assert Parameters(NATIONAL).basic_pension(Funding.CENTRAL, march).fen == yuan("88")


def test_a_missing_value_is_never_read_as_nothing() -> None:
    parameters = Parameters(SAMPLE)
    assert parameters.subsidy(Funding.PROVINCE, "200", ON).fen == yuan("30")
    with pytest.raises(Missing, match="缴费补贴 central/200"):
        parameters.subsidy(Funding.CENTRAL, "200", ON)
    with pytest.raises(Missing, match="2019年12月31日"):
        parameters.crediting_rate(date(2019, 12, 31))
    rate, version = parameters.crediting_rate(date(2024, 6, 1))
    assert rate == Decimal("0.0300")
    assert SAMPLE[version - 1].effective_on == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("tiers", "200", "200"),
        ("tier", "", "200"),
        ("tier", "200", "200.005"),
        ("tier", "200", "-200"),
        ("subsidy", "province", "30"),
        ("subsidy", "village/200", "30"),
        ("basic_pension", "central/200", "143"),
        ("crediting_rate", "", "2.75%"),
        ("crediting_rate", "", "2.75"),
        ("crediting_rate", "", "NaN"),
        ("crediting_rate", "2026", "0.0275"),
        ("scheme_start", "", "2011"),
        ("scheme_start", "", "2009-08-31"),
        ("scheme_start", "439901", "2011-07-01"),
        ("final_year_due", "", "可以"),
        ("back_payment_subsidy", "", "1"),
    ],
)
def test_a_bad_row_of_an_import_sheet_is_refused(kind: str, key: str, value: str) -> None:
    assert check_row(kind, key, value) is not None


def test_an_ending_is_a_good_row() -> None:
    assert check_row("tier", "200", None) is None


@pytest.mark.rule("R-107", "R-110", "R-113")
def test_what_the_county_has_not_said_is_as_the_nation_has_it() -> None:
    nothing = Parameters([])
    assert nothing.scheme_start(ON) == date(2011, 7, 1)
    assert nothing.final_year_due(ON)
    assert not nothing.subsidises_back_payments(ON)
    said = Parameters([
        Row(id=n, kind=kind, key="", value=value, effective_on=date(2010, 1, 1), decided_on=date(2010, 1, 1), document="x")
        for n, (kind, value) in enumerate(
            [("scheme_start", "2009-12-01"), ("final_year_due", "no"), ("back_payment_subsidy", "yes")]
        )
    ])  # fmt: skip
    assert all(check_row(row, "", value) is None for row, value in (("scheme_start", "2009-12-01"), ("final_year_due", "no")))
    assert said.scheme_start(ON) == date(2009, 12, 1)
    assert not said.final_year_due(ON)
    assert said.subsidises_back_payments(ON)


@pytest.mark.rule("R-430")
def test_a_trace_knows_the_versions_of_all_its_steps() -> None:
    step = Trace("account_pension", "国发〔2014〕8号 六", {"储存额": "9000.00"}, "64.75", versions=(3,))
    whole = Trace("pension", "国发〔2014〕8号 六", {}, "207.75", versions=(1,), children=(step, step))
    assert whole.all_versions() == {1, 3}
