"""Page → PDF/A-3b. Imported in printing processes only: WeasyPrint takes 3 s and 200 MB, and needs pango."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from itertools import islice
from pathlib import Path

from pypdfium2 import PdfDocument
from weasyprint import CSS, HTML, Attachment, Document
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from web.documents.page import TemplateFault

VARIANT = "pdf/a-3b"
TOGETHER = 20
# Only what stands in the page itself (a signature as data:) is used; asking for anything else stops the document.
_NOTHING_FROM_OUTSIDE = URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
_STYLE = CSS(
    string=Path(__file__).with_name("documents.css").read_text(encoding="utf-8"), url_fetcher=_NOTHING_FROM_OUTSIDE
)


def to_pdf(html: str, data: bytes = b"", at: datetime | None = None) -> bytes:
    """`data`, JSON, is attached as what the document was made from; `at` is when. Raises TemplateFault."""
    attached = []
    if data:
        attached.append(
            Attachment(
                string=data, name="data.json", description="本文件的数据", created=at, modified=at, relationship="Data"
            )
        )
    pdf: bytes = _lay_out(html).write_pdf(pdf_variant=VARIANT, attachments=attached)
    return pdf


def to_pack(pages: Iterable[str]) -> bytes:
    """Many documents as one file to be sent to a printer: each counts its own pages, and no data is attached.

    A laid out page takes 5 MB. Fonts are in the file once for every `TOGETHER` documents.
    """
    pack = PdfDocument.new()
    waiting = iter(pages)
    while some := list(islice(waiting, TOGETHER)):
        part = PdfDocument(_bound(some))
        pack.import_pages(part)
        part.close()
    file = BytesIO()
    pack.save(file)
    pack.close()
    return file.getvalue()


def _bound(pages: list[str]) -> bytes:
    laid = [_lay_out(html) for html in pages]
    pdf: bytes = laid[0].copy([page for document in laid for page in document.pages]).write_pdf()
    return pdf


def _lay_out(html: str) -> Document:
    try:
        return HTML(string=html, url_fetcher=_NOTHING_FROM_OUTSIDE).render(stylesheets=[_STYLE], pdf_variant=VARIANT)
    except FatalURLFetchingError as outside:  # a BaseException: it would end the process instead of the document
        raise TemplateFault(str(outside)) from None
