"""申请领取养老金 (P-18)."""

from datetime import date, datetime

import msgspec
import pytest

from db import engine
from db.queries import accounts, cards
from db.queries import benefits as queries
from db.stores import benefits as accounts_store
from db.stores.benefits import NewAccount
from domain import benefits
from domain.case import flow
from domain.case.status import Status
from domain.errors import NotFound, Refused
from domain.items import benefit_claim
from domain.trace import Trace
from tests import make
from tests.items.claiming import ASKED, LIN_JING, XIA_YU, XU_SHUANG, claimed, sixty
from tests.make import CHINA, COUNTY, FRIDAY, ZHAO_MIN, Person, id_number
from tests.runs.conftest import interest_in, settle

pytestmark = pytest.mark.usefixtures("county")


async def decided() -> int:
    """The whole way of the case; returns the person id."""
    person_id = await sixty()
    receipt = await claimed()
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, LIN_JING)
    assert await make.approve(receipt.case_id, XIA_YU) is Status.EFFECTED
    return person_id


async def found_codes(receipt: flow.Receipt) -> list[str]:
    _, looked = await flow.look(COUNTY, receipt.case_id, ZHAO_MIN, FRIDAY)
    return [finding.code for finding in looked.findings if finding.code != "determination"]


@pytest.mark.rule("R-222", "R-224", "R-227", "R-229", "R-231")
async def test_a_claim_becomes_a_standard_to_the_fen_and_is_not_paid_before_it_is_confirmed() -> None:
    person_id = await decided()
    found = await queries.benefit(COUNTY, person_id)
    assert found is not None
    assert (found.eligible_on, found.first_month, found.years, found.state) == (
        date(2026, 11, 10),
        202612,
        15,
        "determined",
    )
    (standard,) = await queries.standards(COUNTY, person_id)
    # 9,000.00 and eleven months of 2.5 % are 9,206.25; ÷ 139 = 66.23
    assert standard.amounts == {
        "basic_central": 14300, "basic_province": 2000, "basic_city": 500, "basic_county": 500, "account_personal": 6623,
    }  # fmt: skip
    assert standard.total_fen == 23923
    assert msgspec.json.decode(standard.balances) == {"personal": 920_625}
    status = await engine.fetchrow("select participation_status, contribution_status from participation")
    assert status is not None
    assert tuple(status) == (1, 3)


@pytest.mark.rule("R-237", "R-430")
async def test_the_reckoning_is_kept_down_to_the_segments_of_interest() -> None:
    (standard,) = await queries.standards(COUNTY, await decided())
    trace = msgspec.json.decode(standard.trace, type=Trace)
    assert trace.result == "239.23元"
    interest = trace.children[-1]
    assert interest.rule == "resident_monthly_v1"
    assert interest.result == "206.25元"
    assert interest.children[0].inputs == {"金额": "9,000.00元", "计息月数": "11个月"}
    kept = await engine.fetchval("select versions from benefit_standard")
    assert sorted(trace.all_versions()) == kept


@pytest.mark.rule("R-182", "R-184")
async def test_interest_is_capitalised_to_the_month_of_eligibility_and_the_year_adds_the_rest() -> None:
    person_id = await decided()
    account = await accounts.account_of(COUNTY, person_id)
    assert account is not None
    assert await interest_in(account.id, 2026) == {"personal": 20625}
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, 'crediting_rate', '', '0.03', '2026-01-01', '2026-12-31', 'x', false, 'a', 'b', now())",
        COUNTY,
    )
    await settle(2026, datetime(2027, 2, 1, 9, tzinfo=CHINA))
    # (12 × 9,000.00 + 206.25 × 1 month) × 3 % ÷ 12 = 270.52, of which 206.25 were there
    assert await interest_in(account.id, 2026) == {"personal": 27052}


@pytest.mark.rule("R-222")
async def test_the_person_confirms_once_and_then_it_can_be_paid() -> None:
    person_id = await decided()
    resident = make.resident(XU_SHUANG)
    with pytest.raises(Refused, match="怎样确认"):
        await benefits.confirm(COUNTY, person_id, "counter", resident, FRIDAY)
    with pytest.raises(Refused, match="怎样确认"):
        await benefits.confirm(COUNTY, person_id, "portal", LIN_JING, FRIDAY)
    await benefits.confirm(COUNTY, person_id, "portal", resident, FRIDAY)
    found = await queries.benefit(COUNTY, person_id)
    assert found is not None
    assert (found.state, found.confirmed_how, found.confirmed_at) == ("confirmed", "portal", FRIDAY)
    with pytest.raises(Refused, match="已经确认过"):
        await benefits.confirm(COUNTY, person_id, "portal", resident, FRIDAY)
    with pytest.raises(NotFound):
        await benefits.confirm(COUNTY, person_id + 1, "portal", resident, FRIDAY)


