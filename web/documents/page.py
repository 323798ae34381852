"""Contents → page: the templates and how they write dates, signatures and codes."""

from base64 import b64encode
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.money import rmb, show
from web.documents.contents import KINDS
from web.documents.paper import Paper
from web.documents.qr import svg

TEMPLATES = Path(__file__).parents[1] / "templates"
CHINA = timezone(timedelta(hours=8))  # no summer time since 1991
PLACES = 11  # 亿千百十万千百十元角分
PICTURES = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg"}


class TemplateFault(Exception):
    """A document would need something from outside itself, which is never fetched."""


def to_html(kind: str, contents: Paper) -> str:
    template = _environment().get_template(f"documents/{kind}.html")
    return template.render(kind=KINDS[kind], doc=contents)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(day=day, moment=moment, picture=picture, yuan=show, words=rmb, boxes=boxes)
    environment.globals.update(qr=svg)
    return environment


def day(on: date | None) -> str:
    """R-520. Nothing known yet: blanks for the pen."""
    return f"{on.year}年{on.month}月{on.day}日" if on else "\u3000\u3000年\u3000月\u3000日"


def moment(at: datetime) -> str:
    at = at.astimezone(CHINA)
    return f"{day(at)} {at:%H:%M}"


def boxes(fen: int) -> list[str]:
    """The digits of an amount in the boxes 亿 to 分 of a slip, ￥ before the first so that nothing can be added there.

    What is more than one box of 亿 stands in it together. A slip is about money that came: ValueError below 0.
    """
    if fen < 0:
        raise ValueError("a slip has no negative amount")
    digits = f"{fen:03d}"
    spare = PLACES - len(digits)
    if spare > 0:
        return [*[""] * (spare - 1), "￥", *digits]
    return ["￥" + digits[: 1 - spare], *digits[1 - spare :]]


def picture(image: bytes) -> str:
    """A data: address. Anything but PNG and JPEG raises TemplateFault: an SVG could ask for more."""
    for start, subtype in PICTURES.items():
        if image.startswith(start):
            return f"data:image/{subtype};base64,{b64encode(image).decode()}"
    raise TemplateFault("签名图片既不是PNG也不是JPEG。")
