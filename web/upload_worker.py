"""Opens one file that somebody sent: bytes in on stdin, the answer of web.uploads out on stdout. Run as a program.

The kind is read from the content; a name or a media type that the client claims is never looked at.
"""

import io
import resource
import sys

import msgspec
import pillow_heif
import pypdfium2
from PIL import Image, ImageOps
from pypdfium2 import raw

Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before any pixel is decoded
pillow_heif.register_heif_opener(thumbnails=False)

KIND_BYTES = 32
PIXELS_AT_MOST = 64_000_000  # what phones make in their ordinary mode, and some more
EDGE_AT_MOST = 3000  # px: small print on a photographed page stays readable
THUMBNAIL_EDGE = 480  # px
PAGES_AT_MOST = 20
_MEMORY = 1024 * 1024 * 1024
_CPU_SECONDS = 20
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})


class Unusable(Exception):
    """The reason is a key of web.uploads._MESSAGES."""


def limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def kind_of(data: bytes) -> str:
    start = data[:KIND_BYTES]
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS:
        return "HEIF"
    if start.startswith(b"%PDF-"):
        return "PDF"
    raise Unusable("unknown-kind")


def read_picture(data: bytes, kind: str) -> dict[str, object]:
    """A new JPEG from the pixels alone: nothing else of the file survives."""
    with Image.open(io.BytesIO(data), formats=[kind]) as sent:
        if sent.width * sent.height > PIXELS_AT_MOST:
            raise Unusable("too-many-pixels")
        image: Image.Image = sent
        if image.mode in ("1", "P", "PA"):  # these cannot be made smaller smoothly
            image = image.convert("L" if image.mode == "1" else "RGBA")
        image.thumbnail((EDGE_AT_MOST, EDGE_AT_MOST))  # first of all, for the memory
        upright = ImageOps.exif_transpose(image)
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A") if "A" in upright.getbands() else None)
    content = jpeg(paper, 85)
    paper.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return {"media_type": "image/jpeg", "content": content, "thumbnail": jpeg(paper, 75), "page_count": 1}


def jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def read_pdf(data: bytes) -> dict[str, object]:
    """The file as sent (it may carry somebody's electronic seal), once every page can be opened and nothing in it runs."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as broken:
        raise Unusable("locked" if "password" in str(broken).lower() else "damaged") from None
    if not 0 < len(document) <= PAGES_AT_MOST:
        raise Unusable("too-many-pages" if len(document) else "damaged")
    if raw.FPDFDoc_GetJavaScriptActionCount(document) or document.get_formtype() in (
        raw.FORMTYPE_XFA_FULL,
        raw.FORMTYPE_XFA_FOREGROUND,
    ):
        raise Unusable("active")
    sizes = [document[number].get_size() for number in range(len(document))]
    if any(min(size) <= 0 for size in sizes):
        raise Unusable("damaged")
    first = document[0].render(scale=THUMBNAIL_EDGE / max(sizes[0])).to_pil().convert("RGB")
    return {
        "media_type": "application/pdf",
        "content": data,
        "thumbnail": jpeg(first, 75),
        "page_count": len(document),
    }


def answer(data: bytes) -> dict[str, object]:
    try:
        kind = kind_of(data)
        return read_pdf(data) if kind == "PDF" else read_picture(data, kind)
    except Unusable as reason:
        return {"problem": str(reason)}
    except Exception:  # noqa: BLE001 – decoders raise whatever they like at a broken file
        return {"problem": "damaged"}


def main() -> None:
    limit()
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
