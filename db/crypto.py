"""The field cipher: SM4-GCM with key ids, HMAC-SM3 for exact search, SM3 for digests.

A sealed blob is: length of the key id (1 byte), key id, nonce (12), ciphertext, tag (16). The purpose and the key id are
authenticated with it, so a blob copied into another column does not open. The key file is JSON:
`{"current": "k1", "keys": {"k1": base64 of 16 bytes}, "index": base64 of 32 bytes, "session": base64 of 32 bytes}`.
The index key stays for the life of the database: search would find nothing after a change.
"""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.hmac import HMAC

INDEX_KINDS = frozenset({"id_number", "phone", "bank_account", "file"})
NONCE_BYTES, TAG_BYTES, KEY_BYTES, LONG_KEY_BYTES = 12, 16, 16, 32


class Unreadable(Exception):
    """A blob was changed, belongs to another purpose, or its key is not in the key file."""


@dataclass(frozen=True)
class Keys:
    current: str
    keys: dict[str, bytes]
    index: bytes
    session: bytes

    def as_file(self) -> dict[str, object]:
        """What the JSON key file holds."""
        return {
            "current": self.current,
            "keys": {name: base64.b64encode(key).decode() for name, key in self.keys.items()},
            "index": base64.b64encode(self.index).decode(),
            "session": base64.b64encode(self.session).decode(),
        }


_ring: Keys | None = None


def new_keys() -> Keys:
    return Keys(
        "k1",
        {"k1": secrets.token_bytes(KEY_BYTES)},
        secrets.token_bytes(LONG_KEY_BYTES),
        secrets.token_bytes(LONG_KEY_BYTES),
    )


def rotate(keys: Keys) -> Keys:
    """The same ring with one more key, which seals from now on; the old ones still open."""
    name = f"k{len(keys.keys) + 1}"
    return replace(keys, current=name, keys=keys.keys | {name: secrets.token_bytes(KEY_BYTES)})


def read_keys(path: str | Path) -> Keys:
    """Raises ValueError when the file is not a whole ring."""
    try:
        held = json.loads(Path(path).read_text(encoding="ascii"))
        keys = Keys(
            held["current"],
            {name: base64.b64decode(key, validate=True) for name, key in held["keys"].items()},
            base64.b64decode(held["index"], validate=True),
            base64.b64decode(held["session"], validate=True),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise ValueError(f"the key file {path} is damaged") from problem
    short = {len(key) for key in keys.keys.values()} != {KEY_BYTES} or min(
        len(keys.index), len(keys.session)
    ) < KEY_BYTES
    if short or keys.current not in keys.keys:
        raise ValueError(f"the key file {path} is not a whole key ring")
    return keys


def write_keys(path: str | Path, keys: Keys) -> None:
    """Written beside and moved into place, readable by its owner only: a half-written key file would lose everything."""
    target = Path(path)
    fresh = target.with_name(target.name + ".new")
    fresh.touch(mode=0o600)
    fresh.chmod(0o600)
    fresh.write_text(json.dumps(keys.as_file(), indent=1), encoding="ascii")
    fresh.replace(target)


def load_keys(path: str | Path) -> None:
    """Make the file's ring the one this process uses."""
    use_keys(read_keys(path))


def use_keys(keys: Keys) -> None:
    global _ring
    _ring = keys


def _keys() -> Keys:
    if _ring is None:
        raise RuntimeError("no keys: load_keys() has not been called")
    return _ring


def _key(name: str) -> bytes:
    key = _keys().keys.get(name)
    if key is None:
        raise Unreadable(f"key {name!r} is not in the key file")
    return key


def session_key() -> bytes:
    """Binds CSRF tokens and other short-lived marks to this installation."""
    return _keys().session


def current_key_id() -> str:
    return _keys().current


def seal(plain: bytes | str, purpose: str) -> bytes:
    ring = _keys()
    head, nonce = header(ring.current), secrets.token_bytes(NONCE_BYTES)
    data = plain.encode() if isinstance(plain, str) else plain
    return head + nonce + encrypt(ring.keys[ring.current], nonce, data, head + purpose.encode())


def unseal(blob: bytes, purpose: str) -> bytes:
    """Raises Unreadable; nothing of the plain text is given out before the tag is checked."""
    name, head = key_id(blob), blob[: 1 + blob[0]]
    key = _key(name)
    nonce, text = blob[len(head) :][:NONCE_BYTES], blob[len(head) + NONCE_BYTES :]
    try:
        return decrypt(key, nonce, text, head + purpose.encode())
    except InvalidTag as problem:
        raise Unreadable(f"not a sealed {purpose}") from problem


def unseal_text(blob: bytes, purpose: str) -> str:
    return unseal(blob, purpose).decode()


def opener(purpose: str) -> Callable[[bytes], str]:
    """unseal_text for very many blobs: what hangs on the key alone is made once."""
    keys: dict[bytes, tuple[algorithms.SM4, bytes]] = {}

    def open_one(blob: bytes) -> str:
        head = blob[: 1 + blob[0]] if blob else b""
        if head not in keys:
            keys[head] = algorithms.SM4(_key(key_id(blob))), head + purpose.encode()
        algorithm, associated = keys[head]
        place = len(head) + NONCE_BYTES
        if len(blob) < place + TAG_BYTES:
            raise Unreadable("too short to be a sealed value")
        decryptor = Cipher(algorithm, modes.GCM(blob[len(head) : place])).decryptor()
        decryptor.authenticate_additional_data(associated)
        plain = decryptor.update(blob[place:-TAG_BYTES])
        try:
            decryptor.finalize_with_tag(blob[-TAG_BYTES:])
        except InvalidTag as problem:
            raise Unreadable(f"not a sealed {purpose}") from problem
        return plain.decode()

    return open_one


def key_id(blob: bytes) -> str:
    """Which key sealed the blob. Raises Unreadable when it is too short to be one."""
    if not blob or len(blob) < 1 + blob[0] + NONCE_BYTES + TAG_BYTES:
        raise Unreadable("too short to be a sealed value")
    return blob[1 : 1 + blob[0]].decode("ascii", "replace")


def header(name: str) -> bytes:
    """What every blob sealed with this key begins with."""
    return bytes([len(name)]) + name.encode("ascii")


def encrypt(key: bytes, nonce: bytes, plain: bytes, associated: bytes) -> bytes:
    """SM4-GCM (RFC 8998): the ciphertext with its tag at the end."""
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(associated)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def decrypt(key: bytes, nonce: bytes, text: bytes, associated: bytes) -> bytes:
    """Raises InvalidTag."""
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, text[-TAG_BYTES:])).decryptor()
    decryptor.authenticate_additional_data(associated)
    return decryptor.update(text[:-TAG_BYTES]) + decryptor.finalize()


def index(text: str, kind: str) -> bytes:
    """32 bytes that are equal for equal texts of one kind, and say nothing to who lacks the key. Normalise `text` first."""
    if kind not in INDEX_KINDS:
        raise ValueError(f"unknown kind of index: {kind}")
    return keyed_digest(_keys().index, f"{kind}\0{text}".encode())


def keyed_digest(key: bytes, data: bytes) -> bytes:
    """HMAC-SM3."""
    mac = HMAC(key, SM3())
    mac.update(data)
    return mac.finalize()


def sm3(data: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize()
