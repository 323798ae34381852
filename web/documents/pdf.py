"""Prints documents in processes of their own: 0.3 s of CPU and 250 MB each have no place in a web process."""

import asyncio
import multiprocessing
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from web.documents import fonts, worker
from web.documents.contents import KINDS
from web.documents.page import TemplateFault
from web.documents.paper import Paper
from web.documents.worker import PdfUnavailable

__all__ = ["PdfUnavailable", "Printer", "TemplateFault", "render", "render_packs", "start", "stop"]


class Printer:
    """A small pool of printing processes, started by the first document.

    WeasyPrint's memory grows with what it has printed: after `recycle_after` documents per process the pool is
    replaced. (`max_tasks_per_child` can hang in Python 3.11.) A pool whose process was killed is replaced, too.
    """

    def __init__(self, workers: int = 1, recycle_after: int = 300) -> None:
        self._workers = workers
        self._limit = workers * recycle_after
        self._printed = 0
        self._pool: ProcessPoolExecutor | None = None
        self._folder: TemporaryDirectory[str] | None = None

    async def start(self) -> None:
        """Has every process ready before the first document is asked for. PdfUnavailable when pango is missing."""
        pool = self._open()
        await asyncio.gather(*(asyncio.wrap_future(pool.submit(worker.warm_up)) for _ in range(self._workers)))

    async def stop(self) -> None:
        """Waits for what is being printed."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown)
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def render(self, kind: str, data: Paper) -> bytes:
        """`data` is of the class that contents.KINDS names. PdfUnavailable when pango is missing."""
        return await self._print(worker.print_document, kind, _payload(kind, data))

    async def render_pack(self, kind: str, data: Sequence[Paper]) -> bytes:
        """All of them in one file."""
        return await self._print(worker.print_pack, kind, [_payload(kind, each) for each in data])

    async def _print(self, printing: Callable[[str, Any], bytes], kind: str, data: Any) -> bytes:
        pool = self._open()
        self._printed += 1
        try:
            return await asyncio.wrap_future(pool.submit(printing, kind, data))
        except BrokenProcessPool:  # killed from outside, for instance for its memory: once more in a new one
            if self._pool is pool:
                self._pool = None
            return await asyncio.wrap_future(self._open().submit(printing, kind, data))

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is not None and self._printed >= self._limit:
            self._pool.shutdown(wait=False)  # ends by itself when its last document is done
            self._pool = None
        if self._pool is None:
            self._folder = self._folder or TemporaryDirectory(prefix="pension-fonts-")
            settings = fonts.write_settings(Path(self._folder.name))
            self._pool = ProcessPoolExecutor(
                self._workers, multiprocessing.get_context("spawn"), worker.begin, (str(settings),)
            )
            self._printed = 0
        return self._pool


def _payload(kind: str, data: Paper) -> bytes:
    if type(data) is not KINDS[kind].contents:
        raise TypeError(f"{kind} is not made from {type(data).__name__}")
    return msgspec.json.encode(data)


_printer = Printer()


async def start(workers: int = 1) -> None:
    """Optional: without it the first document starts one process and waits about 3 s longer."""
    global _printer
    _printer = Printer(workers)
    await _printer.start()


async def stop() -> None:
    await _printer.stop()


async def render(kind: str, data: Paper) -> bytes:
    """The document as PDF/A-3b. Kinds and their contents: web.documents.contents.KINDS."""
    return await _printer.render(kind, data)


async def render_packs(kind: str, data: AsyncIterable[Paper], size: int = 200) -> AsyncGenerator[bytes, None]:
    """Print packs of up to `size` documents, for instance the statements of a village, one after the other.

    They are printed in a process of their own, replaced after each file: nobody who waits for one document waits for a
    village, and memory stays flat. `data` is asked for one pack at a time. Use with contextlib.aclosing, or to the end.
    """
    printer = Printer(recycle_after=1)
    some: list[Paper] = []
    try:
        async for each in data:
            some.append(each)
            if len(some) == size:
                yield await printer.render_pack(kind, some)
                some = []
        if some:
            yield await printer.render_pack(kind, some)
    finally:
        await printer.stop()
