"""The packs of statements that villages wait for, file by file (R-196)."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime

from db.queries import statements as queries
from db.queries.statements import PrintRow
from domain import statements
from domain.agency import worker
from ops import settings
from web.account_papers import Desk, desk_of, statement_papers
from web.documents.paper import Paper
from web.documents.pdf import render_packs
from web.storage import FolderStorage

PURPOSE = statements.PRINT_PURPOSE


async def print_waiting(county_code: int, at: datetime) -> None:
    """Until no file waits. A worker that dies leaves its file waiting; two who print the same one do it in vain, not wrong."""
    storage = FolderStorage(settings.files())
    while (file := await queries.next_print(county_code)) is not None:
        desk = await desk_of(county_code, settings.portal_url())
        async with aclosing(render_packs("account_statement", _papers(file, desk, at), statements.PER_FILE)) as packs:
            async for data in packs:
                await statements.keep_printed(county_code, file.id, await storage.put(data, PURPOSE), at)


async def _papers(file: PrintRow, desk: Desk, at: datetime) -> AsyncIterator[Paper]:
    county_code = desk.county.county_code
    some = await statements.of_file(county_code, file, worker(county_code), at)
    for paper in await statement_papers(some, desk, at):
        yield paper
