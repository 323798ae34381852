"""The residents' site: its routes, and what stands around every page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.middleware import DefineMiddleware

from portal import apply, cases, confirming, home, login, materials, me, viewer, village
from portal.viewer import AnyRequest
from web import headers, sessions, settings
from web.app import site
from web.documents import pdf
from web.pages import Link
from web.settings import Settings
from web.storage import FolderStorage
from web.wall import Sessions
