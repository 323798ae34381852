"""The field cipher against published vectors, and what it must refuse."""

import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from db import crypto

# RFC 8998, appendix A.1
KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
NONCE = bytes.fromhex("00001234567800000000abcd")
ASSOCIATED = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
PLAIN = bytes.fromhex("".join(letter * 16 for letter in "ABCDEFEA"))
TEXT = bytes.fromhex(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
    "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    "83de3541e4c2b58177e065a9bf7b62ec"
)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> crypto.Keys:
    ring = crypto.new_keys()
    monkeypatch.setattr(crypto, "_ring", ring)
    return ring


def test_sm4_gcm_gives_the_published_ciphertext_and_opens_it() -> None:
    assert crypto.encrypt(KEY, NONCE, PLAIN, ASSOCIATED) == TEXT
    assert crypto.decrypt(KEY, NONCE, TEXT, ASSOCIATED) == PLAIN


def test_sm3_gives_the_published_digest() -> None:
    # GB/T 32905, example 1
    assert crypto.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.fixture(params=["one", "many"])
def unseal(request: pytest.FixtureRequest) -> Callable[[bytes], str]:
    """Both ways to open an ID number."""
    return (
        partial(crypto.unseal_text, purpose="person.id_number")
        if request.param == "one"
        else crypto.opener("person.id_number")
    )


def test_one_flipped_bit_is_refused_wherever_it_is(unseal: Callable[[bytes], str]) -> None:
    sealed = crypto.seal("439901195803050021", "person.id_number")
    assert unseal(sealed) == "439901195803050021"
    for place in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises(crypto.Unreadable):
            unseal(bytes(damaged))


def test_a_blob_that_was_cut_off_is_refused(unseal: Callable[[bytes], str]) -> None:
    sealed = crypto.seal("439901195803050021", "person.id_number")
    assert unseal(sealed) == "439901195803050021"
    for length in range(len(sealed)):
        with pytest.raises(crypto.Unreadable):
            unseal(sealed[:length])


def test_a_blob_does_not_open_for_another_purpose(unseal: Callable[[bytes], str]) -> None:
    with pytest.raises(crypto.Unreadable):
        unseal(crypto.seal("13900000001", "person.phone"))


def test_a_tampered_tag_is_refused_by_the_cipher_itself() -> None:
    with pytest.raises(InvalidTag):
        crypto.decrypt(KEY, NONCE, TEXT[:-1] + b"\0", ASSOCIATED)


def test_after_a_rotation_the_old_key_still_opens_and_the_new_one_seals(keys: crypto.Keys) -> None:
    before = crypto.seal("𠮷·阿依古丽", "person.name")
    crypto.use_keys(crypto.rotate(keys))
    after, open_one = crypto.seal("𠮷·阿依古丽", "person.name"), crypto.opener("person.name")
    assert open_one(before) == open_one(after) == "𠮷·阿依古丽"
    assert crypto.unseal_text(before, "person.name") == crypto.unseal_text(after, "person.name") == "𠮷·阿依古丽"
    assert (crypto.key_id(before), crypto.key_id(after)) == ("k1", "k2")


def test_without_its_key_a_blob_stays_closed(keys: crypto.Keys) -> None:
    crypto.use_keys(crypto.rotate(keys))
    sealed = crypto.seal("x", "test")
    crypto.use_keys(keys)
    for unseal in (partial(crypto.unseal, purpose="test"), crypto.opener("test")):
        with pytest.raises(crypto.Unreadable, match="k2"):
            unseal(sealed)


def test_equal_texts_are_sealed_differently_but_indexed_alike() -> None:
    assert crypto.seal("13900000001", "p") != crypto.seal("13900000001", "p")
    assert crypto.index("13900000001", "phone") == crypto.index("13900000001", "phone")
    assert len(crypto.index("13900000001", "phone")) == 32


def test_an_index_says_nothing_across_kinds_or_installations() -> None:
    here = crypto.index("439901195803050021", "id_number")
    assert here != crypto.index("439901195803050021", "bank_account")
    crypto.use_keys(crypto.new_keys())
    assert here != crypto.index("439901195803050021", "id_number")


@pytest.mark.parametrize("plain", [b"", "", "一", b"\0" * 100_000])
def test_any_length_comes_back(plain: bytes | str) -> None:
    assert crypto.unseal(crypto.seal(plain, "p"), "p") == (plain.encode() if isinstance(plain, str) else plain)


@pytest.mark.parametrize("blob", [b"", b"\x02k1", b"\xff" * 40, b"\x02k1" + b"0" * 27])
def test_rubbish_is_unreadable_and_nothing_worse(blob: bytes) -> None:
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(blob, "p")


def test_the_key_file_is_private_and_comes_back_whole(tmp_path: Path, keys: crypto.Keys) -> None:
    path = tmp_path / "keys.json"
    crypto.write_keys(path, crypto.rotate(keys))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert crypto.read_keys(path).current == "k2"
    assert crypto.read_keys(path).keys["k1"] == keys.keys["k1"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"current": "k1", "keys": {}, "index": "", "session": ""}'])
def test_a_damaged_key_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="key file"):
        crypto.read_keys(path)
