"""Contents → page: the templates and how they write dates, signatures and codes."""

from base64 import b64encode
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.documents.contents import KINDS
from web.documents.paper import Paper
from web.documents.qr import svg

TEMPLATES = Path(__file__).parents[1] / "templates"
CHINA = timezone(timedelta(hours=8))  # no summer time since 1991
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
    environment.filters.update(day=day, moment=moment, picture=picture)
    environment.globals.update(qr=svg)
    return environment


def day(on: date | None) -> str:
    """R-520. Nothing known yet: blanks for the pen."""
    return f"{on.year}年{on.month}月{on.day}日" if on else "\u3000\u3000年\u3000月\u3000日"


def moment(at: datetime) -> str:
    at = at.astimezone(CHINA)
    return f"{day(at)} {at:%H:%M}"


def picture(image: bytes) -> str:
    """A data: address. Anything but PNG and JPEG raises TemplateFault: an SVG could ask for more."""
    for start, subtype in PICTURES.items():
        if image.startswith(start):
            return f"data:image/{subtype};base64,{b64encode(image).decode()}"
    raise TemplateFault("签名图片既不是PNG也不是JPEG。")
