"""Random ids and secrets. A secret is shown once; the database has only its hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

ID_BYTES = 10
SECRET_BYTES = 24


def new_id() -> str:
    """Return a random id of 16 lower-case letters and digits (80 bits)."""
    return base64.b32encode(secrets.token_bytes(ID_BYTES)).decode().lower()


def new_secret(prefix: str = "") -> str:
    """Return a secret of 192 bits that can be part of an address, after an optional ``prefix``."""
    return prefix + secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    """Return the hash under which a secret is stored. A random secret needs no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


def is_secret_of(digest: str, secret: str) -> bool:
    """Return whether a secret has this hash, such as that of the browser which began something."""
    return hmac.compare_digest(digest_of(secret), digest)
