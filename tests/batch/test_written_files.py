"""Tests that files of an earlier run are renewed or removed."""

from __future__ import annotations

import pytest

from grader.batch.store import Store
from grader.batch.written_files import WrittenFiles

pytestmark = pytest.mark.quick


@pytest.fixture
def run(tmp_path):
    """Write files as one run does; return its sentences."""

    def write(**files):
        with Store(tmp_path / "out") as store:
            written_files = WrittenFiles(tmp_path / "out", store)
            written_files.write({name.replace("__", "/"): content for name, content in files.items()})
            return written_files.remove_others()

    return write


def test_file_of_an_earlier_run_is_renewed_or_removed(run, tmp_path):
    assert run(moodle=b"old", feedback__Jörg=b"old") == []
    assert run(moodle=b"new") == [
        "feedback/ (1 file) from an earlier run was removed: run 'grader feedback' again to get a new one."
    ]
    assert (tmp_path / "out" / "moodle").read_bytes() == b"new"
    assert not (tmp_path / "out" / "feedback").exists()
    assert run(moodle=b"new") == []


def test_changed_file_is_kept_with_a_warning(run, tmp_path):
    run(moodle=b"old")
    (tmp_path / "out" / "moodle").write_bytes(b"changed")
    (note,) = run()
    assert note.startswith(f"{tmp_path / 'out' / 'moodle'} is not from this run")
    assert (tmp_path / "out" / "moodle").read_bytes() == b"changed"
    (tmp_path / "out" / "moodle").unlink()
    assert run() == []


def test_changed_file_is_not_overwritten_but_renamed(run, tmp_path):
    run(**{"moodle.csv": b"old"})
    for number, text in enumerate((b"by hand", b"again by hand"), start=1):
        (tmp_path / "out" / "moodle.csv").write_bytes(text)
        name = f"moodle-changed{'-2' * (number == 2)}.csv"
        assert run(**{"moodle.csv": b"new"}) == [
            f"moodle.csv was changed since the grader wrote it: the changed file is now {name}."
        ]
        assert (tmp_path / "out" / name).read_bytes() == text
        assert (tmp_path / "out" / "moodle.csv").read_bytes() == b"new"
    (tmp_path / "out" / "moodle.csv").write_bytes(b"newer")
    assert run(**{"moodle.csv": b"newer"}) == []  # the same content


def test_import_file_of_an_earlier_version_is_kept_with_a_warning(run, tmp_path):
    run()
    (tmp_path / "out" / "canvas.csv").write_bytes(b"scores")
    assert "canvas.csv is not from this run" in run()[0]
