"""Runs the web application on a socket until a signal ends it."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from ..support.errors import UsageError

STOP_SECONDS = 10
"""How long open requests may take when the server stops; then they are ended."""


def is_loopback(host: str) -> bool:
    """Return whether only programs on this machine can reach a host; raises UsageError for an unknown one."""
    try:
        addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host} is not an address of this machine.") from error
    return all(ipaddress.ip_address(address.partition("%")[0]).is_loopback for address in addresses)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any free one. Raises UsageError, for example if the port is in use."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"The server cannot listen on {host}, port {port} ({reason}): choose another port with --port."
        ) from error
    return listener


def address_of(listener: socket.socket, host: str, is_secure: bool) -> str:
    """Return the address of the start page."""
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if is_secure else 'http'}://{name}:{listener.getsockname()[1]}"


def check_proxy(addresses: str) -> None:
    """Raise UsageError unless these are addresses or networks, separated by commas."""
    try:
        for address in addresses.split(","):
            network = ipaddress.ip_network(address.strip(), strict=False)
            if network.prefixlen == 0:
                raise ValueError
    except ValueError as error:
        raise UsageError(
            f"--proxy {addresses} is not the address of a proxy, such as 10.0.0.1: only its headers are trusted."
        ) from error


def check_certificate(path: Path) -> None:
    """Raise UsageError unless a file holds a certificate and its key."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path, password="")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = (
            error.strerror if isinstance(error, FileNotFoundError | PermissionError) else "it is not readable as PEM"
        )
        raise UsageError(
            f"The certificate {path} cannot be used ({reason}): it must be a PEM file with the certificate, those of its "
            "issuers, and the private key without a password."
        ) from error


def run(app: FastAPI, listener: socket.socket, certificate: Path | None, end_streams: Callable[[], None]) -> None:
    """Answer requests until SIGINT or SIGTERM, which is raised again at the end. Call it in the main thread.

    ``end_streams`` is called first, and ends the answers that would go on.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # an address can contain the secret of a link
        server_header=False,
        proxy_headers=False,  # the application knows its proxy
        ssl_certfile=None if certificate is None else str(certificate),
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    _Server(config, end_streams).run([listener])


class _Server(uvicorn.Server):
    """A server that ends open streams before it waits for requests: they would last as long as it may wait."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        self._end_streams()
        await super().shutdown(sockets)
