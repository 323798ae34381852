"""Where files lie: sealed, written once, named by what they contain.

The name is a keyed digest of purpose and content: the same photo sent twice is kept once, and who can read the folder
but has no keys cannot tell whether a file he knows is in it. A file written for a transaction that was then rolled
back stays behind, unreachable; it is never a wrong one.
"""

import asyncio
import os
import re
import secrets
from pathlib import Path
from typing import Protocol

from db import crypto

_KEY = re.compile(r"[0-9a-f]{64}")


class FileDamaged(Exception):
    """The file is missing, was changed or moved, or its key is not in the key file: a matter for the operators."""


class Storage(Protocol):
    """`purpose` says what the file is for (attachment, thumbnail, document, ...); only the same word opens it again."""

    async def put(self, data: bytes, purpose: str) -> str:
        """The key to get it back with. On the disk when this returns."""
        ...

    async def get(self, key: str, purpose: str) -> bytes:
        """Raises FileDamaged."""
        ...


class FolderStorage:
    """Files below `root`, 256 folders wide, readable by the process's user only."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, data: bytes, purpose: str) -> str:
        return await asyncio.to_thread(self._put, data, purpose)

    async def get(self, key: str, purpose: str) -> bytes:
        return await asyncio.to_thread(self._get, key, purpose)

    def _put(self, data: bytes, purpose: str) -> str:
        key = _address(data, purpose)
        try:
            self._get(key, purpose)
        except FileDamaged:  # not there yet, or spoilt since: either way it is written now
            self._write(self._path(key), crypto.seal(data, _bound(purpose)))
        return key

    def _get(self, key: str, purpose: str) -> bytes:
        try:
            data = crypto.unseal(self._path(key).read_bytes(), _bound(purpose))
        except (FileNotFoundError, crypto.Unreadable) as problem:
            raise FileDamaged(f"{purpose} {key}: {problem}") from problem
        if _address(data, purpose) != key:
            raise FileDamaged(f"{purpose} {key}: holds another file's content")
        return data

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileDamaged(f"not a storage key: {key!r}")
        return self._root / key[:2] / key

    def _write(self, path: Path, sealed: bytes) -> None:
        """All or nothing, also when the power fails: beside it, flushed, moved into place, the folder flushed."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        _flush(path.parent)
        _flush(self._root)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _address(data: bytes, purpose: str) -> str:
    return crypto.index(f"{purpose}\0{crypto.sm3(data).hex()}", "file").hex()


def _bound(purpose: str) -> str:
    return f"file:{purpose}"
