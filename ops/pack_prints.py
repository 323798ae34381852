"""The packs that villages wait for, file by file."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime

from db.queries import village_packs as queries
from domain.agency import village_packs
from ops import settings
from web.account_papers import desk_of
from web.documents.paper import Paper
from web.documents.pdf import render_packs
from web.pack_papers import papers
from web.storage import FolderStorage


async def print_waiting(county_code: int, at: datetime) -> None:
    """Until no file waits. A worker that dies leaves its file waiting; two who print the same one do it in vain, not wrong."""
    storage = FolderStorage(settings.files())
    while (file := await queries.next_file(county_code)) is not None:
        kind, some = await papers(file, await desk_of(county_code, settings.portal_url()), at)
        async with aclosing(render_packs(kind, _each(some), len(some))) as packs:
            async for data in packs:
                await village_packs.keep_printed(county_code, file, await storage.put(data, village_packs.PURPOSE), at)


async def _each(some: list[Paper]) -> AsyncIterator[Paper]:
    for paper in some:
        yield paper
