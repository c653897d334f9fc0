"""Tests of the store: results stay on disk, and only one run writes at a time."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from grader.batch import store
from grader.batch.store import FILE, Record, Store
from grader.support import seeds
from grader.support.errors import NotGradable, UsageError

ERIKA = Record(identity="4711", name="Erika", sha256="0" * 64, problem="unreadable")


def test_result_is_available_in_the_next_run(tmp_path):
    with Store(tmp_path / "out") as first:
        first.put("key", ERIKA)
        first.keep_answers("key", b"npz")
        seed = first.seed(None)
    with Store(tmp_path / "out") as second:
        assert (second.key("4711"), second.record("4711")) == ("key", ERIKA)
        assert (second.key("1"), second.record("1")) == (None, None)
        assert (second.answers("key"), second.answers("other")) == (b"npz", b"")
        assert second.seed(None) == seed >= seeds.SHORTEST_DRAWN
        assert second.seed(7) == 7
        second.forget()
        assert second.key("4711") is None
        assert second.seed(None) not in (7, seed)
    assert store.read(tmp_path / "out") == {}


def test_only_the_owner_can_read_the_file(tmp_path):
    with Store(tmp_path / "out"):
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "out" / FILE).stat().st_mode) == 0o600


def test_second_run_in_the_same_folder_is_refused(tmp_path):
    with Store(tmp_path), pytest.raises(UsageError, match="Another run is using"):
        Store(tmp_path)
    Store(tmp_path).close()


def test_damaged_or_foreign_file_is_reported(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database, but long enough to be taken for one" * 20)
    with pytest.raises(UsageError, match="cannot be used"):
        Store(tmp_path)
    os.remove(tmp_path / FILE)
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(UsageError, match="another version"):
        Store(tmp_path)


def test_full_disk_loses_no_stored_result(tmp_path):
    with Store(tmp_path) as full:
        full.put("key", ERIKA)
        full._database.execute("PRAGMA max_page_count = 8")  # SQLite reports this like a full disk
        large = ERIKA.model_copy(update={"problem": "x" * 100_000})
        with pytest.raises(NotGradable, match="free some space, and run the same command again"):
            full.put("other", large)
        assert full.record("4711") == ERIKA


def test_folder_without_results_is_reported(tmp_path):
    with pytest.raises(UsageError, match="not an output folder"):
        store.read(tmp_path)


def test_results_of_a_killed_run_are_readable_in_a_read_only_folder(tmp_path, monkeypatch):
    """Results that are not yet in the database file are in the write-ahead log next to it."""
    code = (
        "import os; from pathlib import Path; from grader.batch.store import Record, Store; "
        "Store(Path('out')).put('key', Record(identity='5', name='anna', sha256='')); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert (tmp_path / "out" / "grading.sqlite-wal").stat().st_size
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert [record.name for record in store.read(tmp_path / "out").values()] == ["anna"]
    assert (tmp_path / "out" / "grading.sqlite-wal").stat().st_size
