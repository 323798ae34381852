"""岗位 that one person may not hold together (R-017, R-018, R-019)."""

from collections.abc import Iterable
from enum import StrEnum

from domain.actor import POST_TITLES, Post
from domain.errors import Problem


class Group(StrEnum):
    BUSINESS = "业务经办"
    FINANCE = "财务"
    DATA = "数据管理"
    AUDIT = "稽核"


# 业务、财务、数据管理、稽核互不兼任 (人社厅发〔2021〕64号; 规程第六十二条). The head approves and belongs to none of them.
GROUPS: dict[Post, Group] = {
    Post.TOWNSHIP_CLERK: Group.BUSINESS,
    Post.COUNTY_ENROLLMENT: Group.BUSINESS,
    Post.COUNTY_ACCOUNT: Group.BUSINESS,
    Post.COUNTY_COLLECTION: Group.BUSINESS,
    Post.COUNTY_BENEFIT: Group.BUSINESS,
    Post.DELEGATED_PAY_OFFICER: Group.BUSINESS,
    Post.FINANCE_SUPERVISOR: Group.FINANCE,
    Post.ACCOUNTANT: Group.FINANCE,
    Post.CASHIER: Group.FINANCE,
    Post.COUNTY_ADMIN: Group.DATA,
    Post.COUNTY_AUDITOR: Group.AUDIT,
}


def conflict(held: Iterable[Post], wanted: Post, *, one_person_one_post: bool) -> Problem | None:
    """Why somebody who holds `held` cannot be given `wanted` as well."""
    for post in sorted(held, key=list(Post).index):
        if post is wanted:
            return Problem("post-held", f"这位人员已经担任{POST_TITLES[post]}。", "post")
        if one_person_one_post:  # 原则上禁止一人多岗 (湖南省经办工作流程二 核心提示3)
            return Problem("one-post", f"一人只能担任一个岗位，这位人员已经担任{POST_TITLES[post]}。", "post")
        if {post, wanted} == {Post.ACCOUNTANT, Post.CASHIER}:  # 会计、出纳分设 (规程第四十七条; R-461)
            return Problem("incompatible-posts", "财务会计和财务出纳不能由同一人担任。", "post")
        if (mine := GROUPS.get(post)) and (asked := GROUPS.get(wanted)) and mine is not asked:
            text = f"{POST_TITLES[post]}（{mine}）和{POST_TITLES[wanted]}（{asked}）不能由同一人担任。"
            return Problem("incompatible-posts", text, "post")
    return None


def misplaced(post: Post, region_code: str) -> Problem | None:
    """乡镇经办岗 sits in a township, every other post in the county's agency (procedures A0.1)."""
    in_township = len(region_code) == 8
    if in_township == (post is Post.TOWNSHIP_CLERK):
        return None
    where = "乡镇（街道）" if post is Post.TOWNSHIP_CLERK else "县级经办机构"
    return Problem("misplaced-post", f"{POST_TITLES[post]}只能由{where}的人员担任。", "post")
