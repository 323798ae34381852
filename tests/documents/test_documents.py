"""The documents as people and archives receive them: read back from the PDF itself."""

import re
import zlib
from datetime import UTC, date, datetime

import msgspec
import pypdfium2
import pytest

from domain.case.status import REMEDIES
from tests.documents.account_samples import ACCOUNT_SAMPLES
from tests.documents.samples import (
    APPROVED,
    CASE,
    CHANGE,
    COMMITMENT,
    RECEIPT,
    REGISTRATION,
    REJECTED,
    SAMPLES,
    SEALS,
    SLIP,
    SUPPLEMENT,
    VERIFY,
    signature_image,
)
from web.documents.contents import KINDS
from web.documents.page import TemplateFault, day, moment, picture, to_html
from web.documents.pdf import Printer

ALL = (*SAMPLES, *ACCOUNT_SAMPLES)
NAMES = [f"{position}-{kind}" for position, (kind, _) in enumerate(ALL)]
every_document = pytest.mark.parametrize("position", range(len(ALL)), ids=NAMES)
every_case_document = pytest.mark.parametrize("position", range(len(SAMPLES)), ids=NAMES[: len(SAMPLES)])


def text_of(pdf: bytes) -> str:
    """The words of all pages without blanks and line ends: where a line breaks is of no matter here."""
    document = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


def squeezed(*texts: str) -> list[str]:
    return [re.sub(r"\s", "", text) for text in texts]


@pytest.fixture(scope="session")
def text(printed: list[bytes]) -> dict[int, str]:
    """By id() of the sample."""
    return {id(contents): text_of(pdf) for (_, contents), pdf in zip(ALL, printed, strict=True)}


@every_case_document
def test_every_document_of_a_case_says_what_whose_and_when(position: int, text: dict[int, str]) -> None:
    kind, contents = SAMPLES[position]
    found = text[id(contents)]
    for words in squeezed(
        KINDS[kind].title, CASE, "古丽扎尔·艾合买提江", KINDS[kind].form_number, "打印时间：2026年11月21日 14:05"
    ):
        assert words in found
    assert "第1页共1页" in found


@every_case_document
def test_every_document_of_a_case_fits_one_page_that_is_not_empty(position: int, printed: list[bytes]) -> None:
    document = pypdfium2.PdfDocument(printed[position])
    assert len(document) == 1
    assert [round(length / 72 * 25.4) for length in document[0].get_size()] == [210, 297]
    darkest = document[0].render(scale=1).to_pil().convert("L").histogram()
    assert 0.005 < sum(darkest[:128]) / sum(darkest) < 0.25


@every_document
def test_every_document_is_pdf_a_3b_with_its_data_inside(position: int, printed: list[bytes]) -> None:
    kind, contents = ALL[position]
    pdf = printed[position]
    inside = b"".join(_streams(pdf))
    assert re.search(rb"pdfaid:part[>=\"\s]+3", inside)
    assert re.search(rb"pdfaid:conformance[>=\"\s]+B", inside)
    assert b"/AFRelationship /Data" in pdf + inside
    document = pypdfium2.PdfDocument(pdf)
    assert document.count_attachments() == 1
    attached = bytes(document.get_attachment(0).get_data())
    assert msgspec.json.decode(attached, type=KINDS[kind].contents) == contents


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(raw))  # whose last byte may look like a line end
        except zlib.error:
            found.append(raw)
    return found


@every_document
def test_every_document_embeds_its_fonts_and_no_others_than_ours(position: int, printed: list[bytes]) -> None:
    fonts = set(re.findall(rb"/FontName /([A-Za-z+-]+)", printed[position] + b"".join(_streams(printed[position]))))
    assert fonts
    assert all(font.split(b"+")[-1].startswith(b"Noto-S") for font in fonts), fonts


@pytest.mark.rule("R-519")
def test_rare_characters_and_the_middle_dot_survive(text: dict[int, str]) -> None:
    assert "㐂䶮" in text[id(REGISTRATION)]
    assert "艾合买提江·吐尔逊" in text[id(REGISTRATION)]


@pytest.mark.rule("R-045")
def test_the_registration_form_holds_every_field(text: dict[int, str]) -> None:
    form = REGISTRATION
    fields = (form.id_type, form.id_number, form.sex, form.ethnic_group, form.category, form.household_type, form.household_address,
              form.phone, form.address, form.postcode, form.region_code, form.region_name, form.tier, form.card_number,
              form.filled_by, form.channel, COMMITMENT, "1968年4月12日")  # fmt: skip
    for words in squeezed(*fields):
        assert words in text[id(form)]
    for each in form.beneficiaries:
        for words in squeezed(each.name, each.id_type, each.id_number, each.relation, f"{each.share_percent}%"):
            assert words in text[id(form)]


@pytest.mark.rule("R-050")
def test_the_form_has_a_place_for_each_seal(text: dict[int, str]) -> None:
    assert text[id(REGISTRATION)].count("（盖章）") == 3
    for seal in SEALS:
        assert seal.title in text[id(REGISTRATION)]
        assert seal.handler in text[id(REGISTRATION)]


def test_the_change_form_shows_old_and_new(text: dict[int, str]) -> None:
    for change in CHANGE.changes:
        assert "".join(squeezed(change.title, change.old, change.new)) in text[id(CHANGE)]
    assert squeezed(CHANGE.basis)[0] in text[id(CHANGE)]


