"""Files at rest: sealed, written once, nothing given back that was changed."""

import stat
from pathlib import Path

import pytest

from db import crypto
from web.storage import FileDamaged, FolderStorage

PHOTO = b"\xff\xd8\xff\xe0 a photo of an identity card " * 1000


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    crypto.use_keys(crypto.new_keys())
    return FolderStorage(tmp_path / "files")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


async def test_what_is_put_comes_back(storage: FolderStorage) -> None:
    key = await storage.put(PHOTO, "attachment")
    assert await storage.get(key, "attachment") == PHOTO


async def test_an_empty_file_comes_back(storage: FolderStorage) -> None:
    assert await storage.get(await storage.put(b"", "attachment"), "attachment") == b""


async def test_the_disk_holds_no_plain_text_and_lets_nobody_else_read(storage: FolderStorage, tmp_path: Path) -> None:
    await storage.put(PHOTO, "attachment")
    [file] = files(tmp_path)
    assert b"identity card" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_the_name_says_nothing_without_the_keys(storage: FolderStorage) -> None:
    key = await storage.put(PHOTO, "attachment")
    assert key != crypto.sm3(PHOTO).hex()
    crypto.use_keys(crypto.new_keys())
    assert await storage.put(PHOTO, "attachment") != key


async def test_the_same_content_is_kept_once(storage: FolderStorage, tmp_path: Path) -> None:
    first = await storage.put(PHOTO, "attachment")
    before = files(tmp_path)[0].stat().st_mtime_ns
    assert await storage.put(PHOTO, "attachment") == first
    assert [file.stat().st_mtime_ns for file in files(tmp_path)] == [before]


async def test_another_content_or_purpose_is_another_file(storage: FolderStorage) -> None:
    keys = {
        await storage.put(*what) for what in ((PHOTO, "attachment"), (PHOTO + b"!", "attachment"), (PHOTO, "document"))
    }
    assert len(keys) == 3


async def test_a_file_opens_for_its_own_purpose_only(storage: FolderStorage) -> None:
    key = await storage.put(PHOTO, "attachment")
    with pytest.raises(FileDamaged):
        await storage.get(key, "document")


async def test_a_changed_byte_is_noticed(storage: FolderStorage, tmp_path: Path) -> None:
    key = await storage.put(PHOTO, "attachment")
    [file] = files(tmp_path)
    sealed = bytearray(file.read_bytes())
    sealed[len(sealed) // 2] ^= 1
    file.write_bytes(sealed)
    with pytest.raises(FileDamaged):
        await storage.get(key, "attachment")


async def test_a_file_put_in_another_ones_place_is_noticed(storage: FolderStorage, tmp_path: Path) -> None:
    mine, other = [await storage.put(content, "attachment") for content in (PHOTO, b"somebody else's card")]
    by_name = {file.name: file for file in files(tmp_path)}
    by_name[mine].write_bytes(by_name[other].read_bytes())
    with pytest.raises(FileDamaged, match="another file"):
        await storage.get(mine, "attachment")


async def test_putting_again_mends_a_spoilt_file(storage: FolderStorage, tmp_path: Path) -> None:
    key = await storage.put(PHOTO, "attachment")
    files(tmp_path)[0].write_bytes(b"half")
    assert await storage.put(PHOTO, "attachment") == key
    assert await storage.get(key, "attachment") == PHOTO
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64])
async def test_a_made_up_key_opens_nothing(storage: FolderStorage, key: str) -> None:
    with pytest.raises(FileDamaged):
        await storage.get(key, "attachment")


async def test_files_sealed_with_an_older_key_still_open(storage: FolderStorage) -> None:
    keys = crypto.new_keys()
    crypto.use_keys(keys)
    key = await storage.put(PHOTO, "attachment")
    crypto.use_keys(crypto.rotate(keys))
    assert await storage.get(key, "attachment") == PHOTO
    assert await storage.put(PHOTO, "attachment") == key
