"""The keys with which this server signs what it tells platforms, as they are stored and as they are published."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

BITS = 2048
ALGORITHM = "RS256"


def new_key() -> tuple[str, str]:
    """Return the id of a new key, and the private key as a string."""
    key = RSAKey.generate_key(BITS)
    return key.thumbprint(), json.dumps(key.as_dict(private=True))


def key_set(private_keys: Iterable[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the document with the public parts of keys, as platforms read it (RFC 7517)."""
    keys = [_key(private) for private in private_keys]
    return {
        "keys": [
            {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM} for key in keys
        ]
    }


def signed(private: str, claims: dict[str, Any]) -> str:
    """Return claims as a token that is signed with a private key."""
    key = _key(private)
    return jwt.encode({"alg": ALGORITHM, "kid": key.thumbprint()}, claims, key)


def _key(private: str) -> RSAKey:
    return RSAKey.import_key(json.loads(private))
