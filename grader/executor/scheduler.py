"""Finds a Dask scheduler: the form of its address, the protection of the connection, and whether it answers.

A Dask client needs 10 to 30 seconds to notice a wrong address. This module needs less than two.
"""

from __future__ import annotations

import contextlib
import importlib.util
import ipaddress
import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar
from urllib.parse import urlsplit

from ..machine import distribution
from ..support.errors import UsageError

Result = TypeVar("Result")
SECONDS_TO_ANSWER = 1.2  # to find the host, to connect and to get the first bytes
LONGEST_GREETING = 1 << 20  # bytes; a Dask server greets with some hundred
TLS_ANSWERS = (b"\x15", b"\x16")  # the first byte of an alert or of a handshake
SCHEMES = ("tcp", "tls", "ws", "wss", "ucx", "ucxx")
PROTECTED = ("tls", "wss")  # Dask's address schemes with TLS
NO_DASK = f"--scheduler needs Dask: run {distribution.command('cluster')}."
NO_SCHEDULER = "There is no Dask scheduler at {address}: start one with 'dask scheduler'."
WRONG_FORM = (
    "'{address}' is not the address of a Dask scheduler: use the form tcp://HOST:PORT that the scheduler prints."
)
UNPROTECTED = (
    "The connection to {what} is not encrypted, and a scheduler runs code from everybody who can connect: use tls:// "
    "(see docs/grading.md), or add --insecure-scheduler if nobody else can reach that network."
)
NO_CERTIFICATE = (
    "tls:// needs certificates for Dask, but {missing} is not set: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
)


def find(address: str, insecure: bool = False) -> None:
    """Raise UsageError unless a server that may be a Dask scheduler answers at ``address``.

    Also raises UsageError for an address that :func:`examine` refuses.
    """
    scheme, host, port = _parts(address)
    _refuse_unprotected(address, insecure)
    start = time.monotonic()
    answer = _in_background(lambda: _await_answer(host, port, scheme))
    if scheme in PROTECTED:
        _refuse_missing_certificates()
    try:
        answer.result(max(0.0, start + SECONDS_TO_ANSWER - time.monotonic()))
    except (OSError, UnicodeError) as error:
        raise UsageError(NO_SCHEDULER.format(address=address)) from error


def examine(address: str, insecure: bool = False) -> None:
    """Raise UsageError for an address that can never be used, whether or not a scheduler answers there.

    These are a wrong form, no Dask here, and a connection to another machine without TLS, unless ``insecure`` allows it.
    """
    _refuse_unprotected(address, insecure)
    if _parts(address)[0] in PROTECTED:
        _refuse_missing_certificates()


def _refuse_unprotected(address: str, insecure: bool) -> None:
    scheme, host, _ = _parts(address)
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(NO_DASK)
    if scheme not in PROTECTED and not insecure and not is_loopback(host):
        raise UsageError(UNPROTECTED.format(what=f"the Dask scheduler at {address}"))


def _parts(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address; raises UsageError unless it has the form of a scheduler's address."""
    scheme, _, host_and_port = address.rpartition("://")
    try:
        parts = urlsplit(f"//{host_and_port}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if (scheme and scheme not in SCHEMES) or not (host and port) or parts.path or parts.query:
        raise UsageError(WRONG_FORM.format(address=address))
    return scheme or "tcp", host, port


def _in_background(function: Callable[[], Result]) -> Future[Result]:
    """Call a function in a thread that does not keep the process alive: nothing interrupts the search for a host."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:  # the caller of result() gets it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def _await_answer(host: str, port: int, scheme: str) -> None:
    """Return when a server has sent its first bytes; raises OSError if it does not, or if no Dask server sends these."""
    with socket.create_connection((host, port), timeout=SECONDS_TO_ANSWER) as connection:
        if scheme == "tls":
            connection.sendall(_hello(host))
            if connection.recv(1) not in TLS_ANSWERS:
                raise ConnectionError("it does not use TLS")
        elif scheme == "tcp":  # the server greets first, with the length of its greeting
            length = connection.recv(8, socket.MSG_WAITALL)
            if len(length) < 8 or struct.unpack("=Q", length)[0] > LONGEST_GREETING:
                raise ConnectionError("it is not a Dask server")


def _hello(host: str) -> bytes:
    """Return the first bytes that a client of TLS sends."""
    context = ssl.create_default_context()
    to_server = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), to_server, server_hostname=host).do_handshake()
    return to_server.read()


def is_loopback(host: str) -> bool:
    """True if every address of ``host`` is on this machine."""
    try:
        entries = _in_background(lambda: socket.getaddrinfo(host, None)).result(SECONDS_TO_ANSWER)
    except (OSError, UnicodeError):  # also if nobody answers in time
        return False
    texts = {str(entry[4][0]).partition("%")[0] for entry in entries}
    addresses = [ipaddress.ip_address(text) for text in texts]
    return bool(addresses) and all((getattr(ip, "ipv4_mapped", None) or ip).is_loopback for ip in addresses)


def _refuse_missing_certificates() -> None:
    """Raise UsageError unless Dask's configuration names the certificates that a client needs for TLS."""
    import dask.config
    import distributed  # noqa: F401, the import loads its configuration

    for name in ("ca-file", "client.cert"):
        file = dask.config.get(f"distributed.comm.tls.{name}")
        if not file:
            raise UsageError(NO_CERTIFICATE.format(missing=f"distributed.comm.tls.{name}"))
        if not os.access(file, os.R_OK):
            raise UsageError(f"{file} cannot be read: correct distributed.comm.tls.{name} in Dask's configuration.")
