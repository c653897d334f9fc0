"""Hosts in addresses: which of them are this machine, and which certificates prove the others."""

from __future__ import annotations

import ipaddress
import os
import ssl
from functools import cache


def is_this_machine(host: str) -> bool:
    """Return whether a name or an address of a host always means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def certificates() -> ssl.SSLContext:
    """Return the authorities that this system trusts, also by SSL_CERT_FILE and SSL_CERT_DIR, and those that browsers trust."""
    return _certificates(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache  # reading all certificates takes longer than a request
def _certificates(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
