"""The work folder and the environment of a worker."""

from __future__ import annotations

import os

import pytest

from grader.sandbox import worker_process
from grader.sandbox.filesystem import WorkerSetup


def test_environment_has_nothing_of_the_grader(monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    monkeypatch.setenv("PATH", "/secret")
    environment = worker_process._environment("/work", "medium", "module", WorkerSetup())
    assert "SECRET" not in environment
    assert "/secret" not in environment["PATH"]
    assert environment["HOME"] == environment["TMPDIR"] == "/work"
    assert environment["CUDA_VISIBLE_DEVICES"] == "-1"


def test_gpu_and_threads_are_passed_on(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2")
    environment = worker_process._environment("/work", "strong", "module", WorkerSetup(gpu=True, threads=3))
    assert environment["CUDA_VISIBLE_DEVICES"] == "2"
    assert environment["TF_NUM_INTRAOP_THREADS"] == "3"
    assert environment["HOME"] == "/tmp"


@pytest.mark.parametrize(("engine", "backend"), [("module", "Agg"), ("kernel", None)])
def test_only_a_module_gets_a_backend_for_figures(engine, backend):
    assert worker_process._environment("/work", "none", engine, WorkerSetup()).get("MPLBACKEND") == backend


def test_folder_with_a_long_path_is_made_in_tmp(monkeypatch, tmp_path):
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    folder = worker_process._make_folder()
    os.rmdir(folder)
    assert os.path.dirname(folder) == "/tmp"
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    folder = worker_process._make_folder()
    assert os.stat(folder).st_mode & 0o777 == 0o700
    os.rmdir(folder)


def test_folder_that_its_owner_may_not_enter_is_removed(tmp_path):
    inner = tmp_path / "work" / "closed"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    inner.chmod(0)
    worker_process._remove(str(tmp_path / "work"))
    assert not (tmp_path / "work").exists()


def test_data_files_are_not_hidden_at_level_none_or_if_they_are_served(monkeypatch):
    monkeypatch.setattr(worker_process.filesystem, "data_files", lambda: ["/a.npz", "/b.npz"])
    assert worker_process.WorkerProcess._data_files("none", set()) == []
    assert worker_process.WorkerProcess._data_files("strong", {"/a.npz"}) == ["/b.npz"]
