"""Who may lay hands on a case: 岗位, 区域, 经办与复核分离, 回避 (规程第六十二条; R-015, R-016, R-021)."""

from db.stores import cases
from db.stores.cases import CaseRow
from domain.actor import POST_TITLES, Actor, ActorKind, Channel, Post
from domain.case.chain import Step
from domain.case.status import ON_A_DESK, Status
from domain.errors import NotFound, Problem, Refused

COUNTER_OF_LEVEL = {6: Channel.COUNTY_COUNTER, 8: Channel.TOWNSHIP_COUNTER, 10: Channel.VILLAGE_COUNTER}

# What somebody did as 经办; whoever did one of these cannot also review.
HANDLED = frozenset({"filed", "passed", "resubmitted"})


def desk_of(step: Step, region_code: str) -> str:
    """The organisation a step is done by: the township of the case, or the county agency."""
    return region_code[:8] if step.post is Post.TOWNSHIP_CLERK else region_code[:6]


async def may_handle(case: CaseRow, step: Step, actor: Actor) -> None:
    """Raises NotFound outside the actor's scope, Refused when this person must not handle this case."""
    if actor.kind is not ActorKind.STAFF or not actor.scope.covers(case.region_code):
        raise NotFound
    if Status(case.status) not in ON_A_DESK:
        raise Refused(Problem("not-open", "这件业务已经不在办理中，请刷新页面查看最新状态。"))
    if not actor.holds(step.post):
        raise Refused(Problem("wrong-post", f"这一步由“{POST_TITLES[step.post]}”办理，您没有这个岗位。"))
    if involved(case, actor):
        raise Refused(Problem("own-case", "本人、亲属的业务，或者自己代填的业务，必须由别人办理。"))
    if not step.preliminary and HANDLED & set(await cases.acted_on(case.county_code, case.id, actor.id)):
        raise Refused(Problem("same-person", "经办和复核不能是同一个人。您已经经办过这件业务，请交给别的同事复核。"))
    if case.assignee_id not in (None, actor.id):
        raise Refused(Problem("taken", "这件业务已经由别的同事接手。"))


def involved(case: CaseRow, actor: Actor) -> bool:
    """The case is about the actor or a declared relative, or the actor filed it."""
    touched = {case.subject_index, case.applicant_index, case.filer_index} - {None}
    own = actor.relatives | ({actor.id_index} if actor.id_index else frozenset())
    filed = case.filer_kind == actor.kind and case.filer_id == actor.id
    return filed or bool(touched & own)


def may_act_for_applicant(case: CaseRow, actor: Actor) -> bool:
    """The applicant himself, or whoever typed the case in for him within his own area.

    What was asked for as a supplement may be brought to any counter of the area (规程第七条: 任意选择其一), but not to a
    clerk who is involved himself.
    """
    if actor.kind is ActorKind.RESIDENT:
        return actor.id_index is not None and actor.id_index == case.applicant_index
    filed = case.filer_kind == actor.kind and case.filer_id == actor.id
    if actor.kind is ActorKind.STAFF and case.status == Status.SUPPLEMENT_REQUESTED and not filed:
        return actor.scope.covers(case.region_code) and not involved(case, actor)
    return filed and actor.scope.county_code == case.county_code and actor.scope.covers(case.region_code)
