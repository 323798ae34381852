"""Files that people send: what they really are, made harmless, with a thumbnail.

Each file is opened in a process of its own (upload_worker.py) with little memory, little time and no right to write:
decoders of pictures and PDF are where hostile files strike, and a web process must not wait for them.
"""

import asyncio
import sys
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import msgspec
from litestar.datastructures import UploadFile
from msgspec import Struct

from domain.errors import Problem, Refused
from web import forms

BYTES_AT_MOST = 10 * 1024 * 1024
FILES_AT_MOST = 10
REQUEST_BYTES = FILES_AT_MOST * BYTES_AT_MOST + 1_000_000  # request_max_body_size of handlers that take files
_SECONDS = 30
_WORKER = Path(__file__).with_name("upload_worker.py")
_DATA_URL = "data:image/png;base64,"
_DRAWN_BYTES_AT_MOST = 500_000
_NAME_AT_MOST = 80
_TWO_AT_A_TIME = asyncio.Semaphore(2)

_MESSAGES = {
    "too-large": "超过10MB。请用手机重新拍一张小一点的。",
    "unknown-kind": "不是照片或者PDF。请上传照片（JPG、PNG、HEIC）或PDF文件。",
    "damaged": "打不开，文件可能已经损坏。请重新拍照或另选一个文件。",
    "too-many-pixels": "尺寸太大。请用手机普通拍照模式重新拍一张。",
    "too-many-pages": "页数太多，最多20页。请只上传需要的几页。",
    "locked": "设有密码。请上传没有密码的文件，或者拍照上传。",
    "active": "里面带有程序，不能接收。请把需要的内容拍照上传。",
}


class Upload(Struct, frozen=True, kw_only=True):
    """A file fit to be stored. Pictures are new JPEGs without the camera's notes (place, owner), upright; PDFs are as sent."""

    media_type: str  # image/jpeg or application/pdf
    content: bytes
    thumbnail: bytes  # JPEG of the first page
    page_count: int
    filename: str

    @property
    def byte_count(self) -> int:
        return len(self.content)


class _Answer(Struct):
    """What upload_worker.py writes. `problem` is a key of _MESSAGES or empty."""

    problem: str = ""
    media_type: str = ""
    content: bytes = b""
    thumbnail: bytes = b""
    page_count: int = 0


async def read(data: bytes, filename: str, field: str | None = None) -> Upload:
    """Refused (attachment-unreadable) with plain words when it is no picture or PDF that people can read."""
    answer = await _open(data) if len(data) <= BYTES_AT_MOST else _Answer(problem="too-large")
    if answer.problem:
        raise Refused(_problem(filename, answer.problem, field))
    return Upload(
        media_type=answer.media_type,
        content=answer.content,
        thumbnail=answer.thumbnail,
        page_count=answer.page_count,
        filename=_stem(filename) + (".pdf" if answer.media_type == "application/pdf" else ".jpg"),
    )


async def read_form(form: forms.FormData, name: str) -> list[Upload]:
    """All files of one input; one Refused naming every file that cannot be used. No file chosen gives []."""
    sent = [file for file in form.getall(name, []) if isinstance(file, UploadFile) and file.filename]
    if len(sent) > FILES_AT_MOST:
        raise Refused(Problem("attachment-unreadable", f"一次最多上传{FILES_AT_MOST}个文件。", name))
    uploads: list[Upload] = []
    problems: list[Problem] = []
    for file in sent:
        try:
            uploads.append(await read(await file.read(BYTES_AT_MOST + 1), file.filename, name))
        except Refused as refused:
            problems += _only_problems(refused)
    if problems:
        raise Refused(*problems)
    return uploads


async def read_drawn(data_url: str, field: str) -> Upload | None:
    """The picture of a signature pad; None when nothing was drawn."""
    if not data_url:
        return None
    try:
        if not data_url.startswith(_DATA_URL) or len(data_url) > _DRAWN_BYTES_AT_MOST:
            raise ValueError
        data = b64decode(data_url.removeprefix(_DATA_URL), validate=True)
    except ValueError:
        raise Refused(_problem("签名", "damaged", field)) from None
    return await read(data, "签名.png", field)


def _only_problems(refused: Refused) -> Sequence[Problem]:
    return [problem for problem in refused.problems if isinstance(problem, Problem)]


def _problem(filename: str, reason: str, field: str | None) -> Problem:
    return Problem("attachment-unreadable", f"“{_stem(filename)}”{_MESSAGES[reason]}", field)


def _stem(filename: str) -> str:
    """The client's name as far as it can be shown: no folders, no invisible characters, not long."""
    last = PurePosixPath(forms.clean(filename).replace("\\", "/").replace("\n", " ")).name
    return PurePosixPath(last).stem[:_NAME_AT_MOST] or "文件"


async def _open(data: bytes) -> _Answer:
    """A worker that fails, dies or takes too long says only one thing about the file: it is damaged."""
    async with _TWO_AT_A_TIME:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(_WORKER),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            out, _ = await asyncio.wait_for(worker.communicate(data), _SECONDS)
        except TimeoutError:
            return _Answer(problem="damaged")
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
    return msgspec.msgpack.decode(out, type=_Answer) if worker.returncode == 0 else _Answer(problem="damaged")
