"""The printing processes: replaced when old or killed, gone with their parent, honest about a missing library."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents.samples import APPROVED
from web.documents import press
from web.documents.page import TemplateFault
from web.documents.pdf import Printer

ROOT = Path(__file__).parents[2]


def processes(printer: Printer) -> set[int]:
    assert printer._pool is not None
    return set(printer._pool._processes)


async def test_processes_are_replaced_after_so_many_documents() -> None:
    printer = Printer(recycle_after=2)
    seen = []
    for _ in range(3):
        assert (await printer.render("result", APPROVED)).startswith(b"%PDF")
        seen.append(processes(printer))
    await printer.stop()
    assert seen[0] == seen[1]
    assert seen[1].isdisjoint(seen[2])


async def test_a_killed_process_costs_nobody_a_document() -> None:
    printer = Printer()
    await printer.start()
    [victim] = processes(printer)
    waiting = [asyncio.create_task(printer.render("result", APPROVED)) for _ in range(3)]
    await asyncio.sleep(0)
    os.kill(victim, signal.SIGKILL)
    assert all(pdf.startswith(b"%PDF") for pdf in await asyncio.gather(*waiting))
    assert victim not in processes(printer)
    await printer.stop()


async def test_a_stopped_printer_leaves_nothing_behind() -> None:
    printer = Printer()
    await printer.start()
    assert printer._folder is not None
    [process], folder = processes(printer), Path(printer._folder.name)
    await printer.stop()
    assert not any(path.exists() for path in (folder, Path(f"/proc/{process}")))


def ended(process: str) -> bool:
    """Gone, or a zombie that nobody has collected yet."""
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or " Z " in state.read_text()


PARENT = """
import asyncio, time
from web.documents.pdf import Printer
if __name__ == "__main__":
    printer = Printer()
    asyncio.run(printer.start())
    print(*printer._pool._processes, flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes through /proc")
async def test_a_killed_parent_takes_its_processes_along(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = await asyncio.create_subprocess_exec(
        sys.executable, script, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert parent.stdout is not None
    [child] = (await parent.stdout.readline()).split()
    parent.kill()
    await parent.wait()
    for _ in range(100):
        if ended(child.decode()):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the process outlived its parent")


WITHOUT_PANGO = """
import cffi
def missing(*_): raise OSError("cannot load library 'libpango-1.0-0'")
cffi.FFI.dlopen = missing
from web.documents import worker
try:
    worker.warm_up()
except worker.PdfUnavailable as problem:
    print(problem)
"""


def test_a_missing_pango_is_named_with_the_line_that_mends_it() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_PANGO], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "apt-get install --no-install-recommends libpango-1.0-0" in told


@pytest.mark.parametrize("page", [
    '<img src="http://127.0.0.1:9/seal.png">',
    '<link rel="stylesheet" href="https://example.invalid/x.css">',
    '<style>@import url("file:///etc/passwd");</style>',
    '<p style="background: url(file:///etc/hostname)">x</p>',
])  # fmt: skip
def test_a_page_that_asks_for_something_outside_is_not_printed(page: str) -> None:
    with pytest.raises(TemplateFault):
        press.to_pdf(page)
