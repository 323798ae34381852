"""What the office keeps for itself: places, working days, parameters, sources, the audit chain, the outbox."""

from domain.actor import POST_TITLES, Actor, ActorKind, Channel, Post, Scope
from domain.errors import NotFound, Problem, Refused


def worker(county_code: int) -> Actor:
    """The worker process, or the command line, at work for one county."""
    return Actor(
        kind=ActorKind.SYSTEM, id=0, name="系统", scope=Scope(county_code, f"{county_code:06d}"),
        channel=Channel.DATA_DRIVEN,
    )  # fmt: skip


def require_post(by: Actor, county_code: int, posts: tuple[Post, ...]) -> None:
    """NotFound outside the county, Refused without one of the posts. The command line is above posts (R-452)."""
    if by.kind is ActorKind.SYSTEM:
        return
    if by.kind is not ActorKind.STAFF or by.scope.county_code != county_code:
        raise NotFound
    if len(by.scope.region_prefix) != 6 or not any(by.holds(post) for post in posts):
        titles = "、".join(POST_TITLES[post] for post in posts)
        raise Refused(Problem("wrong-post", f"这项工作由县里的“{titles}”办理，您没有这个岗位。"))


def require_document(document: str) -> str:
    """The paper that decided it, without blanks around. Refused when there is none."""
    if not document.strip():
        raise Refused(Problem("no-document", "请写明依据的文件名称和文号。", "document"))
    return document.strip()
