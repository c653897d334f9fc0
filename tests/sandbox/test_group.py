"""Control groups of workers. A real group needs version 2 and permission to create groups; other tests use folders."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.assignment.limits import Limits
from grader.machine import capacity
from grader.sandbox import group
from grader.sandbox.failures import CallError
from grader.sandbox.session import Session
from grader.support.errors import NoMemory
from tests.sandbox.test_session import submitted

KILLED = "def f(x):\n    import os\n    os.kill(os.getpid(), 9)\ndef g(x):\n    return x"
MB = 1 << 20


@pytest.fixture(autouse=True)
def asked_anew():
    group._parent.cache_clear()
    yield
    group._parent.cache_clear()


class StandIn:
    """A fake group with given memory events."""

    limits_processes = True

    def __init__(self, ended, may_be_joined=True):
        self.ended, self.may_be_joined, self.joined, self.removed = ended, may_be_joined, [], 0

    def add(self, pid):
        self.joined.append(pid)
        return self.may_be_joined

    def remove(self):
        self.removed += 1
        return self.ended


def given(monkeypatch, stand_in):
    asked = []
    monkeypatch.setattr(group, "create", lambda memory, processes: asked.append((memory, processes)) or stand_in)
    return asked


def ended(killed=False, reached_limit=False, most_held=None):
    return group.MemoryEvents(killed, reached_limit, most_held)


def test_missing_group_is_listed_as_not_enforced(monkeypatch):
    given(monkeypatch, None)
    with Session(submitted(KILLED), Limits()) as session:
        session.load()
        assert "memory of the kernel" in session.not_enforced


@pytest.mark.parametrize(("level", "expected"), [("strong", 256 + 128 + 3 * 8), ("medium", 256 + 128)])
def test_worker_joins_its_group_with_room_for_its_file_systems(monkeypatch, level, expected):
    stand_in = StandIn(ended())
    asked = given(monkeypatch, stand_in)
    with Session(submitted(KILLED), Limits(memory_mb=256, disk_mb=8, processes=24), level) as session:
        session.load()
        assert not {"memory of the kernel", "number of processes"} & {*session.not_enforced}
        assert asked == [(expected * MB, 24)]
        assert len(stand_in.joined) == 1
        assert stand_in.removed == 0
    assert stand_in.removed == 1


def test_group_that_cannot_be_joined_is_removed(monkeypatch):
    stand_in = StandIn(ended(), may_be_joined=False)
    given(monkeypatch, stand_in)
    with Session(submitted(KILLED), Limits()) as session:
        session.load()
        assert "memory of the kernel" in session.not_enforced
        assert stand_in.removed == 1
        assert session.call("g", [1], {}).value == 1
    assert stand_in.removed == 1


@pytest.mark.parametrize(
    ("counted", "missing", "status"),
    [
        (ended(), 100, "crashed"),  # the process has killed itself
        (ended(killed=True, reached_limit=True), 100, "memory"),
        (ended(killed=True), 100, None),  # a group above had no memory left
        (ended(killed=True), 350, "memory"),
        (ended(killed=True, most_held=100 * MB), 350, None),  # other processes have ended at the same time
        (ended(killed=True, most_held=300 * MB), 350, "memory"),
    ],
)
def test_cause_of_exhausted_memory_is_found(monkeypatch, counted, missing, status):
    given(monkeypatch, StandIn(counted))
    monkeypatch.setattr(capacity, "memory", lambda: capacity.MemoryLimit(768 * MB))
    monkeypatch.setattr(capacity.MemoryLimit, "in_use", lambda _: (768 - missing) * MB)
    with Session(submitted(KILLED), Limits(memory_mb=256, needed_mb=128)) as session:
        session.load()
        with pytest.raises(NoMemory if status is None else CallError) as raised:
            session.call("f", [1], {})
    assert getattr(raised.value, "status", None) == status


def folder_like_a_group(path, controllers="memory pids", enabled=""):
    path.mkdir(parents=True, exist_ok=True)
    for name, text in (("controllers", controllers), ("subtree_control", enabled), ("procs", ""), ("type", "domain")):
        (path / f"cgroup.{name}").write_text(text)
    return path


@pytest.mark.parametrize(
    ("own", "above", "expected"),
    [
        ("", "memory pids", "above"),  # as in a session of systemd
        ("", "pids", None),
        ("memory", "memory", "own"),  # divided by another process
    ],
)
def test_parent_group_is_one_that_limits_the_memory_of_subgroups(monkeypatch, tmp_path, own, above, expected):
    top = folder_like_a_group(tmp_path / "top", enabled="")
    slice_ = folder_like_a_group(top / "slice", enabled=above)
    scope = folder_like_a_group(slice_ / "scope", enabled=own)
    monkeypatch.setattr(group, "SYSTEMD", tmp_path / "nowhere")
    monkeypatch.setattr(capacity, "groups", lambda *_: iter([scope, slice_, top]))
    assert group._parent() == {"above": slice_, "own": scope, None: None}[expected]


def test_root_uses_only_delegated_groups_of_systemd(monkeypatch, tmp_path):
    top = folder_like_a_group(tmp_path / "top", enabled="memory")
    monkeypatch.setattr(group, "SYSTEMD", tmp_path)
    monkeypatch.setattr(capacity, "groups", lambda *_: iter([top]))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert group._parent() is None
    group._parent.cache_clear()
    monkeypatch.setattr(os, "getxattr", lambda _, name: b"1" if name == "trusted.delegate" else b"")
    assert group._parent() == top


def test_groups_of_version_1_and_read_only_groups_are_not_used(monkeypatch, tmp_path):
    (tmp_path / "memory.limit_in_bytes").write_text("1")
    monkeypatch.setattr(capacity, "groups", lambda *_: iter([tmp_path]))
    assert group._parent() is None
    group._parent.cache_clear()
    folder_like_a_group(tmp_path, enabled="memory")
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert group._parent() is None


def test_only_stale_groups_of_killed_graders_are_removed(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    stale, own = group._owner(gone.pid), group._owner(os.getpid())
    gone.communicate(b"\n")
    namespace = own.partition(".")[0]
    reused = f"{namespace}.{os.getpid()}.1"
    names = [f"grader-worker-{owner}-0" for owner in (stale, reused, own, "1.2.3")]
    for name in [*names, f"grader-worker-{namespace}.x", "user.slice"]:
        (tmp_path / name).mkdir()
    group._remove_stale(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*names[2:], f"grader-worker-{namespace}.x", "user.slice"}


FILLS_SOCKETS = """
import socket
def f(x):
    kept = []
    for _ in range(2000):
        for end in (pair := socket.socketpair()):
            end.setblocking(False)
            try:
                while True: end.send(bytes(1 << 15))
            except BlockingIOError: pass
        kept.append(pair)
"""


def test_real_group_limits_kernel_memory_and_is_removed(monkeypatch):
    if not group.can_be_had():
        pytest.skip("no control group of version 2 can be made here")
    monkeypatch.setattr("grader.sandbox.memory.sockets", lambda *_, **__: 0)
    before = {*group._parent().iterdir()}
    with Session(submitted(FILLS_SOCKETS), Limits(memory_mb=128, open_files=5000, call_seconds=100)) as session:
        session.load()
        with pytest.raises(CallError) as raised:
            session.call("f", [1], {})
    assert raised.value.status == "memory"
    assert {*group._parent().iterdir()} == before
