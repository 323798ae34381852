import pytest

from domain import codes

LISTS = [codes.SEXES, codes.ETHNIC_GROUPS, codes.HOUSEHOLD_TYPES, codes.RELATIONS, codes.PARTICIPANT_CATEGORIES]


@pytest.mark.parametrize("choices", LISTS)
def test_codes_and_titles_are_unique(choices: codes.Choices) -> None:
    assert len({code for code, _ in choices}) == len({title for _, title in choices}) == len(choices)


def test_there_are_56_ethnic_groups_and_two_more_entries_in_the_order_of_the_standard() -> None:
    groups = dict(codes.ETHNIC_GROUPS)
    assert len(groups) == 58
    assert (groups["01"], groups["15"], groups["29"], groups["44"], groups["56"]) == (
        "汉族", "土家族", "柯尔克孜族", "俄罗斯族", "基诺族",
    )  # fmt: skip
    assert groups["97"] == "其他"


@pytest.mark.rule("R-137")
def test_the_ordinary_participant_is_one_of_the_categories() -> None:
    assert dict(codes.PARTICIPANT_CATEGORIES)[codes.ORDINARY] == "普通参保人员"
