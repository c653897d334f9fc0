"""A backup of a data folder gives the same folder back, and a damaged one gives nothing."""

from __future__ import annotations

import stat
import zipfile

import pytest

from grader.service import backup
from grader.service.configuration import Configuration
from grader.service.service import open_service
from grader.service.tables import Exercise, Submission, User
from grader.support.errors import UsageError

pytestmark = pytest.mark.sqlite
CONTENT = b"print('a submission')\n"


@pytest.fixture
def filled(service):
    """A service with a submission, its file, and a file that no row names."""
    blob = service.blobs.put(CONTENT)
    service.blobs.put(b"of nobody")
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        user = session.query(User).filter_by(name="ada").one()
        session.add(
            Submission(
                id="a" * 16,
                user_id=user.id,
                exercise_id=exercise.id,
                version_id=exercise.version_id,
                kind="attempt",
                file_name="a.py",
                sha256=blob,
                blob=blob,
                size=len(CONTENT),
            )
        )
    return service


def test_restored_folder_has_all_rows_and_files(filled, tmp_path):
    path = tmp_path / "backup.zip"
    content = backup.write(filled, path)
    assert (content.submissions, content.blobs, content.missing) == (1, 1, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert backup.restore(path, tmp_path / "new") == content
    restored = open_service(Configuration(data_dir=tmp_path / "new"))
    with restored.database.reading() as session:
        submission = session.get(Submission, "a" * 16)
        assert restored.blobs.get(submission.blob) == CONTENT
        assert {user.name for user in session.query(User)} >= {"ada", "iris", "root"}
    restored.close()
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_backup_replaces_nothing(filled, tmp_path):
    (tmp_path / "backup.zip").write_text("an earlier one")
    with pytest.raises(UsageError, match="exists already"):
        backup.write(filled, tmp_path / "backup.zip")
    with pytest.raises(UsageError, match="cannot be written"):
        backup.write(filled, tmp_path / "missing" / "backup.zip")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_restore_replaces_no_folder(filled, tmp_path):
    backup.write(filled, tmp_path / "backup.zip")
    with pytest.raises(UsageError, match="is not empty"):
        backup.restore(tmp_path / "backup.zip", filled.configuration.data_dir)


def test_missing_file_is_counted(filled, tmp_path):
    filled.blobs.delete(next(name for name in filled.blobs.names() if filled.blobs.get(name) == CONTENT))
    assert backup.write(filled, tmp_path / "backup.zip").missing == 1
    assert backup.restore(tmp_path / "backup.zip", tmp_path / "new").missing == 1


def changed(source, target, change):
    """Copy a zip file, whose members ``change`` may replace or leave out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: None if name.startswith("blobs/") else content,
        lambda name, content: content[:-1] if name.startswith("blobs/") else content,
        lambda name, content: content[: len(content) // 2] if name == "grader.sqlite" else content,
        lambda name, content: None if name == "grader.sqlite" else content,
        lambda name, content: None if name == "backup.json" else content,
        lambda name, content: b"{}" if name == "backup.json" else content,
        lambda name, content: b"[1]" if name == "backup.json" else content,
        lambda name, content: content.replace(b"grader.backup/1", b"grader.backup/2"),
        lambda name, content: content.replace(b'"revision": "', b'"revision": "9'),
    ],
)
def test_damaged_backup_is_refused(filled, tmp_path, change):
    backup.write(filled, tmp_path / "backup.zip")
    changed(tmp_path / "backup.zip", tmp_path / "damaged.zip", change)
    with pytest.raises(UsageError):
        backup.restore(tmp_path / "damaged.zip", tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "damaged.zip", "data"]


def test_backup_with_damaged_bytes_is_refused(filled, tmp_path):
    backup.write(filled, tmp_path / "backup.zip")
    content = bytearray((tmp_path / "backup.zip").read_bytes())
    content[100:140] = b"\xff" * 40  # in the compressed database
    (tmp_path / "damaged.zip").write_bytes(content)
    with pytest.raises(UsageError, match="not a complete backup"):
        backup.restore(tmp_path / "damaged.zip", tmp_path / "new")


@pytest.mark.parametrize("content", [b"", b"not a zip file"])
def test_other_file_is_not_a_backup(tmp_path, content):
    (tmp_path / "other.zip").write_bytes(content)
    with pytest.raises(UsageError, match="not a complete backup"):
        backup.restore(tmp_path / "other.zip", tmp_path / "new")


def test_backup_names_no_path_outside_the_folder(filled, tmp_path):
    backup.write(filled, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip", "a") as archive:
        archive.writestr("../outside.txt", "x")
        archive.writestr("blobs/../../outside.txt", "x")
    backup.restore(tmp_path / "backup.zip", tmp_path / "new")
    assert not list(tmp_path.rglob("outside.txt"))
