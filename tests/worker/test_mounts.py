"""The file system of a worker, and the views that are kept for further workers."""

from __future__ import annotations

import os

import pytest

from grader.assignment.limits import Limits
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmStart
from grader.worker import mounts
from tests.sandbox.test_session import submitted


def test_hidden_path_is_found_under_every_visible_name():
    visible = [["/usr", "/usr"], ["/lib", "/usr/lib"], ["/python", "/opt/python"]]
    assert mounts._as_shown(["/usr/lib/grader"], visible) == ["/usr/lib/grader", "/lib/grader"]
    assert mounts._as_shown(["/usr"], visible) == ["/usr"]
    assert mounts._as_shown(["/usr-local", "/home"], visible) == []


def configuration(**changes):
    return {"read": [], "hide": [], "own": "/own", "work": "/submission", "devices": [], **changes}


def test_file_that_was_replaced_needs_a_new_view(tmp_path):
    file = tmp_path / "data.npz"
    file.write_text("old")
    config = configuration(read=[["/given/data.npz", str(file)]], hide=[str(tmp_path / "later")])
    before = mounts.key(config)
    assert mounts.key({**config, "limits": {}, "seed": 3}) == before
    (tmp_path / "new").write_text("new")
    os.replace(tmp_path / "new", file)
    replaced = mounts.key(config)
    assert replaced != before
    (tmp_path / "later").mkdir()
    assert mounts.key(config) != replaced


@pytest.mark.parametrize("path", ["/tmp/venv/lib", "/submission/file", "/dev/shm/x"])
def test_path_in_a_folder_of_each_worker_has_no_view(path):
    assert mounts.key(configuration(read=[["/usr/lib", "/usr/lib"]]))
    assert mounts.key(configuration(read=[[path, path]])) is None
    assert mounts.key(configuration(own=path)) is None


LOOKS = """
import os
def look(path):
    try: return open(path).read()
    except OSError: return None
def leave(text):
    for folder in (".", "/tmp", "/dev/shm", "/etc", "/usr/lib"):
        try: open(os.path.join(folder, "left"), "w").write(text)
        except OSError: pass
    return [path for path in ("left", "/tmp/left", "/dev/shm/left", "/etc/left", "/usr/lib/left") if os.path.exists(path)]
def mounted(): return sorted(line.split()[4] for line in open("/proc/self/mountinfo"))
def processes(): return sorted(name for name in os.listdir("/proc") if name.isdigit())
"""


def test_workers_with_the_same_view_share_nothing_that_they_write(tmp_path):
    data = tmp_path / "table.csv"
    data.write_text("first")

    def opened(warm):
        session = Session(submitted(LOOKS), Limits(), "strong", WorkerSetup(files={"table.csv": data}), warm=warm)
        session.load()
        return session

    with WarmStart() as warm:
        with opened(None) as cold:
            mounted = cold.call("mounted", [], {}).value
        for _ in range(2):  # the first one builds the view
            with opened(warm) as session:
                assert session.call("look", ["/given/files/table.csv"], {}).value == "first"
                assert session.call("leave", ["mine"], {}).value == ["left", "/tmp/left", "/dev/shm/left"]
                assert session.call("mounted", [], {}).value == mounted
                assert session.call("processes", [], {}).value == ["1", "2"]
                with opened(warm) as other:
                    assert other.call("look", ["/tmp/left"], {}).value is None
                    assert other.call("look", ["/dev/shm/left"], {}).value is None
        (tmp_path / "second").write_text("second")
        os.replace(tmp_path / "second", data)
        with opened(warm) as session:
            assert session.call("look", ["/given/files/table.csv"], {}).value == "second"
