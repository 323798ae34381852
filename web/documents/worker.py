"""Runs in the printing processes: data → page → PDF. Nobody else imports WeasyPrint (3 s and 200 MB)."""

import os
import signal
import threading
from base64 import b64encode
from datetime import date, datetime, timedelta, timezone
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web.documents.contents import KINDS, Sheet
from web.documents.qr import svg

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.urls import URLFetcher

TEMPLATES = Path(__file__).parents[1] / "templates"
STYLE = Path(__file__).with_name("documents.css")
CHINA = timezone(timedelta(hours=8))  # no summer time since 1991

NO_PANGO = (
    "不能生成PDF：这台机器缺少 pango。请运行："
    "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


class PdfUnavailable(Exception):
    """The machine cannot print; the message says what to install."""


class TemplateFault(Exception):
    """A template asks for something from outside itself, which is never fetched."""


def begin(font_settings: str) -> None:
    """First thing in a new process: fontconfig reads its settings when pango is loaded, not later."""
    os.environ["FONTCONFIG_FILE"] = font_settings
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in order
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed cannot end its pool; without this the process would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def warm_up() -> None:
    """Loads pango, the fonts and the style sheet, so that the first document need not wait for them."""
    to_pdf("<p>城乡居民基本养老保险</p>")


def print_document(kind: str, payload: bytes) -> bytes:
    """`payload` is the JSON of the kind's contents; it goes into the PDF as it is."""
    contents: Sheet = msgspec.json.decode(payload, type=KINDS[kind].contents)
    return to_pdf(to_html(kind, contents), payload, contents.printed_at)


def to_html(kind: str, contents: Sheet) -> str:
    template = _environment().get_template(f"documents/{kind}.html")
    return template.render(kind=KINDS[kind], doc=contents)


def to_pdf(html: str, payload: bytes = b"", at: datetime | None = None) -> bytes:
    """PDF/A-3b. `payload` is attached as the data the document was made from."""
    try:
        from weasyprint import HTML, Attachment
        from weasyprint.urls import FatalURLFetchingError
    except OSError as missing:
        raise PdfUnavailable(NO_PANGO) from missing
    data = [Attachment(string=payload, name="data.json", description="本文件的数据", created=at, modified=at, relationship="Data")]
    try:
        pdf: bytes = HTML(string=html, url_fetcher=_fetcher()).write_pdf(
            stylesheets=[_style()], pdf_variant="pdf/a-3b", attachments=data if payload else None
        )
    except FatalURLFetchingError as outside:  # a BaseException: it would end the process instead of the document
        raise TemplateFault(str(outside)) from None
    return pdf


@cache
def _fetcher() -> "URLFetcher":
    """Only what stands in the page itself (a signature as data:) may be used; anything else stops the document."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)


@cache
def _style() -> "CSS":
    from weasyprint import CSS

    return CSS(string=STYLE.read_text(encoding="utf-8"), url_fetcher=_fetcher())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, auto_reload=False, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
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
    """A data: address. Anything but PNG and JPEG is refused here: SVG could ask for more."""
    kinds: dict[bytes, str] = {b"\x89PNG": "png", b"\xff\xd8\xff\xe0": "jpeg", b"\xff\xd8\xff\xe1": "jpeg", b"\xff\xd8\xff\xdb": "jpeg"}
    if image[:4] not in kinds:
        raise TemplateFault("签名图片既不是PNG也不是JPEG。")
    return f"data:image/{kinds[image[:4]]};base64,{b64encode(image).decode()}"


