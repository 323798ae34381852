"""Prints documents in processes of their own: 0.3 s of CPU and 250 MB each have no place in a web process."""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from web.documents import fonts, worker
from web.documents.contents import KINDS
from web.documents.page import TemplateFault
from web.documents.paper import Paper
from web.documents.worker import PdfUnavailable

__all__ = ["PdfUnavailable", "Printer", "TemplateFault", "render", "start", "stop"]


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
        if type(data) is not KINDS[kind].contents:
            raise TypeError(f"{kind} is not made from {type(data).__name__}")
        payload = msgspec.json.encode(data)
        pool = self._open()
        try:
            return await self._print(pool, kind, payload)
        except BrokenProcessPool:  # killed from outside, for instance for its memory: once more in a new one
            if self._pool is pool:
                self._pool = None
            return await self._print(self._open(), kind, payload)

    async def _print(self, pool: ProcessPoolExecutor, kind: str, payload: bytes) -> bytes:
        self._printed += 1
        return await asyncio.wrap_future(pool.submit(worker.print_document, kind, payload))

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
