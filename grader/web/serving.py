"""Starts and stops everything that a running server consists of, in the right order."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from ..service import (
    background,
    data_folder,
    first_admin,
    fresh_uploads,
    invitations,
    isolation,
    logs,
    space,
    traces,
    upgrades,
)
from ..service.configuration import Configuration
from ..service.database import newest_revision
from ..service.grading import Grader
from ..service.housekeeping import Housekeeping
from ..service.relay import Relay
from ..service.repository_work import RepositoryWork
from ..service.service import Service, open_service
from ..support.errors import UsageError
from ..support.text import clean
from ..version import __version__
from . import server, way_checks
from .app import make_app

M_ARENA_MAX = -8  # of malloc.h
log = logging.getLogger(__name__)


def serve(configuration: Configuration, certificate: Path | None, insecure: bool, write: Callable[[str], None]) -> None:
    """Run a server until a signal ends it. ``write`` gets lines for the terminal, such as the address.

    Call it in the main thread, before other threads exist. Raises UsageError.
    """
    refuse_open_network(configuration, certificate, insecure)
    limit_arenas()
    logs.start()
    data_folder.make(configuration.data_dir)
    space.release_reserve_if_full(configuration.data_dir)
    with _ends_by_signal(), ExitStack() as stack:
        stack.enter_context(
            data_folder.used_by_server(
                configuration.data_dir, newest_revision(), is_shared=bool(configuration.database)
            )
        )
        listener = stack.enter_context(contextlib.closing(server.listen(configuration.host, configuration.port)))
        level = isolation.strictest_level() or configuration.isolation  # without any, nothing is gradable
        configuration = replace(configuration, isolation=level)
        service = open_service(configuration)
        stack.callback(service.close)
        stack.callback(lambda: service.traces.close())  # when the last gradings have ended
        fresh_uploads.settle_if_possible(service)  # before anything is graded
        upgrades.renew_bundled(service)
        grader = Grader(service)
        relays = [] if service.database.is_sqlite else [Relay(service)]
        for relay in relays:
            stack.callback(relay.stop)  # after the grader, whose last results pages of other servers wait for
        stack.callback(grader.stop)
        grader.start()  # before all other threads
        for relay in relays:
            relay.start()
        runner = background.job_runner(service, grader)
        for part in (runner, background.delivery_runner(service), RepositoryWork(service), Housekeeping(service)):
            stack.callback(part.stop)
            part.start()
        # Both have threads, so the processes that grade have started before.
        service.blobs.check()
        service.traces = traces.traces_of_environment()
        app = make_app(service)
        stack.callback(app.state.desks.close)
        stack.callback(app.state.ways.close)
        own_address = server.address_of(listener, configuration.host, certificate is not None)
        address = configuration.address or f"{own_address}{configuration.root}"
        data_folder.write_address(configuration.data_dir, address, newest_revision())
        write(f"Address: {address}")
        if configuration.hub is not None and not configuration.address:
            write(f"Browsers find it at {configuration.root}/ on the host of the hub.")
        if configuration.proxy or not server.is_loopback(configuration.host):
            write_open_courses(service, address, write)
        secret = first_admin.new_link(service.database)
        if secret is not None:
            write(f"First administrator: {address}/start/{secret}")
        fields = {"version": __version__, "jobs": configuration.jobs, "isolation": level}
        log.info("The server has started", extra={logs.FIELDS: fields})
        way_checks.log_problems(service, app.state.ways)
        stack.callback(log.info, "The server stops")
        server.run(app, listener, certificate, service.events.end)


def limit_arenas() -> None:
    """Let all threads share two places from which memory comes: each has one by default, and keeps what it no longer needs."""
    with contextlib.suppress(OSError, AttributeError):  # another C library than glibc
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def write_open_courses(service: Service, address: str, write: Callable[[str], None]) -> None:
    """Write which courses let strangers make an account, if there are any: a new server has one, which is called Demo."""
    with service.database.reading() as session:
        courses = invitations.open_courses(session)
    if courses:
        titles = ", ".join(clean(course.title) for course in courses)
        write(
            f"Anybody who reaches this server can make an account and join: {titles}. To stop that, choose 'Only people whom "
            f"an instructor adds' in the settings of the course, {address}/c/{courses[0].slug}/settings"
        )


def refuse_open_network(configuration: Configuration, certificate: Path | None, insecure: bool) -> None:
    """Raise UsageError if passwords could be read in a network."""
    if configuration.proxy:
        server.check_proxy(configuration.proxy)
    if certificate is not None:
        server.check_certificate(certificate)
    elif not configuration.proxy and not insecure and not server.is_loopback(configuration.host):
        raise UsageError(
            f"Other machines could reach {configuration.host} and read passwords: choose --certificate FILE for HTTPS, "
            "--proxy ADDRESS for a proxy with HTTPS, or --insecure in a network that you trust."
        )


@contextmanager
def _ends_by_signal() -> Iterator[None]:
    """End the block at SIGTERM or SIGINT, as Ctrl-C sends it, without an error; a second signal ends its cleaning up."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGTERM, stop)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, old)
