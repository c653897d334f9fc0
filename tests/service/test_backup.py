"""A backup of a data folder gives the same folder back, and a damaged one gives nothing."""

from __future__ import annotations

import stat
import zipfile
from datetime import timedelta

import pytest

from grader.service import backup, restoring, table_copy
from grader.service.configuration import Configuration
from grader.service.desks import Desks
from grader.service.service import open_service
from grader.service.tables import Audit, Exercise, Extension, Mark, State, Submission, User
from grader.support.errors import UsageError
from tests.service import kept_results

CONTENT = b"print('a submission')\n"


def restored_to(path, folder, **settings):
    return restoring.restore(path, Configuration(data_dir=folder, **settings))


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
    assert restored_to(path, tmp_path / "new") == content
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
        restored_to(tmp_path / "backup.zip", filled.configuration.data_dir)


def test_missing_file_is_counted(filled, tmp_path):
    filled.blobs.delete_old(next(name for name in filled.blobs.names() if filled.blobs.get(name) == CONTENT), -1)
    assert backup.write(filled, tmp_path / "backup.zip").missing == 1
    assert restored_to(tmp_path / "backup.zip", tmp_path / "new").missing == 1


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
        restored_to(tmp_path / "damaged.zip", tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "damaged.zip", "data"]


def test_backup_with_damaged_bytes_is_refused(filled, tmp_path):
    backup.write(filled, tmp_path / "backup.zip")
    content = bytearray((tmp_path / "backup.zip").read_bytes())
    content[100:140] = b"\xff" * 40  # in the compressed database
    (tmp_path / "damaged.zip").write_bytes(content)
    with pytest.raises(UsageError, match="not a complete backup"):
        restored_to(tmp_path / "damaged.zip", tmp_path / "new")


@pytest.mark.parametrize("content", [b"", b"not a zip file"])
def test_other_file_is_not_a_backup(tmp_path, content):
    (tmp_path / "other.zip").write_bytes(content)
    with pytest.raises(UsageError, match="not a complete backup"):
        restored_to(tmp_path / "other.zip", tmp_path / "new")


def test_backup_names_no_path_outside_the_folder(filled, tmp_path):
    backup.write(filled, tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip", "a") as archive:
        archive.writestr("../outside.txt", "x")
        archive.writestr("blobs/../../outside.txt", "x")
    restored_to(tmp_path / "backup.zip", tmp_path / "new")
    assert not list(tmp_path.rglob("outside.txt"))


@pytest.fixture
def graded(service):
    """A service with a class: attempts, a mark by hand, an extension, and an upload that is not on the disk yet."""
    for number, name in enumerate(("ada", "ben", "ada")):
        kept_results.hand_in(service, name, number / 2, received=kept_results.NOON + timedelta(hours=number))
    kept_results.hand_in(service, "ben", state=State.QUEUED)
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        ben = session.query(User).filter_by(name="ben").one()
        session.add(
            Mark(exercise_id=exercise.id, user_id=ben.id, points="3", comment="Well done \u2013 \u00e4", by="Iris")
        )
        session.add(Extension(exercise_id=exercise.id, user_id=ben.id, extra_attempts=2))
        session.add(Audit(who="iris", what="mark", about="ben"))
        session.flush()
    return service


def gradebook(service):
    """Return the gradebook of the exercise, and all rows of the server."""
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        counts = table_copy.counts_of(session.connection())
    desks = Desks(service)
    try:
        folder = desks.current(exercise, "en").folder.out
        return (folder / "gradebook.csv").read_text(), counts
    finally:
        desks.close()


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_restored_server_has_the_same_gradebook(graded, tmp_path, target, request, written_here):
    before = gradebook(graded)
    assert "ada" in before[0]
    content = backup.write(graded, tmp_path / "backup.zip")
    settings = {}
    if target == "postgresql":
        cluster = request.getfixturevalue("cluster")
        name = cluster.new()
        settings = {"database": cluster.url(name)}
        request.addfinalizer(lambda: cluster.drop(name))
    settings["blobs"] = str(tmp_path / "files")
    assert restored_to(tmp_path / "backup.zip", tmp_path / "new", **settings) == content
    restored = open_service(Configuration(data_dir=tmp_path / "new", **settings))
    request.addfinalizer(restored.close)
    assert gradebook(restored) == before
    assert {*restored.blobs.names()} == {*graded.blobs.names()}
    with restored.database.writing() as session:
        session.add(Audit(who="iris", what="mark", about="ada"))  # its number is a new one
    if target == "postgresql":
        with pytest.raises(UsageError, match="The database is not empty"):
            restored_to(tmp_path / "backup.zip", tmp_path / "again", **settings)
        assert not (tmp_path / "again").exists()
        assert not (tmp_path / "new" / "grader.sqlite").exists()
