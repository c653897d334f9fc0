"""The connection to the scheduler of a Dask cluster."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil

from ..support.errors import UsageError
from . import scheduler

if TYPE_CHECKING:
    from distributed import Client

SECONDS_TO_GREET = 5  # a scheduler that has answered already
SECONDS_BETWEEN_MESSAGES = 0.001  # instead of 0.01: a submission must not wait for other messages to be sent with it
SECONDS_TO_ANSWER = 10.0  # a question about its workers


def connect(address: str, insecure: bool) -> Client:
    """Return a client of the scheduler at ``address``; raises UsageError without one, or if the connection is not allowed."""
    scheduler.find(address, insecure)
    from distributed import Client

    _greet(address)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the grader reports problems itself
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(scheduler.NO_SCHEDULER.format(address=address)) from error
    if client.scheduler_comm is not None:
        client.scheduler_comm.interval = SECONDS_BETWEEN_MESSAGES
    return client


def workers_of(client: Client) -> Mapping[str, Mapping[str, Any]]:
    """Return what the scheduler knows about each of its workers; raises OSError if it does not answer."""
    server = client.scheduler
    if server is None:
        raise OSError("the client is closed")
    identity = client.sync(server.identity, callback_timeout=SECONDS_TO_ANSWER)
    workers: Mapping[str, Mapping[str, Any]] = identity["workers"]
    return workers


def is_protected(address: str) -> bool:
    """True if nobody else can read what the scheduler sends to the worker at ``address``: it uses TLS, or is on this machine."""
    scheme, _, host_and_port = address.rpartition("://")
    if scheme in scheduler.PROTECTED:
        return True
    own_addresses = {entry.address for interface in psutil.net_if_addrs().values() for entry in interface}
    host = urlsplit(f"//{host_and_port}").hostname or ""
    return host in own_addresses or scheduler.is_loopback(host)


def _greet(address: str) -> None:
    """Raise UsageError unless a Dask server greets: a Dask client would need 10 s to notice."""
    from distributed.comm.core import connect as open_connection
    from distributed.security import Security

    async def greet() -> None:
        options = Security().get_connection_args("client")
        comm = await asyncio.wait_for(open_connection(address, **options), SECONDS_TO_GREET)
        comm.abort()

    try:
        with ThreadPoolExecutor(1) as thread:  # this thread may already run an event loop
            thread.submit(lambda: asyncio.run(greet())).result()
    except Exception as error:  # another kind of server fails in many ways
        raise UsageError(scheduler.NO_SCHEDULER.format(address=address)) from error
