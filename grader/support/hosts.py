"""Hosts in addresses: which of them are this machine or in its network, and which certificates prove the others."""

from __future__ import annotations

import ipaddress
import os
import socket
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


def is_inside(host: str) -> bool:
    """Return whether a host is this machine, or has a number in place of a name that is not of the public internet."""
    name = host.rstrip(".")
    if is_this_machine(name):
        return True
    try:
        number: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(name)
    except ValueError:
        try:
            number = ipaddress.ip_address(socket.inet_aton(name))  # as in https://127.1, which connections accept
        except OSError:
            return False
    return not (getattr(number, "ipv4_mapped", None) or number).is_global


def certificates() -> ssl.SSLContext:
    """Return the authorities that this system trusts, also by SSL_CERT_FILE and SSL_CERT_DIR, and those that browsers trust."""
    return _certificates(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache  # reading all certificates takes longer than a request
def _certificates(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
