"""Checks who has sent a webhook, on its bytes and before anything in it is read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping

GITLAB_PREFIX = "whsec_"
TOLERANCE_SECONDS = 3600
"""How far the clock of a signed webhook of GitLab may be away from that of the server."""


def new_secret(kind: str) -> str:
    """Return a new secret for the webhooks of ``github`` or ``gitlab``.

    That of GitLab has the form of its signing tokens, and can also be its older secret token.
    """
    if kind == "gitlab":
        return GITLAB_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


def problem_of_github(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    """Return why a webhook is not from GitHub, "" if it is. Only ``X-Hub-Signature-256`` counts."""
    signature = headers.get("x-hub-signature-256", "")
    if not signature:
        return "only SHA-1" if headers.get("x-hub-signature") else "no signature"
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return "" if _is_equal(signature, expected) else "wrong signature"


def problem_of_gitlab(headers: Mapping[str, str], body: bytes, secret: str, clock: float | None = None) -> str:
    """Return why a webhook is not from GitLab, "" if it is.

    A ``webhook-signature`` (Standard Webhooks, https://www.standardwebhooks.com) decides if there is one, else ``X-Gitlab-Token``.
    """
    signature = headers.get("webhook-signature", "")
    if not signature:
        token = headers.get("x-gitlab-token", "")
        if not token:
            return "no token"
        return "" if _is_equal(token, secret) else "wrong token"
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs((clock or time.time()) - int(stamp[:15])) > TOLERANCE_SECONDS:
        return "old or missing timestamp"
    try:
        key = base64.b64decode(secret.removeprefix(GITLAB_PREFIX), validate=True)
    except binascii.Error:
        return "wrong signature"
    content = f"{headers.get('webhook-id', '')}.{stamp}.".encode(errors="replace") + body
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return "" if any(_is_equal(each, expected) for each in signature.split(" ")[:10]) else "wrong signature"


def _is_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
