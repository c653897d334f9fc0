"""A server grades on a real Dask cluster, by TLS."""

from __future__ import annotations

import re
import shutil
import time

import httpx
import pytest
from sqlalchemy import func, select

from grader.service.configuration import Configuration
from grader.service.grading_place import executors
from grader.service.service import open_service
from grader.service.tables import Result, Role, Submission
from grader.support.errors import UsageError
from grader.web import requests
from tests.dask_processes import DaskProcesses, await_workers, certificates, kill
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
def test_server_goes_on_when_workers_and_the_scheduler_are_lost(dask, tmp_path):
    """Nothing is lost, nothing is graded twice, no attempt is spent, and uploads continue meanwhile."""
    address = dask.scheduler("tls")
    port = address.rpartition(":")[2]
    workers = [dask.worker(address) for _ in range(2)]
    await_workers(address, 2, dask.environment)
    people = add_people(tmp_path / "data", {"ada": Role.STUDENT, "root": None})
    ada = people["ada"]
    slow = b"import time\n\ntime.sleep(2)\n"

    def hand_in(number):
        name, content = f"a{number}.py", slow + solution(number)
        return server.hand_in(ada, "single-neuron", name, content, "attempt")

    with live_server(tmp_path / "data", "--scheduler", address) as server:
        warm = server.hand_in(ada, "single-neuron", "a.py", solution())
        assert server.wait_for(ada, warm)["state"] == "graded", server.log()

        names = [hand_in(number) for number in range(4)]
        await_state(server, ada, names, "running")
        time.sleep(1)  # both workers have begun
        kill(workers[0])
        assert [server.wait_for(ada, name)["state"] for name in names] == ["graded"] * 4, server.log()

        for process in dask.started:
            kill(process)
        await_page(server, people["root"], "/admin", "is gone|There is no Dask scheduler")
        waiting = hand_in(4)
        page = await_page(server, ada, "/", "Grading is paused because of")
        assert "Hand in as usual" in page
        dask.scheduler("tls", port)
        dask.worker(address)
        assert server.wait_for(ada, waiting)["state"] == "graded", server.log()
        await_page(server, people["root"], "/admin", "<td>strong</td>\\s*<td>Works</td>")

    service = open_service(Configuration(data_dir=tmp_path / "data"))
    with service.database.reading() as session:
        rows = session.scalars(select(Submission)).all()
        assert {(row.state, row.losses) for row in rows} == {("graded", 0)}
        assert len({row.result_key for row in rows}) == session.scalar(select(func.count()).select_from(Result)) == 6
    service.close()


def await_state(server, person, names, state):
    end = time.monotonic() + 60
    while not any(server._request(person, "GET", f"/api/v1/submissions/{name}")["state"] == state for name in names):
        assert time.monotonic() < end
        time.sleep(0.05)


def await_page(server, person, path, pattern):
    """Return a page as soon as it has a text."""
    end = time.monotonic() + 60
    while True:
        page = httpx.get(
            server.address + path, cookies={requests.COOKIE: person.cookie}, trust_env=False, timeout=60
        ).text
        if re.search(pattern, page):
            return page
        assert time.monotonic() < end, page
        time.sleep(0.5)