@pytest.mark.rule("R-010")
def test_a_provisional_due_date_says_so(text: dict[int, str]) -> None:
    assert "2027年1月5日（暂定" in text[id(RECEIPT)]


def test_a_certain_due_date_does_not() -> None:
    html = to_html("receipt", msgspec.structs.replace(RECEIPT, provisional=False))
    assert "2027年1月5日" in html
    assert "暂定" not in html


def test_the_receipt_says_limit_materials_and_how_to_ask(text: dict[int, str]) -> None:
    for words in squeezed(
        "3个工作日", *RECEIPT.materials, VERIFY, RECEIPT.enquiry_phone, RECEIPT.enquiry_address, "不收任何费用"
    ):
        assert words in text[id(RECEIPT)]


def test_a_change_made_at_once_has_no_limit() -> None:
    html = to_html("receipt", msgspec.structs.replace(RECEIPT, limit_days=0))
    assert "当场办结" in html
    assert "个工作日" not in html


@pytest.mark.rule("R-009")
def test_the_supplement_notice_lists_everything_once_and_stops_the_clock(text: dict[int, str]) -> None:
    found = text[id(SUPPLEMENT)]
    for point in SUPPLEMENT.points:
        for words in squeezed(point.missing, point.reason, point.basis):
            assert words in found
    assert "以后不会再要求补充其他内容" in found
    assert "从2026年11月23日起到收到您补充的内容为止，办理期限暂停计算" in found


@pytest.mark.rule("R-012", "R-013")
def test_a_refusal_has_reasons_with_articles_and_the_three_remedies(text: dict[int, str]) -> None:
    assert REJECTED.remedies == REMEDIES
    found = text[id(REJECTED)]
    for reason in REJECTED.reasons:
        for words in squeezed(reason.title, reason.text, reason.basis):
            assert words in found
    for words in squeezed(
        *REMEDIES, "青禾县人民政府", "社会保险法》第八十三条", "行政复议法》第二十条", "行政诉讼法》第四十六条"
    ):
        assert words in found


def test_an_approval_names_no_remedies(text: dict[int, str]) -> None:
    assert "审核通过" in text[id(APPROVED)]
    assert APPROVED.result in text[id(APPROVED)]
    assert "行政复议" not in text[id(APPROVED)]


@pytest.mark.rule("R-023")
def test_the_slip_shows_what_was_typed_in_and_where_to_sign(text: dict[int, str]) -> None:
    for title, value in SLIP.answers:
        assert "".join(squeezed(title, value)) in text[id(SLIP)]
    for words in squeezed("您不确认，就不会提交", "签名（盖章、手印）", "2026年12月5日 23:59以前", SLIP.confirm_url):
        assert words in text[id(SLIP)]
    assert REGISTRATION.id_number not in text[id(SLIP)]


async def test_a_long_form_runs_on_and_keeps_its_seals_together(printer: Printer) -> None:
    long = msgspec.structs.replace(REGISTRATION, beneficiaries=REGISTRATION.beneficiaries * 2)
    pages = pypdfium2.PdfDocument(await printer.render("registration_form", long))
    first, second = ("".join(squeezed(page.get_textpage().get_text_range())) for page in pages)
    assert "第1页共2页" in first
    assert "第2页共2页" in second
    assert "村（居）委会" not in first
    assert second.count("（盖章）") == 3


def test_what_people_typed_is_never_markup() -> None:
    html = to_html("receipt", msgspec.structs.replace(RECEIPT, applicant_name="<img src=x>&amp;"))
    assert "&lt;img src=x&gt;&amp;amp;" in html


async def test_an_address_in_a_name_fetches_nothing(printer: Printer) -> None:
    hostile = msgspec.structs.replace(
        RECEIPT, applicant_name='<img src="http://127.0.0.1:9/x.png"><link rel=stylesheet href=file:///etc/passwd>'
    )
    assert "127.0.0.1:9" in text_of(await printer.render("receipt", hostile))


async def test_the_wrong_contents_are_refused(printer: Printer) -> None:
    with pytest.raises(TypeError):
        await printer.render("receipt", APPROVED)


async def test_a_signature_picture_must_be_one(printer: Printer) -> None:
    signature = msgspec.structs.replace(REGISTRATION.signature, image=b"<svg onload=x>")  # type: ignore[type-var]
    with pytest.raises(TemplateFault):
        await printer.render("registration_form", msgspec.structs.replace(REGISTRATION, signature=signature))


def test_png_and_jpeg_signatures_are_taken() -> None:
    assert picture(signature_image()).startswith("data:image/png;base64,iVBOR")
    assert picture(b"\xff\xd8\xff\xdb...").startswith("data:image/jpeg;base64,")


@pytest.mark.rule("R-520")
def test_dates_are_written_as_year_month_day() -> None:
    assert day(date(2026, 1, 5)) == "2026年1月5日"
    assert day(None).split() == ["年", "月", "日"]


def test_times_are_those_of_china() -> None:
    assert moment(datetime(2026, 12, 31, 16, 30, tzinfo=UTC)) == "2027年1月1日 00:30"


def test_every_kind_has_a_template_and_an_example() -> None:
    assert {kind for kind, _ in ALL} == set(KINDS)
    for kind, contents in ALL:
        assert isinstance(contents, KINDS[kind].contents)
        assert KINDS[kind].title in to_html(kind, contents)
