"""Tests of the search for a Dask scheduler."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest

from grader.executor import scheduler
from grader.support.errors import UsageError

pytest.importorskip("distributed", reason="needs the extra 'cluster'")


@pytest.mark.parametrize(
    "address",
    [
        *("nonsense", "", "tcp://nobody", "tcp://:8786", "tcp://here:port", "tcp://here:99999", "tls://x"),
        *(
            "http://127.0.0.1:8787",
            "http://127.0.0.1:8787/status",
            "tcp://127.0.0.1:8786/status",
            "tcp://127.0.0.1:8786?x",
        ),
        *("made-up://127.0.0.2.invalid:1", "tcp://127.0.0.1:0", "tcp:127.0.0.1:8786", " tcp://127.0.0.1:8786"),
    ],
)
def test_invalid_scheduler_address_is_reported_without_dask(address, monkeypatch):
    monkeypatch.setattr(scheduler.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="is not the address of a Dask scheduler: use the form tcp://HOST:PORT"):
        scheduler.find(address)


def refusal(address, insecure=False):
    """Return the error of a search, and its seconds."""
    began = time.monotonic()
    with pytest.raises(UsageError) as caught:
        scheduler.find(address, insecure)
    return str(caught.value), time.monotonic() - began


def test_port_without_listener_is_not_a_scheduler():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{bound.getsockname()[1]}"
        assert refusal(address)[0] == f"There is no Dask scheduler at {address}: start one with 'dask scheduler'."


def hold(_):
    """Say nothing."""


def say(answer):
    return lambda connection: connection.sendall(answer)


def answer_request(connection):
    connection.recv(10)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
@pytest.mark.parametrize(
    "behave", [hold, answer_request, say(b"SSH-2.0-OpenSSH_9.6\r\n"), say(b"+OK"), socket.socket.close]
)
def test_other_server_is_not_a_scheduler(monkeypatch, scheme, behave):
    monkeypatch.setattr(scheduler, "SECONDS_TO_ANSWER", 0.3)
    monkeypatch.setattr(scheduler, "_refuse_missing_certificates", lambda: None)
    with socket.create_server(("127.0.0.1", 0)) as server, contextlib.ExitStack() as stack:

        def serve():
            connection = stack.enter_context(server.accept()[0])
            with contextlib.suppress(OSError):  # the grader has hung up
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        error, _ = refusal(address)
        thread.join()
    assert error == f"There is no Dask scheduler at {address}: start one with 'dask scheduler'."


@pytest.mark.parametrize("step", ["getaddrinfo", "create_connection"])
@pytest.mark.parametrize("insecure", [False, True])
def test_network_without_any_answer_is_given_up(monkeypatch, step, insecure):
    """A name server that is silent, or a firewall that drops everything, keeps other programs waiting for minutes."""
    ended = threading.Event()
    monkeypatch.setattr(scheduler, "SECONDS_TO_ANSWER", 0.2)
    monkeypatch.setattr(scheduler.socket, step, lambda *_, **__: ended.wait(60))
    error, seconds = refusal("tcp://localhost:8786", insecure)
    ended.set()
    assert "There is no Dask scheduler" in error or "is not encrypted" in error
    assert seconds < 30


@pytest.mark.parametrize(
    "address",
    [
        *(
            "tcp://192.0.2.1:8786",
            "192.0.2.1:8786",
            "tcp://0.0.0.0:8786",
            "tcp://[::]:8786",
            "tcp://[2001:db8::1]:8786",
        ),
        *(
            "ws://192.0.2.1:8786",
            "ucx://192.0.2.1:8786",
            "tcp://localhost.invalid:8786",
            "tcp://127.0.0.1@192.0.2.1:8786",
        ),
        *("tcp://[::ffff:192.0.2.1]:8786", "tcp://3221225985:8786"),
    ],
)
def test_scheduler_on_another_machine_needs_tls(address):
    with pytest.raises(UsageError, match=r"is not encrypted.*add --insecure-scheduler"):
        scheduler.find(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.10", "[::1]", "[::ffff:127.0.0.1]"])
def test_scheduler_on_this_machine_needs_no_tls(host):
    assert scheduler.is_loopback(host.strip("[]"))


def test_name_with_addresses_of_two_machines_is_not_local(monkeypatch):
    addresses = [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("192.0.2.1", 0))]
    monkeypatch.setattr(scheduler.socket, "getaddrinfo", lambda *_: addresses)
    assert not scheduler.is_loopback("both")


def test_tls_needs_certificates():
    with pytest.raises(
        UsageError, match=r"distributed\.comm\.tls\.ca-file is not set: set DASK_DISTRIBUTED__COMM__TLS"
    ):
        scheduler.find("tls://127.0.0.1:8786")
