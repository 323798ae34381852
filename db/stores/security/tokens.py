"""Secrets that are handed out once and stored as digests only."""

import secrets

from db import crypto


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """For tokens of full length: they cannot be guessed, so no key is needed."""
    return crypto.sm3(token.encode())


def keyed(kind: str, *parts: str) -> bytes:
    """For short or guessable texts (codes, login names, addresses): worthless without the installation's key."""
    return crypto.keyed_digest(crypto.session_key(), "\0".join((kind, *parts)).encode())
