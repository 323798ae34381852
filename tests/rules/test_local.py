import pytest

from domain.actor import Channel, Post
from domain.local import PROFILES, Profile, profile

ITEMS = {
    "enrollment", "beneficiary_designation", "basic_info_change", "key_info_change", "household_address_change",
    "case_reversal", "contribution_suspension", "contribution_resumption", "contribution_refund", "benefit_claim",
    "direct_debit_agreement", "account_dispute", "deregistration", "benefit_dispute", "bank_account_change",
    "benefit_suspension", "benefit_resumption", "transfer_in", "transfer_out", "scheme_linkage",
}  # fmt: skip
CURRENT = [each for each in PROFILES if not each.historic]


@pytest.mark.parametrize("each", PROFILES, ids=lambda each: each.code)
def test_every_value_says_where_it_stands(each: Profile) -> None:
    place = profile(each.code)
    assert place is each
    assert place.channels_source
    assert all(chain.source for chain in place.chains.values())
    assert all(switch.source for switch in place.switches.values())


@pytest.mark.parametrize("each", CURRENT, ids=lambda each: each.code)
def test_a_place_that_takes_cases_knows_every_item(each: Profile) -> None:
    assert set(each.chains) == ITEMS


@pytest.mark.rule("R-042")
@pytest.mark.rule("R-006")
def test_enrollment_has_one_clock_of_three_days_everywhere() -> None:
    for place in CURRENT:
        chain = place.chains["enrollment"]
        assert chain.limit_working_days == 3
        assert [(step.post, step.preliminary) for step in chain.steps] == [
            (Post.TOWNSHIP_CLERK, True),
            (Post.COUNTY_ENROLLMENT, False),
        ]
        assert not any(step.working_days for step in chain.steps)


@pytest.mark.rule("R-043")
def test_songshan_promises_the_same_day_and_nobody_else_does() -> None:
    targets = {place.code: place.chains["enrollment"].target_working_days for place in CURRENT}
    assert targets == {"national": None, "hunan": None, "songshan": 0, "linyi": None, "sample": None}


@pytest.mark.rule("R-036")
def test_songshan_enrolls_in_the_whole_district() -> None:
    assert [place.code for place in CURRENT if place.allows("whole_district_enrollment")] == ["songshan"]


@pytest.mark.rule("R-057")
def test_basic_changes_are_not_reviewed_anywhere() -> None:
    for place in CURRENT:
        assert place.chains["basic_info_change"].steps == ()
        assert place.chains["beneficiary_designation"].steps == ()


@pytest.mark.rule("R-063")
@pytest.mark.rule("R-064")
def test_key_changes_are_reviewed_within_three_days() -> None:
    for place in CURRENT:
        chain = place.chains["key_info_change"]
        assert [step.post for step in chain.steps] == [Post.TOWNSHIP_CLERK, Post.COUNTY_ACCOUNT]
        assert chain.limit_working_days == 3


@pytest.mark.rule("R-066")
def test_only_hunan_wants_an_authority_for_a_birth_date_against_the_number() -> None:
    assert [place.code for place in CURRENT if place.allows("birth_conflict_needs_authority")] == ["hunan"]


@pytest.mark.rule("R-027")
def test_no_assistant_makes_the_commitment_of_a_resident() -> None:
    assert not any(place.allows("assistant_may_commit") for place in PROFILES)


@pytest.mark.rule("R-044")
def test_the_old_hunan_limits_are_history_and_take_no_new_item() -> None:
    old = profile("hunan_2014")
    assert old.historic
    assert set(old.chains) == {"enrollment"}
    assert [step.working_days for step in old.chains["enrollment"].steps] == [15, 15]
    assert old.chains["enrollment"].limit_working_days == 30
    assert Channel.PORTAL not in old.channels


@pytest.mark.rule("R-001")
def test_every_channel_is_open_in_every_current_profile() -> None:
    assert all(place.channels == frozenset(Channel) for place in CURRENT)


def test_an_unknown_place_or_switch_is_an_error_not_a_no() -> None:
    with pytest.raises(KeyError):
        profile("atlantis")
    with pytest.raises(KeyError):
        profile("national").allows("assistant_may_comit")
