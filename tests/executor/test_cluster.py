"""Tests of a Dask cluster: its address, events and cancelling; tests/batch/test_cluster.py grades a class there."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import CancelledError

import pytest

from grader.executor import cluster
from grader.executor.work import GradingTask
from grader.support.errors import UsageError
from tests.doubling import RIGHT

from .conftest import await_true


@pytest.mark.parametrize(
    "address", ["nonsense", "", "tcp://nobody", "tcp://:8786", "tcp://here:port", "tcp://here:99999", "tls://x"]
)
def test_invalid_scheduler_address_is_reported_at_once(address):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with pytest.raises(UsageError, match="is not the address of a Dask scheduler: use the form tcp://HOST:PORT"):
        cluster.find_scheduler(address)


def test_port_without_listener_is_not_a_scheduler():
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{bound.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(UsageError, match=f"There is no Dask scheduler at {address}"):
            cluster.find_scheduler(address)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_other_server_is_not_a_scheduler(monkeypatch, scheme):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 1)
    monkeypatch.setattr(cluster, "_refuse_missing_certificates", lambda: None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"There is no Dask scheduler at {address}"):
            cluster.find_scheduler(address)


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
        *("tcp://[::ffff:192.0.2.1]:8786", "tcp://3221225985:8786", "made-up://127.0.0.2.invalid:1"),
    ],
)
def test_scheduler_on_another_machine_needs_tls(address):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with pytest.raises(UsageError, match=r"is not encrypted.*add --insecure-scheduler"):
        cluster.find_scheduler(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.10", "[::1]", "[::ffff:127.0.0.1]"])
def test_scheduler_on_this_machine_needs_no_tls(host):
    assert cluster._is_loopback(host.strip("[]"))


def test_name_with_addresses_of_two_machines_is_not_local(monkeypatch):
    addresses = [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("192.0.2.1", 0))]
    monkeypatch.setattr(cluster.socket, "getaddrinfo", lambda *_: addresses)
    assert not cluster._is_loopback("both")


def test_workers_on_other_machines_need_tls():
    cluster._refuse_unprotected_workers(["tcp://127.0.0.1:40000", "tls://192.0.2.1:40000"])
    with pytest.raises(UsageError, match=r"the Dask worker at tcp://192\.0\.2\.1:40000 is not encrypted"):
        cluster._refuse_unprotected_workers(["tcp://127.0.0.1:40000", "tcp://192.0.2.1:40000"])


def test_tls_needs_certificates():
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with pytest.raises(
        UsageError, match=r"distributed\.comm\.tls\.ca-file is not set: set DASK_DISTRIBUTED__COMM__TLS"
    ):
        cluster.find_scheduler("tls://127.0.0.1:8786")


@pytest.fixture
def executor():
    """An executor on a cluster with one worker process, which grades one submission at a time."""
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as dask,
        cluster.cluster_executor(dask.scheduler_address) as executor,
    ):
        yield executor


def test_events_and_cancelling_on_a_cluster(executor, work_of):
    work, events, started = work_of(), [], threading.Event()
    right = GradingTask("a.py", {"a.py": RIGHT.encode()})
    report = executor.submit(work, right, events.append).result(60).report
    assert report.passed
    await_true(lambda: len(events) == 2 + len(report.checks))
    assert events == [("started", "", ""), ("loaded", "", ""), *(("check", c.name, c.status) for c in report.checks)]

    slow = GradingTask("a.py", {"a.py": f"import time\ntime.sleep(3)\n{RIGHT}".encode()})
    future = executor.submit(work, slow, lambda _: started.set())
    assert started.wait(60)
    assert executor.cancel(future)
    with pytest.raises(CancelledError):
        future.result(1)
    assert executor.submit(work, right).result(60).report.passed  # after the other one, which Dask cannot end
    assert not executor._running
