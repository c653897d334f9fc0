"""Refuses requests that do not come on the way that the server was started for.

A server for this machine alone answers only to the names of this machine: a page of another site could give its own name
the address 127.0.0.1, and read the pages. A server behind a proxy with HTTPS does not answer others, which could send
passwords without HTTPS.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..service.configuration import Configuration
from ..service.errors import Refusal
from ..support.hosts import is_this_machine
from ..support.i18n import _
from . import answers


class Misdirected(Refusal):
    """The request was not meant for this server, or did not come through its proxy."""

    status, kind = 421, "misdirected"


class OwnHost:
    """Lets a request pass if it names this server, and comes through its proxy."""

    def __init__(self, app: ASGIApp, configuration: Configuration) -> None:
        self._app = app
        self._host = configuration.host
        self._proxy = configuration.proxy
        self._is_for_this_machine = not self._proxy and is_this_machine(self._host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await answers.refused(Request(scope, receive), refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        if self._is_for_this_machine and not self._is_own_name(Headers(scope=scope).get("host", "")):
            return Misdirected(
                _("This server answers only to the names of its own machine: use localhost, or start it with --proxy.")
            )
        if self._proxy and not self._came_through_proxy(scope):
            return Misdirected(_("This server is used through its proxy with HTTPS: use the address of the proxy."))
        return None

    def _is_own_name(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name == self._host or is_this_machine(name)

    def _came_through_proxy(self, scope: Scope) -> bool:
        """Return whether the proxy, or a program on this machine, has connected."""
        client = scope.get("client")
        return client is None or is_this_machine(client[0]) or is_in(client[0], self._proxy)


def is_in(address: str, networks: str) -> bool:
    """Return whether an address is one of some addresses and networks, which are separated by commas."""
    try:
        return any(
            ipaddress.ip_address(address) in ipaddress.ip_network(network.strip(), strict=False)
            for network in networks.split(",")
        )
    except ValueError:
        return False
