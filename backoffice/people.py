"""参保档案: masked; opening it is logged with where the reader came from, unmasking with a reason he types."""

from collections.abc import Callable

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Template

from backoffice.participation import shown_as
from backoffice.viewer import AnyRequest, actor_of, business, now, text
from db.queries import access, benefits, regions
from domain import codes, identity
from domain.actor import ActorKind
from domain.case.person_change import TITLES as FIELDS
from domain.case.status import TITLES
from domain.errors import Problem, Refused
from domain.items import ITEMS
from domain.local import profile as local_profile
from domain.person_file import PersonFile, open_file, unmask
from web.pages import page

_CATEGORIES = dict(codes.PARTICIPANT_CATEGORIES)


@get("/people/{person_id:int}", guards=[business])
async def show(request: AnyRequest, person_id: FromPath[int]) -> Template:
    came = request.query_params.get("from", "")
    why = f"审核业务{came}" if came.isascii() and came.isdigit() else "查询"
    return await file_page(request, await open_file(actor_of(request), person_id, why, now(request)))


@post("/people/{person_id:int}/unmask", guards=[business], status_code=200)
async def show_numbers(request: AnyRequest, person_id: FromPath[int]) -> Template:
    """Not kept anywhere: the next page is masked again."""
    form = await request.form()
    try:
        found = await unmask(actor_of(request), person_id, text(form, "reason"), now(request))
    except Refused as refused:
        found = await open_file(actor_of(request), person_id, "查询", now(request))
        return await file_page(request, found, problems=refused.problems)  # type: ignore[arg-type]
    return await file_page(request, found, masked=False)


async def file_page(
    request: AnyRequest, found: PersonFile, *, masked: bool = True, problems: tuple[Problem, ...] = ()
) -> Template:
    person = found.person
    profile = local_profile(await access.profile_of(person.county_code))
    place = (await regions.names([person.region_code])).get(person.region_code, "")
    return page(
        request, "people/page.html", status_code=422 if problems else 200, page_title=f"参保档案：{person.name}", f=found, p=person,
        place=place, masked=masked, problems=problems, benefit=await benefits.benefit(person.county_code, person.id),
        state=shown_as(person.participation_status, person.contribution_status),
        number=identity.mask_id if masked else str, phone=identity.mask_phone if masked else str, value=_value(masked),
        fields=FIELDS, titles=TITLES, id_types=identity.ID_TYPE_TITLES, sexes=dict(codes.SEXES), groups=dict(codes.ETHNIC_GROUPS),
        household_types=dict(codes.HOUSEHOLD_TYPES), categories=[_CATEGORIES.get(code, code) for code in person.categories], relations=dict(codes.RELATIONS),
        items={item.code: item.title for item in ITEMS},
        can_start=[item for item in ITEMS if item.for_enrolled and ActorKind.STAFF in item.applicants
                   and (not item.staff_switch or profile.allows(item.staff_switch))],
    )  # fmt: skip


def _value(masked: bool) -> Callable[[str, str], str]:
    """How one changed field is read: by its words, numbers masked."""
    words = {
        "sex": dict(codes.SEXES), "ethnic_group": dict(codes.ETHNIC_GROUPS), "household_type": dict(codes.HOUSEHOLD_TYPES),
        "id_type": {kind.value: title for kind, title in identity.ID_TYPE_TITLES.items()},
    }  # fmt: skip
    masks = {"id_number": identity.mask_id, "phone": identity.mask_phone} if masked else {}

    def read(field: str, text: str) -> str:
        text = words.get(field, {}).get(text, text)
        return masks[field](text) if text and field in masks else text

    return read


ROUTES = [show, show_numbers]
