"""Print packs: many documents of one kind in few files, as a village's statements go to the printer."""

import re
from collections.abc import AsyncIterator
from contextlib import aclosing

import msgspec
import pypdfium2
import pytest

from tests.documents.samples import APPROVED, RECEIPT
from web.documents import press
from web.documents.contents import ResultNotice
from web.documents.page import to_html
from web.documents.paper import Paper
from web.documents.pdf import render_packs


def notice(number: int) -> ResultNotice:
    return msgspec.structs.replace(APPROVED, case_number=f"439901-20261121-{number:06d}")


class Village:
    """Gives one notice after the other and remembers how many were asked for."""

    def __init__(self, people: int) -> None:
        self.people = people
        self.asked = 0

    async def notices(self) -> AsyncIterator[Paper]:
        for number in range(self.people):
            self.asked += 1
            yield notice(number)


def numbers(pdf: bytes) -> list[str]:
    """The case number on each page, where the page says that it is the only one of its document."""
    pages = [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(pdf)]
    assert all("第1页共1页" in page for page in pages)
    return [found[1] for page in pages if (found := re.search(r"编号：439901-20261121-(\d{6})", page))]


async def test_a_pack_is_cut_into_files_and_nobody_is_lost() -> None:
    files = [numbers(pdf) async for pdf in render_packs("result", Village(5).notices(), size=2)]
    assert files == [["000000", "000001"], ["000002", "000003"], ["000004"]]


async def test_a_full_last_file_is_not_followed_by_an_empty_one() -> None:
    assert len([pdf async for pdf in render_packs("result", Village(2).notices(), size=2)]) == 1
    assert [pdf async for pdf in render_packs("result", Village(0).notices())] == []


async def test_people_are_fetched_only_for_the_file_that_is_printed() -> None:
    village = Village(100)
    async with aclosing(render_packs("result", village.notices(), size=2)) as files:
        assert numbers(await anext(files)) == ["000000", "000001"]
    assert village.asked == 2


async def test_a_document_of_another_kind_stops_the_pack() -> None:
    async def mixed() -> AsyncIterator[Paper]:
        yield notice(0)
        yield RECEIPT

    with pytest.raises(TypeError):
        async for _ in render_packs("result", mixed()):
            pass


def test_parts_are_bound_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "TOGETHER", 2)
    pack = press.to_pack(to_html("result", notice(number)) for number in range(5))
    assert numbers(pack) == [f"{number:06d}" for number in range(5)]


def test_a_pack_is_much_smaller_than_its_documents() -> None:
    pages = [to_html("result", notice(number)) for number in range(10)]
    assert len(press.to_pack(pages)) < 0.3 * sum(len(press.to_pdf(page)) for page in pages)


def test_a_pack_holds_no_data_to_be_read_out() -> None:
    assert pypdfium2.PdfDocument(press.to_pack([to_html("result", notice(1))])).count_attachments() == 0
