"""Validates the id_token of a provider, by section 3.1.3.7 of OpenID Connect Core 1.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

SKEW_SECONDS = 120
"""How much the clocks of the provider and of this server may differ."""
LONGEST_SUBJECT = 255
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that only the provider can make: neither "none", nor those with a secret that both sides have."""


class WrongToken(Exception):
    """The token does not prove anything; the message says why, for the log."""


def claims_of(
    token: str,
    keys: Callable[[bool], KeySet],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str = "",
    algorithms: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the claims of a valid token; raises WrongToken.

    ``keys`` returns the provider's keys, with True as its argument those of now: an unknown key, or a wrong signature, may come
    from a new key. ``algorithms`` are those that the provider says it uses.
    """
    allowed = [name for name in ALGORITHMS if not algorithms or name in algorithms]
    try:
        try:
            content = _decoded(token, keys(False), allowed)
        except (InvalidKeyIdError, BadSignatureError):
            content = _decoded(token, keys(True), allowed)
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": issuer},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": client_id},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        parameters = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
        claims = CodeIDToken(content.claims, content.header, options, parameters)
        claims.validate(leeway=SKEW_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WrongToken(_plain(error)) from error
    subject = claims["sub"]
    if not subject.strip() or len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise WrongToken("the claim 'sub' is not a usable text")
    return dict(claims)


def _decoded(token: str, keys: KeySet, allowed: list[str]) -> jwt.Token:
    return jwt.decode(token, keys, registry=JWSRegistry(algorithms=allowed, strict_check_header=False))


def _plain(error: Exception) -> str:
    """Return what is wrong with a token, without its content."""
    return str(error)[:200] if isinstance(error, JoseError) else f"the token cannot be read ({type(error).__name__})"
