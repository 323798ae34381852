"""Page → PDF/A-3b. Imported in printing processes only: WeasyPrint takes 3 s and 200 MB, and needs pango."""

from datetime import datetime
from pathlib import Path

from weasyprint import CSS, HTML, Attachment
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from web.documents.page import TemplateFault

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
    try:
        page = HTML(string=html, url_fetcher=_NOTHING_FROM_OUTSIDE)
        pdf: bytes = page.write_pdf(stylesheets=[_STYLE], pdf_variant="pdf/a-3b", attachments=attached)
    except FatalURLFetchingError as outside:  # a BaseException: it would end the process instead of the document
        raise TemplateFault(str(outside)) from None
    return pdf
