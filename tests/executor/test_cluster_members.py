"""The workers of a cluster: each is prepared once, and those that refuse get nothing."""

from __future__ import annotations

import pytest

from grader.executor.cluster_members import ClusterMembers
from grader.executor.dask_worker import Readiness
from grader.executor.work import Work
from grader.support.errors import NotGradable, UsageError

WORK = Work("identity", "single-neuron", 0, "strong")
READY = Readiness(isolation="medium")


class Client:
    """A client of a cluster whose workers give these answers."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []
        self.scheduler = self
        self.scheme = "tls"

    def identity(self):
        facts = {"host": "here", "nthreads": 1, "last_seen": 0.0}
        return {"workers": {f"{self.scheme}://192.0.2.1:{name}": facts for name in self.answers}}

    def close(self, timeout):
        self.asked.append("close")

    def sync(self, function, callback_timeout):
        return function()

    def run(self, _function, _sealed, _levels, workers, on_error):
        assert on_error == "return"
        self.asked.append([worker.rpartition(":")[2] for worker in workers])
        return {worker: self.answers[worker.rpartition(":")[2]] for worker in workers}


def members_of(client, levels=()):
    members = ClusterMembers("tls://192.0.2.1:8786", False, levels, lambda _: None)
    members.client = client
    members.look()
    return members


def test_every_worker_is_asked_once_and_new_workers_later():
    client = Client(a=READY, b=READY)
    members = members_of(client)
    members.refuse_new_workers(WORK)
    client.answers["c"] = READY
    members.look()
    members.refuse_new_workers(WORK)
    members.refuse_new_workers(WORK)
    assert client.asked == [["a", "b"], ["c"]]
    assert {worker.isolation for worker in members.workers.values()} == {"medium"}


def test_worker_that_disappears_is_no_reason_to_stop():
    client = Client(a=READY, b=OSError("gone"))
    members = members_of(client)
    members.refuse_new_workers(WORK)
    client.answers["b"] = READY  # it is there again
    members.refuse_new_workers(WORK)
    assert client.asked == [["a", "b"], ["b"]]


@pytest.mark.parametrize("error", [ModuleNotFoundError("No module named 'grader'"), AttributeError("no such name")])
def test_worker_without_a_grader_stops_a_command_and_is_named(error):
    members = members_of(Client(a=READY, b=error))
    with pytest.raises(NotGradable, match=r"worker .*:b has no grader, or a very different one .*install grader"):
        members.refuse_new_workers(WORK)


def test_refusal_about_one_work_leaves_a_worker_to_others():
    members = members_of(Client(a=Readiness("other data", is_about_work=True), b=Readiness("other grader")), ["strong"])
    members.prepare([*members.workers.values()], WORK)
    about_work, unfit = members.workers.values()
    assert (about_work.slots, about_work.refusal(WORK.identity), about_work.problem) == (1, "other data", "other data")
    assert (unfit.slots, unfit.problem) == (0, "other grader")


def test_worker_without_tls_stops_a_command_and_is_left_out_by_a_server():
    client = Client(a=READY)
    client.scheme = "tcp"
    with pytest.raises(UsageError, match=r"the Dask worker at tcp://192\.0\.2\.1:a is not encrypted"):
        members_of(client)
    (worker,) = members_of(client, ["strong"]).workers.values()
    assert worker.slots == 0 and "is not encrypted" in worker.problem


def test_scheduler_without_workers_and_one_that_is_gone_are_named():
    members = members_of(Client())
    assert "has no workers" in members.problem
    members.forget("It is gone.")
    assert (members.problem, members.workers, members.is_connected) == ("It is gone.", {}, False)
