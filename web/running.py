"""What a site opens before it serves, and closes afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from db import crypto, engine
from web.settings import Settings
from web.storage import FolderStorage


def open_storage(settings: Settings) -> FolderStorage:
    """The attachments' folder, with the keys that open it."""
    crypto.load_keys(settings.keys)
    return FolderStorage(settings.files)


@asynccontextmanager
async def database(_: Litestar) -> AsyncIterator[None]:
    """The process's pool, for `lifespan`."""
    await engine.open_pool()
    try:
        yield
    finally:
        await engine.close_pool()