@pytest.mark.rule("R-220", "R-237")
async def test_one_determines_another_reviews_within_five_working_days() -> None:
    await sixty()
    receipt = await claimed()
    assert await make.column(receipt.case_id, "limit_days") == 5
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, LIN_JING)
    with pytest.raises(Refused, match="不能是同一个人"):
        await make.approve(receipt.case_id, LIN_JING)


@pytest.mark.rule("R-216", "R-217", "R-236")
@pytest.mark.parametrize(
    ("person", "years", "sources", "codes"),
    [
        (XU_SHUANG, range(2011, 2026), {}, []),
        (XU_SHUANG, range(2012, 2026), {}, ["too-few-years"]),
        (Person("许霜", id_number(date(1966, 11, 21), 161), 5), range(2011, 2026), {}, ["too-young"]),
        (XU_SHUANG, range(2011, 2026), {"employee_scheme": {"status": "receiving"}}, ["other-pension"]),
        (XU_SHUANG, range(2011, 2026), {"employee_scheme": {"status": "insured"}}, []),
        (XU_SHUANG, range(2011, 2026), {"deaths": {"died_on": "2026-11-15"}}, ["deceased-on-record"]),
    ],
)  # fmt: skip
async def test_what_stands_in_the_way_is_told_to_the_desk(
    person: Person, years: range, sources: dict[str, dict[str, str]], codes: list[str]
) -> None:
    await sixty(person, years=years)
    receipt = await claimed(person)
    await make.sources(
        household_register=make.household(person), **{name: {person: said} for name, said in sources.items()}
    )
    assert await found_codes(receipt) == codes


@pytest.mark.rule("R-227", "R-228")
async def test_who_pays_the_last_missing_year_after_sixty_draws_from_the_month_after() -> None:
    person = Person("许霜", id_number(date(1966, 3, 10), 161), 5)
    person_id = await sixty(person, years=range(2011, 2025))
    account = await accounts.account_of(COUNTY, person_id)
    assert account is not None
    await engine.execute(
        "insert into contribution_year (county_code, account_id, year, category, household_type, tier, personal_fen, province_fen,"
        " city_fen, county_fen, government_paid_fen, channel, first_paid_on, last_paid_on, back_payment)"
        " values ($1, $2, 2025, '011', '20', '200', 20000, 0, 0, 0, 0, 'tax', '2026-08-05', '2026-08-05', true)",
        COUNTY, account.id,
    )  # fmt: skip
    receipt = await claimed(person)
    for actor in (ZHAO_MIN, LIN_JING, XIA_YU):
        await make.approve(receipt.case_id, actor)
    found = await queries.benefit(COUNTY, person_id)
    assert found is not None
    assert (found.eligible_on, found.first_month, found.paid_until) == (date(2026, 8, 5), 202609, 202608)


@pytest.mark.rule("R-237")
async def test_figures_that_moved_between_two_desks_are_told_and_not_approved() -> None:
    await sixty()
    receipt = await claimed()
    await make.approve(receipt.case_id, ZHAO_MIN)
    seen, version = await make.outcome(receipt.case_id, LIN_JING), await make.version(receipt.case_id)
    await engine.execute(
        "insert into policy_parameter (county_code, kind, key, value, effective_on, decided_on, document, verified, proposed_by,"
        " confirmed_by, recorded_at) values ($1, 'basic_pension', 'county', '8.00', '2026-12-01', '2026-11-20', 'x', false, 'a',"
        " 'b', now())",
        COUNTY,
    )
    with pytest.raises(Refused, match=r"242\.23元"):
        await flow.approve(COUNTY, receipt.case_id, LIN_JING, version, seen, FRIDAY)


@pytest.mark.rule("R-219", "R-275")
async def test_an_account_number_is_typed_right_or_not_taken() -> None:
    from domain.items.benefit_claim import BenefitClaim  # noqa: PLC0415

    assert BenefitClaim(**ASKED).bank_account == "6228480402564890018"  # type: ignore[arg-type]
    for wrong in ({"bank_account": "6228"}, {"bank": " "}, {"account_kind": "cash"}):
        with pytest.raises(ValueError, match="请"):
            BenefitClaim(**ASKED | wrong)  # type: ignore[arg-type]


