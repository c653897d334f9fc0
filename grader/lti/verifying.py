"""Checks the token of a message, by the security framework 1.0 of 1EdTech (5.1.3) and LTI 1.3 core (5.3, 5.4).

Nothing of a token is believed before its signature has been checked, but for the id of the key that must have made it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from . import addresses
from .claims import (
    DEEP_LINK_MESSAGE,
    DEPLOYMENT,
    LTI_VERSION,
    MESSAGE_TYPE,
    RESOURCE_LINK,
    RESOURCE_MESSAGE,
    ROLES,
    SETTINGS,
    TARGET,
    VERSION,
    is_id,
)
from .refusals import LaunchRefused

ALGORITHM = "RS256"
"""The only algorithm: with a choice, a message could be "signed" with the public key, or with nothing."""
LEEWAY_SECONDS = 60
"""By how much the clocks of a platform and of this server may differ."""
LAST_TIME = 1e11
"""Later times, such as one in milliseconds, are a mistake."""
MOST_BYTES = 128 << 10
REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The claims that a token must have, from the stored platform and the login that it answers."""

    issuer: str
    client_id: str
    deployments: Collection[str]
    nonce: str
    targets: Collection[str]
    """The addresses of this server that a message may be for."""


def check(token: str, expected: Expected, key_of: Callable[[str], RSAKey], moment: float) -> dict[str, Any]:
    """Return the claims of a token if all of it is right; raises LaunchRefused for the first thing that is not.

    ``key_of`` returns the platform's key with an id, or raises LaunchRefused; ``moment`` is the time in seconds since 1970.
    """
    if len(token) > MOST_BYTES:
        raise LaunchRefused("token", "The token is too long.")
    header = _header(token)
    if header.get("alg") != ALGORITHM:
        raise LaunchRefused("algorithm", "The token is not signed with RS256.")
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not is_id(key_id):
        raise LaunchRefused("key", "The token does not say which key has signed it.")
    claims = _signed_claims(token, key_of(key_id))
    _check_sender(claims, expected)
    _check_times(claims, moment)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(errors="replace"), expected.nonce.encode()):
        raise LaunchRefused("nonce", "The token answers another login.")
    _check_message(claims, expected)
    return claims


def _header(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        if len(parts) != 3:
            raise ValueError
        header = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)))
        if not isinstance(header, dict):
            raise ValueError
    except (ValueError, RecursionError, binascii.Error) as error:
        raise LaunchRefused("token", "This is not a signed token.") from error
    return header


def _signed_claims(token: str, key: RSAKey) -> dict[str, Any]:
    try:
        content = jws.deserialize_compact(token, key, registry=REGISTRY).payload
    except (JoseError, ValueError, TypeError) as error:
        raise LaunchRefused("signature", f"The signature is not that of the key ({type(error).__name__}).") from error
    try:
        claims = json.loads(content)
        if not isinstance(claims, dict):
            raise ValueError
    except (ValueError, RecursionError) as error:
        raise LaunchRefused("token", "The content of the token is not a JSON object.") from error
    return claims


def _check_sender(claims: dict[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise LaunchRefused("issuer", "The token has another issuer than the platform of the login.")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if audiences != [expected.client_id]:  # others could use the token, too
        raise LaunchRefused("audience", "The token is not for the client id of this server alone.")
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise LaunchRefused("azp", "The token was made for another client.")
    if claims.get(DEPLOYMENT) not in expected.deployments:
        raise LaunchRefused("deployment", "The deployment of the token is not registered for the platform.")


def _check_times(claims: dict[str, Any], moment: float) -> None:
    expires, issued = (_time(claims.get(name)) for name in ("exp", "iat"))
    if expires <= moment - LEEWAY_SECONDS:
        raise LaunchRefused("expired", "The token has expired.")
    if issued > moment + LEEWAY_SECONDS:
        raise LaunchRefused("clock", "The token was issued in the future.")


def _time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LAST_TIME:
        raise LaunchRefused("times", "The token lacks the time of its issue or of its end.")
    return value


def _check_message(claims: dict[str, Any], expected: Expected) -> None:
    if claims.get(VERSION) != LTI_VERSION:
        raise LaunchRefused("version", "The message has another version than 1.3.0.")
    message = claims.get(MESSAGE_TYPE)
    if message not in (RESOURCE_MESSAGE, DEEP_LINK_MESSAGE):
        raise LaunchRefused("message", "This kind of message is not supported.")
    if claims.get(TARGET) not in expected.targets:
        raise LaunchRefused("target", "The message is for another address than those of this server.")
    if "sub" not in claims or claims["sub"] in (None, ""):
        raise LaunchRefused("anonymous", "The message does not say who has opened it.")
    if not is_id(claims["sub"]):
        raise LaunchRefused("subject", "The id of the person in the message is not valid.")
    if not isinstance(claims.get(ROLES), list):
        raise LaunchRefused("roles", "The message has no list of roles.")
    if message == RESOURCE_MESSAGE:
        link = claims.get(RESOURCE_LINK)
        if not isinstance(link, dict) or not is_id(link.get("id")):
            raise LaunchRefused("resource", "The message does not say which link was opened.")
    settings = claims.get(SETTINGS)
    if message == DEEP_LINK_MESSAGE and (
        not isinstance(settings, dict) or not addresses.is_possible(str(settings.get("deep_link_return_url", "")))
    ):
        raise LaunchRefused("settings", "The message has no possible address for the choice.")
