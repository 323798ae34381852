"""Files as people send them: made harmless, or refused with a sentence that says what to do."""

import io
import struct
import time
import zlib
from base64 import b64encode
from typing import Any

import pillow_heif
import pypdfium2
import pytest
from litestar.datastructures import UploadFile
from multidict import MultiDict
from PIL import Image
from pypdfium2 import raw

from domain.errors import Problem, Refused
from web import uploads

PLACE = {1: "N", 2: (28.0, 12.0, 30.0), 3: "E", 4: (112.0, 56.0, 0.0)}
ORIENTATION, GPS, ARTIST = 0x0112, 0x8825, 0x013B


def picture(width: int = 640, height: int = 400, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue: one sees which way it is turned."""
    image = Image.new(mode, (width, height), (200, 20, 20, 255)[: len(mode)])
    image.paste((20, 20, 200, 255)[: len(mode)], (width // 2, 0, width, height))
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(out, quality=80)
    return out.getvalue()


def notes(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[ARTIST] = "somebody's phone"
    exif.get_ifd(GPS).update(PLACE)
    return exif


def pdf(pages: int, javascript: bool = False) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    data = out.getvalue()
    if javascript:
        data = data.replace(
            b"/Type/Catalog",
            b"/OpenAction<</S/JavaScript/JS(1)>>/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(1)>>]>>>>/Type/Catalog",
            1,
        )
    return data


def png_bomb(edge: int) -> bytes:
    """A small PNG that claims edge × edge pixels, and has them."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    squeeze = zlib.compressobj(9)
    row = b"\0" * (edge // 8 + 2)
    body = b"".join(squeeze.compress(row) for _ in range(edge)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


async def refused(data: bytes, name: str = "户口簿.jpg") -> str:
    with pytest.raises(Refused) as caught:
        await uploads.read(data, name, "photos")
    problem = caught.value.problems[0]
    assert isinstance(problem, Problem)
    assert (problem.code, problem.field) == ("attachment-unreadable", "photos")
    assert "户口簿" in problem.message
    return problem.message


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("HEIF", "a.HEIC")])
async def test_a_photo_becomes_a_jpeg_with_a_thumbnail(kind: str, name: str) -> None:
    data = heic() if kind == "HEIF" else saved(picture(), kind)
    upload = await uploads.read(data, name)
    assert (upload.media_type, upload.page_count, upload.filename) == ("image/jpeg", 1, "a.jpg")
    with Image.open(io.BytesIO(upload.content)) as kept, Image.open(io.BytesIO(upload.thumbnail)) as small:
        assert (kept.format, kept.size) == ("JPEG", (640, 400))
        assert (small.format, small.size) == ("JPEG", (480, 300))
        red, _, blue = kept.getpixel((10, 10))  # type: ignore[misc]
        assert red > blue


@pytest.mark.rule("R-030")
async def test_the_place_where_a_photo_was_taken_is_gone() -> None:
    data = saved(picture(), "JPEG", exif=notes())
    assert b"Exif" in data
    upload = await uploads.read(data, "a.jpg")
    for content in (upload.content, upload.thumbnail):
        assert b"Exif" not in content
        assert b"somebody" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


async def test_a_photo_taken_with_the_phone_on_its_side_is_turned_upright() -> None:
    upload = await uploads.read(saved(picture(), "JPEG", exif=notes(orientation=6)), "a.jpg")
    kept = Image.open(io.BytesIO(upload.content))
    assert kept.size == (400, 640)
    red, _, blue = kept.getpixel((200, 20))  # type: ignore[misc]
    assert red > blue


async def test_a_very_large_photo_is_made_smaller_but_stays_readable() -> None:
    upload = await uploads.read(saved(picture(6000, 4000), "JPEG"), "a.jpg")
    assert Image.open(io.BytesIO(upload.content)).size == (3000, 2000)


@pytest.mark.parametrize("mode", ["RGBA", "L", "1", "CMYK", "I;16"])
async def test_pictures_of_every_mode_are_kept(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new(mode, (300, 200)) if mode == "I;16" else picture().convert(mode)
    assert (await uploads.read(saved(image, kind), "a")).media_type == "image/jpeg"


async def test_what_is_transparent_becomes_white_paper() -> None:
    upload = await uploads.read(saved(Image.new("RGBA", (300, 200), (0, 0, 0, 0)), "PNG"), "a.png")
    assert Image.open(io.BytesIO(upload.content)).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("pages", [1, 20])
async def test_a_pdf_is_kept_as_sent_with_the_picture_of_its_first_page(pages: int) -> None:
    data = pdf(pages)
    upload = await uploads.read(data, "说明.pdf")
    assert (upload.media_type, upload.page_count, upload.content, upload.filename) == (
        "application/pdf",
        pages,
        data,
        "说明.pdf",
    )
    assert max(Image.open(io.BytesIO(upload.thumbnail)).size) == 480


@pytest.mark.parametrize("pages", [21, 200])
async def test_a_pdf_with_too_many_pages_is_refused(pages: int) -> None:
    assert "最多20页" in await refused(pdf(pages))


async def test_a_pdf_that_wants_to_run_a_program_is_refused() -> None:
    data = pdf(1, javascript=True)
    assert raw.FPDFDoc_GetJavaScriptActionCount(pypdfium2.PdfDocument(data)) == 1
    assert "程序" in await refused(data)


@pytest.mark.parametrize("data", [
    b"<html><script>alert(1)</script></html>", b"", b"GIF89a" + b"\0" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04" + b"\0" * 50,
    b"\0\0\0\x20ftypavif" + b"\0" * 40, b"MZ" + b"\0" * 100,
], ids=["html", "empty", "gif", "svg", "zip", "avif", "exe"])  # fmt: skip
async def test_anything_else_behind_the_name_of_a_photo_is_refused(data: bytes) -> None:
    assert "不是照片或者PDF" in await refused(data)


@pytest.mark.parametrize("make", [
    lambda: saved(picture(), "JPEG")[:2000], lambda: saved(picture(), "PNG")[:300], lambda: heic()[:400], lambda: b"%PDF-1.7\n" + b"x" * 500,
    lambda: b"\xff\xd8\xff" + b"\0" * 5000, lambda: b"\0\0\0\x18ftypheic" + b"\xff" * 300,
], ids=["jpeg", "png", "heic", "pdf", "jpeg-noise", "heic-noise"])  # fmt: skip
async def test_a_broken_file_is_refused(make: Any) -> None:
    assert "打不开" in await refused(make())


async def test_both_sides_of_ten_megabytes() -> None:
    full = saved(picture(), "JPEG") + b"\0" * uploads.BYTES_AT_MOST
    assert (await uploads.read(full[: uploads.BYTES_AT_MOST], "a.jpg")).media_type == "image/jpeg"
    assert "10MB" in await refused(full[: uploads.BYTES_AT_MOST + 1])


async def test_a_small_file_that_would_fill_the_memory_is_refused_at_once() -> None:
    bomb = png_bomb(30_000)
    assert len(bomb) < 500_000
    begun = time.monotonic()
    assert "尺寸太大" in await refused(bomb)
    assert time.monotonic() - begun < 5


async def test_the_largest_picture_that_is_let_in_fits_into_the_workers_memory() -> None:
    upload = await uploads.read(
        saved(Image.new("RGBA", (8000, 8000), (9, 9, 9, 128)), "PNG", compress_level=1), "a.png"
    )
    assert Image.open(io.BytesIO(upload.content)).size == (3000, 3000)


async def test_the_worker_ends_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_SECONDS", 0.01)
    assert "打不开" in await refused(saved(picture(), "JPEG"))


@pytest.mark.parametrize(("name", "kept"), [
    ("../../etc/passwd", "passwd.jpg"), ("C:\\照片\\户口簿.JPG", "户口簿.jpg"), ("a\u202egpj.exe", "agpj.jpg"),
    ("", "文件.jpg"), ("长" * 300 + ".png", "长" * 80 + ".jpg"),
])  # fmt: skip
async def test_a_file_name_is_only_something_to_show(name: str, kept: str) -> None:
    assert (await uploads.read(saved(picture(), "JPEG"), name)).filename == kept


async def test_a_form_with_several_files_names_every_one_that_cannot_be_used() -> None:
    form: MultiDict[Any] = MultiDict()
    for name, data in (("好.jpg", saved(picture(), "JPEG")), ("坏.jpg", b"x"), ("碎.jpg", b"\xff\xd8\xff")):
        form.add("photos", UploadFile("image/jpeg", name, data))
    with pytest.raises(Refused) as caught:
        await uploads.read_form(form, "photos")
    assert [problem.message[:3] for problem in caught.value.problems] == ["“坏”", "“碎”"]


async def test_a_form_in_which_no_file_was_chosen_has_none() -> None:
    assert await uploads.read_form(MultiDict(photos=""), "photos") == []


async def test_a_drawn_signature_is_a_picture_and_nothing_drawn_is_none() -> None:
    url = "data:image/png;base64," + b64encode(saved(picture(300, 150, "RGBA"), "PNG")).decode()
    drawn = await uploads.read_drawn(url, "signature")
    assert drawn is not None
    assert drawn.media_type == "image/jpeg"
    assert await uploads.read_drawn("", "signature") is None
    for wrong in ("data:text/html;base64,PGI+", "data:image/png;base64,***", "data:image/png;base64," + "A" * 600_000):
        with pytest.raises(Refused):
            await uploads.read_drawn(wrong, "signature")