@pytest.mark.rule("R-278", "R-277")
async def test_one_account_that_many_people_use_is_noticed_and_numbers_are_kept_sealed() -> None:
    for n in (1, 2):
        other = Person(f"许{'一二'[n - 1]}", id_number(date(1960, 1, n), 170 + n), n)
        await make.participant(other)
    person_id = await sixty()
    await decided_account_of_others()
    receipt = await claimed()
    assert await found_codes(receipt) == ["shared-account"]
    for actor in (ZHAO_MIN, LIN_JING, XIA_YU):
        await make.approve(receipt.case_id, actor)
    kept = await queries.payment_account(COUNTY, person_id)
    assert kept is not None
    assert (kept.holder_name, kept.tail, kept.state) == ("许霜", "0018", "unverified")
    sealed = await engine.fetchval("select account_sealed from payment_account where person_id = $1", person_id)
    assert b"6228480402564890018" not in sealed


async def decided_account_of_others() -> None:
    from db.stores import benefits as store  # noqa: PLC0415

    rows = await engine.fetch("select id, name from person where name in ('许一', '许二')")
    for row in rows:
        await store.set_account(COUNTY, store.NewAccount(
            person_id=row["id"], kind="card", bank="农商银行", holder_name=row["name"], number="6228480402564890018", origin="import",
        ), FRIDAY)  # fmt: skip


async def test_a_second_claim_is_answered_with_the_first() -> None:
    await decided()
    receipt = await claimed()
    assert await found_codes(receipt) == ["has-benefit"]


# ------------------------------------------------------------------ without an account


@pytest.mark.rule("R-269")
async def test_who_has_no_account_claims_all_the_same_and_the_office_has_a_bank_open_one() -> None:
    person_id = await sixty()
    receipt = await claimed(account_kind="none", bank="农商银行", bank_account="")
    assert "no-account" in await found_codes(receipt)
    await make.approve(receipt.case_id, ZHAO_MIN)
    await make.approve(receipt.case_id, LIN_JING)
    assert await make.approve(receipt.case_id, XIA_YU) is Status.EFFECTED
    assert await queries.payment_account(COUNTY, person_id) is None
    (row,) = await cards.wanting(COUNTY, "benefit", f"{COUNTY}", 9)
    assert row.person_id == person_id


@pytest.mark.rule("R-269")
@pytest.mark.parametrize(
    ("profile", "kind", "may"), [("national", "social_card", True), ("hunan", "social_card", False), ("hunan", "none", True)]
)
async def test_in_hunan_a_claim_at_the_counter_names_no_account(profile: str, kind: str, may: bool) -> None:
    await sixty()
    await make.sources(household_register=make.household(XU_SHUANG))
    if may:
        await make.handed_in(benefit_claim.ITEM, ASKED | {"account_kind": kind}, XU_SHUANG, actor=LIN_JING, profile=profile)
        return
    with pytest.raises(Refused, match="账号不由窗口录入"):
        await make.handed_in(benefit_claim.ITEM, ASKED | {"account_kind": kind}, XU_SHUANG, actor=LIN_JING, profile=profile)


@pytest.mark.rule("R-269")
async def test_in_hunan_the_resident_names_his_account_himself() -> None:
    await sixty()
    await make.sources(household_register=make.household(XU_SHUANG))
    receipt = await make.handed_in(benefit_claim.ITEM, ASKED, XU_SHUANG, profile="hunan")
    assert receipt.case_no


@pytest.mark.rule("R-273")
async def test_a_card_the_bank_opened_for_somebody_who_paid_in_stays_verified_at_the_claim() -> None:
    person_id = await sixty()
    await accounts_store.set_account(COUNTY, NewAccount(
        person_id=person_id, kind="card", bank="农商银行", holder_name="许霜", number="6228480402564890018", origin="bank", verified=True,
    ), FRIDAY)  # fmt: skip
    receipt = await claimed()
    for actor in (ZHAO_MIN, LIN_JING, XIA_YU):
        await make.approve(receipt.case_id, actor)
    account = await queries.payment_account(COUNTY, person_id)
    assert account is not None
    assert account.state == "verified"
    assert await engine.fetchval("select count(*) from payment_account") == 1
