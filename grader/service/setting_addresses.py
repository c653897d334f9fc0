"""Addresses and names in the settings file of a server."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from ..support.hosts import is_this_machine


def check_address(address: str) -> str:
    """Return an address without the slash at its end; raises ValueError unless it is one with https, or of this machine."""
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        raise ValueError(f"'{address}' is not an address; write it as in https://grader.example.org.") from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address has a name or a password; leave them out.")
    is_whole = parts.scheme in ("http", "https") and parts.hostname and address.isprintable() and " " not in address
    if not is_whole or parts.query or parts.fragment or "\\" in address:
        raise ValueError(f"'{address}' is not an address; write it as in https://grader.example.org.")
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        raise ValueError(f"'{address}' must begin with https://, since passwords and tokens go to it.")
    return address.rstrip("/")


def check_name(name: str) -> str:
    """Return a name that can be part of an address; raises ValueError for others."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 40:
        raise ValueError(f"'{name}' is part of an address; write it in lower case with hyphens, like my-university.")
    return name


Address = Annotated[str, AfterValidator(check_address)]
