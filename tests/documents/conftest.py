import asyncio
from collections.abc import Iterator

import pytest

from tests.documents.account_samples import ACCOUNT_SAMPLES
from tests.documents.samples import SAMPLES
from web.documents.pdf import Printer


@pytest.fixture(scope="session")
def printer() -> Iterator[Printer]:
    printer = Printer()
    yield printer
    asyncio.run(printer.stop())


@pytest.fixture(scope="session")
def printed(printer: Printer) -> list[bytes]:
    """Every sample: those of SAMPLES, then those of ACCOUNT_SAMPLES."""

    async def all_of_them() -> list[bytes]:
        return await asyncio.gather(
            *(printer.render(kind, contents) for kind, contents in (*SAMPLES, *ACCOUNT_SAMPLES))
        )

    return asyncio.run(all_of_them())
