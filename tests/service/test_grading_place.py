"""A server grades on a real Dask cluster, by TLS."""

from __future__ import annotations

import shutil

import pytest

from grader.service.configuration import Configuration
from grader.service.grading_place import executors
from grader.service.tables import Role
from grader.support.errors import UsageError
from tests.dask_processes import DaskProcesses, await_workers, certificates
from tests.service.test_grading import solution
from tools.live_server import add_people, live_server

pytest.importorskip("distributed", reason="needs the extra 'cluster'")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [("nonsense", "is not the address of a Dask scheduler"), ("tcp://192.0.2.1:8786", "add --insecure-scheduler")],
)
def test_address_that_can_never_be_used_is_refused(tmp_path, address, sentence):
    with pytest.raises(UsageError, match=sentence), executors(Configuration(data_dir=tmp_path, scheduler=address)):
        pass


@pytest.fixture
def dask(tmp_path, monkeypatch):
    """Processes of a cluster with certificates, which the server has as well."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, to make certificates")
    processes = DaskProcesses(tmp_path)
    processes.environment = certificates(tmp_path / "certificates")
    for name, value in processes.environment.items():
        monkeypatch.setenv(name, value)
    yield processes
    processes.end()


@pytest.mark.long
def test_server_grades_on_a_cluster_with_tls(dask, tmp_path):
    address = dask.scheduler("tls")
    dask.worker(address)
    await_workers(address, 1, dask.environment)
    ada = add_people(tmp_path / "data", {"ada": Role.STUDENT})["ada"]
    with live_server(tmp_path / "data", "--scheduler", address) as server:
        submission = server.hand_in(ada, "single-neuron", "a.py", solution())
        assert server.wait_for(ada, submission)["state"] == "graded", server.log()
