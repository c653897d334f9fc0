"""Addresses of other systems, as administrators enter them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..support import hosts

LONGEST = 1000
HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+")
"""The name or the address of a host; an origin with other characters could change a policy that contains it."""
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_possible(address: str) -> bool:
    """Return whether this server may send requests there: HTTPS, or HTTP on this machine, without a user name or a fragment."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_plain = address.isascii() and address.isprintable() and " " not in address and "\\" not in address
    if (
        not is_plain
        or len(address) > LONGEST
        or not HOST.fullmatch(host)
        or parts.username is not None
        or parts.fragment
    ):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and hosts.is_this_machine(host))


def is_inside(address: str) -> bool:
    """Return whether an address is one of this machine, or has a number in place of a name that is not of the public internet."""
    try:
        return hosts.is_inside(urlsplit(address).hostname or "")
    except ValueError:
        return True


def origin_of(address: str) -> str:
    """Return the origin of an address as browsers write it, "" if it has none."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not HOST.fullmatch(host or ""):
        return ""
    name = f"[{host}]" if ":" in str(host) else host
    return f"{parts.scheme}://{name}" + ("" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}")
