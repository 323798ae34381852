"""What runs in a printing process (pdf.py starts it)."""

import os
import signal
import threading
from multiprocessing import parent_process
from types import ModuleType

import msgspec

from web.documents.contents import KINDS
from web.documents.page import to_html
from web.documents.paper import Paper

NO_PANGO = (
    "不能生成PDF：这台机器缺少 pango。请运行："
    "apt-get install --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


class PdfUnavailable(Exception):
    """The machine cannot print; the message says what to install."""


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
    _press().to_pdf("<p>城乡居民基本养老保险</p>")


def print_document(kind: str, payload: bytes) -> bytes:
    """`payload` is the JSON of the kind's contents; it goes into the PDF as it is."""
    contents: Paper = msgspec.json.decode(payload, type=KINDS[kind].contents)
    pdf: bytes = _press().to_pdf(to_html(kind, contents), payload, contents.printed_at)
    return pdf


def print_pack(kind: str, payloads: list[bytes]) -> bytes:
    """All of them in one file, in their order."""
    contents: type[Paper] = KINDS[kind].contents
    pages = (to_html(kind, msgspec.json.decode(payload, type=contents)) for payload in payloads)
    pdf: bytes = _press().to_pack(pages)
    return pdf


def _press() -> ModuleType:
    try:
        from web.documents import press  # noqa: PLC0415 - only here, after begin() has set the fonts
    except OSError as missing:
        raise PdfUnavailable(NO_PANGO) from missing
    return press
