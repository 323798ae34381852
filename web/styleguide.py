"""The living style page at /style: every component, with fictional content. Not shown in production."""

from datetime import date
from typing import Annotated, Any

from litestar import get, post
from litestar.response import Template
from msgspec import Meta, Struct

from domain.case.fields import (
    Beneficiaries,
    BornOn,
    EthnicGroup,
    HouseholdAddress,
    IdNumber,
    IdType,
    Name,
    Phone,
    Region,
    Sex,
)
from domain.case.item import Comparison
from domain.errors import Finding, NotFound, Weight
from domain.identity import IdType as Kind
from web import forms
from web.pages import AnyRequest, page


class Sample(Struct, kw_only=True):
    """A form with every kind of input."""

    name: Name
    id_type: IdType = Kind.RESIDENT_ID_CARD
    id_number: IdNumber
    sex: Sex | None = None
    born_on: BornOn
    ethnic_group: EthnicGroup = "01"
    household_address: HouseholdAddress
    region_code: Region
    phone: Phone
    reason: Annotated[str, Meta(title="情况说明", max_length=200, extra={"widget": "textarea"})] = ""
    in_school: Annotated[bool, Meta(title="我现在是在校学生", extra={"widget": "checkbox"})] = False
    beneficiaries: Beneficiaries = []


REGIONS = (
    ("柳湾镇/柳湾社区", (("439901010101", "一组"), ("439901010102", "二组"))),
    ("柳湾镇/东坪村", (("439901010201", "一组"), ("439901010202", "二组"))),
    ("石桥乡/石桥村", (("439901020101", "一组"), ("439901020102", "二组"))),
)
ON = date(2026, 2, 16)
COMPARISON = (
    Comparison("姓名", "陈桂香", "公安户籍库", "陈桂香", date(2026, 2, 10), agrees=True),
    Comparison(
        "户口所在地",
        "青禾县柳湾镇东坪村一组",
        "公安户籍库",
        "青禾县柳湾镇柳湾社区一组",
        date(2026, 2, 10),
        agrees=False,
    ),
    Comparison("参保情况", "", "全民参保库", "", None, None),
)
FINDINGS = (
    Finding("too-young", "还没有满16周岁。", "国发〔2014〕8号 三"),
    Finding("source-down", "公安户籍库今天没有应答，可以等待或者凭承诺办理。", "规程第六条", Weight.WAITS),
    Finding("age", "申请人已满60周岁，登记后请核对能否直接领取。", "国发〔2014〕8号 七", Weight.NOTE),
)
FILLED: forms.Text = {
    "name": "陈桂香",
    "id_number": "439901195803050021",
    "born_on": "1958年13月5日",
    "beneficiaries.0.name": "李小满",
}
WRONG: forms.Errors = {
    "id_number": "身份证号码最后一位对不上，请对照证件检查。",
    "born_on": "没有“1958年13月5日”这一天，请检查出生日期。",
}


def _context(**more: Any) -> dict[str, Any]:
    return {
        "specs": forms.fields(Sample),
        "regions": REGIONS,
        "on": ON,
        "comparison": COMPARISON,
        "finding_list": FINDINGS,
    } | more


def _not_in_production(request: AnyRequest) -> None:
    if request.scope["state"].get("mode", "production") == "production":
        raise NotFound


@get("/style", opt={"public": True})
async def style(request: AnyRequest) -> Template:
    _not_in_production(request)
    return page(request, "style.html", **_context(values=FILLED, errors=WRONG))


@get("/style/form", opt={"public": True})
async def style_form(request: AnyRequest) -> Template:
    _not_in_production(request)
    return page(request, "style_form.html", **_context(values={}, errors={}))


@post("/style/form", status_code=200, opt={"public": True})
async def style_form_sent(request: AnyRequest) -> Template:
    _not_in_production(request)
    form = await request.form()
    again = forms.reshape(form)
    if again is not None:
        return page(request, "style_form.html", **_context(values=again, errors={}))
    _, errors = forms.decode(Sample, form)
    answer = {"values": forms.typed(form), "errors": errors}
    return page(
        request,
        "style_form.html",
        status_code=422 if errors else 200,
        toast="" if errors else "已保存。",
        **_context(**answer),
    )


ROUTES = [style, style_form, style_form_sent]
