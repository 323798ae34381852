"""Which posts go together (R-017, R-018, R-019)."""

from itertools import product

import pytest

from domain.actor import Post
from domain.rules.posts import GROUPS, Group, conflict, misplaced


@pytest.mark.rule("R-017", "R-019")
@pytest.mark.parametrize("held, wanted, together", [
    (Post.COUNTY_ENROLLMENT, Post.COUNTY_ACCOUNT, True),
    (Post.ACCOUNTANT, Post.CASHIER, False),
    (Post.COUNTY_ENROLLMENT, Post.ACCOUNTANT, False),
    (Post.COUNTY_BENEFIT, Post.COUNTY_AUDITOR, False),
    (Post.COUNTY_ADMIN, Post.COUNTY_ENROLLMENT, False),
    (Post.COUNTY_ADMIN, Post.COUNTY_AUDITOR, False),
    (Post.CASHIER, Post.COUNTY_AUDITOR, False),
    (Post.COUNTY_HEAD, Post.COUNTY_BENEFIT, True),
])  # fmt: skip
def test_business_finance_data_and_audit_exclude_each_other(held: Post, wanted: Post, together: bool) -> None:
    assert (conflict([held], wanted, one_person_one_post=False) is None) is together
    assert (conflict([wanted], held, one_person_one_post=False) is None) is together


def test_the_four_groups_exclude_each_other_whichever_posts_stand_for_them() -> None:
    for one, other in product(GROUPS, GROUPS):
        if GROUPS[one] is not GROUPS[other]:
            assert conflict([one], other, one_person_one_post=False)
    assert set(GROUPS.values()) == set(Group)


@pytest.mark.rule("R-018")
def test_where_one_person_has_one_post_any_second_is_refused_and_a_first_is_not() -> None:
    assert conflict([], Post.CASHIER, one_person_one_post=True) is None
    assert conflict([Post.COUNTY_ENROLLMENT], Post.COUNTY_ACCOUNT, one_person_one_post=True)


def test_a_conflict_with_any_of_several_posts_is_found() -> None:
    held = [Post.COUNTY_HEAD, Post.COUNTY_ENROLLMENT]
    assert conflict(held, Post.CASHIER, one_person_one_post=False)


@pytest.mark.parametrize("post, region, good", [
    (Post.TOWNSHIP_CLERK, "43990101", True), (Post.TOWNSHIP_CLERK, "439901", False),
    (Post.COUNTY_ENROLLMENT, "439901", True), (Post.COUNTY_ENROLLMENT, "43990101", False),
])  # fmt: skip
def test_every_post_has_its_place(post: Post, region: str, good: bool) -> None:
    assert (misplaced(post, region) is None) is good
