"""The recorder of a notebook's output."""

from __future__ import annotations

import os
import sys

import pytest
from ipykernel.zmqshell import ZMQInteractiveShell

from grader.worker.cell_outputs import FLOOD
from grader.worker.shell import OutputRecorder, _attach, _CellStream, _make_shell, _Messages


class Flood(Exception):
    pass


@pytest.fixture
def recorder():
    def flood():
        raise Flood

    return OutputRecorder(10, flood)


def texts(recorder):
    return [output.get("text") for output in recorder.shown.finished()]


def test_output_beyond_the_limit_is_dropped(recorder):
    stream = _CellStream("stdout", recorder)
    assert [stream.write(text) for text in ("12345", "67890", "more")] == [5, 5, 4]
    assert texts(recorder) == ["1234567890"]


def test_far_more_output_ends_the_notebook(recorder):
    with pytest.raises(Flood):
        for _ in range(FLOOD + 2):
            recorder.print("stdout", "x" * 10)


def test_errors_are_kept_beyond_the_limit(recorder):
    recorder.print("stdout", "x" * 100)
    recorder.add("error", {"ename": "ValueError", "evalue": "", "traceback": []})
    assert [output["output_type"] for output in recorder.shown.finished()] == ["error"]


def test_new_cell_has_its_own_outputs(recorder):
    recorder.print("stdout", "one")
    recorder.begin_cell()
    recorder.print("stdout", "two")
    assert texts(recorder) == ["two"]


def test_messages_of_the_shell_are_recorded():
    recorder = OutputRecorder(1000, lambda: None)
    messages = _Messages()
    messages.output = recorder
    messages.send(None, "stream", {"name": "stdout", "text": "hi"})
    messages.send(None, {"msg_type": "status", "content": {}})
    assert texts(recorder) == ["hi"]


def test_stream_refuses_what_a_real_one_refuses(recorder):
    stream = _CellStream("stdout", recorder)
    with pytest.raises(TypeError, match="must be str"):
        stream.write(3)
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        stream.write("x")


@pytest.fixture
def shell(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "environ", {**os.environ, "IPYTHONDIR": str(tmp_path / "warm")})
    monkeypatch.setattr(sys, "displayhook", sys.displayhook)
    new = _make_shell()
    yield new
    new.restore_sys_module_state()
    ZMQInteractiveShell.clear_instance()


def test_folder_of_ipython_is_that_of_the_worker_and_is_made_at_its_first_use(shell, recorder, monkeypatch, tmp_path):
    monkeypatch.setitem(os.environ, "IPYTHONDIR", str(tmp_path / "mine"))
    _attach(shell, recorder, lambda _: None)
    assert not (tmp_path / "mine").exists()
    assert shell.profile_dir.location == str(tmp_path / "mine" / "profile_default")
    assert os.path.isdir(shell.profile_dir.startup_dir)
    assert shell.ipython_dir == str(tmp_path / "mine")
    shell.db["x"] = 1  # for %store
    assert (tmp_path / "mine" / "profile_default" / "db" / "x").exists()
