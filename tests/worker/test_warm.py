"""The process from which workers are forked."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from unittest import mock

import pytest

from grader.worker import prepare, warm


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs Linux")
def test_process_with_another_thread_must_not_fork():
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert not warm._can_fork()
    finally:
        end.set()
        thread.join()


def test_system_without_a_list_of_threads_must_not_fork(monkeypatch):
    def fail(_):
        raise FileNotFoundError

    monkeypatch.setattr(warm.os, "listdir", fail)
    assert not warm._can_fork()


def test_each_environment_replaces_the_one_before(monkeypatch):
    with mock.patch.dict(os.environ):
        for environment in ({"HOME": "/one", "A": "1"}, {"HOME": "/two"}):
            monkeypatch.setattr(tempfile, "tempdir", "/of/an/import")
            warm._set_environment(environment)
            assert dict(os.environ) == environment
            assert tempfile.tempdir is None


@pytest.fixture
def import_all(monkeypatch, tmp_path):
    """Import modules from files in tmp_path, with the variables of this process restored afterwards."""
    for name in ("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(prepare, "watch", lambda: None)

    def import_now(modules, fonts="", **sources):
        for name, source in sources.items():
            (tmp_path / f"{name}.py").write_text(source)
        warm._import_all([str(tmp_path)], modules, [], str(fonts))
        return [sys.modules.pop(name, None) for name in modules]

    return import_now


def test_failing_import_is_left_to_the_worker(import_all):
    before = [*sys.path]
    modules = ["broken_module", "no_such_module", "good_module"]
    *missing, good = import_all(modules, broken_module="1 / 0\n", good_module="value = 1\n")
    assert missing == [None, None]
    assert good.value == 1
    assert sys.path == before


SEARCHES = """
import os, pathlib
folder = pathlib.Path(os.environ["MPLCONFIGDIR"])
present = sorted(file.name for file in folder.iterdir())
(folder / "fontlist-v1.json").write_text("fonts")
(folder / "matplotlibrc").write_text("axes.grid: True")
"""


def test_list_of_fonts_is_kept_and_nothing_else(import_all, tmp_path):
    fonts = tmp_path / "cache" / "fonts"
    (first,) = import_all(["searches"], fonts, searches=SEARCHES)
    assert first.present == []
    assert [file.name for file in fonts.iterdir()] == ["fontlist-v1.json"]
    (fonts / "matplotlibrc").write_text("axes.grid: True")
    (second,) = import_all(["searches"], fonts, searches=SEARCHES)
    assert second.present == ["fontlist-v1.json"]


def test_cache_that_cannot_be_written_is_no_failure(import_all, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    (module,) = import_all(["searches"], tmp_path / "cache" / "fonts", searches=SEARCHES)
    assert module.present == []
