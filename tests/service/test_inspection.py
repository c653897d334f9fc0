"""``grader serve check`` finds damaged and missing files, and a damaged database."""

from __future__ import annotations

import pytest

from grader.service import inspection
from grader.service.tables import Exercise, Submission, User
from tests.lti.platform import Platform
from tests.service.lti import register


@pytest.fixture(autouse=True)
def level(monkeypatch):
    """A machine with strong isolation; testing it takes a while."""
    monkeypatch.setattr(inspection.isolation, "strictest_level", lambda: "strong")


def parts(service):
    return {part.name: part for part in inspection.inspect(service)}


def add(service, blob):
    with service.database.writing() as session:
        exercise = session.query(Exercise).first()
        session.add(
            Submission(
                user_id=session.query(User).first().id,
                exercise_id=exercise.id,
                version_id=exercise.version_id,
                kind="check",
                file_name="a.py",
                sha256=blob,
                blob=blob,
                size=1,
            )
        )


def test_whole_folder_is_good(service):
    add(service, service.blobs.put(b"a"))
    assert all(part.is_good for part in parts(service).values())
    assert parts(service)["files"].sentence == "1 file"
    assert parts(service)["submissions"].sentence == "1 queued"


def test_missing_and_damaged_files_are_counted(service):
    add(service, "0" * 64)
    name = service.blobs.put(b"a")
    (service.configuration.blob_dir / name[:2] / name).write_bytes(b"b")
    files = parts(service)["files"]
    assert files.sentence == "1 file, 1 of submissions or exercises missing, 1 damaged: restore a backup"
    assert not files.is_good


def test_machine_without_isolation_is_not_good(service, monkeypatch):
    monkeypatch.setattr(inspection.isolation, "strictest_level", lambda: None)
    assert not parts(service)["isolation"].is_good


def test_course_system_with_a_wrong_address_of_its_keys_is_found(service):
    with Platform("https://grader.example") as platform:
        row = register(service, platform)
        assert parts(service)["course system"].sentence == "Test LMS: its keys can be read"
        with service.database.writing() as session:
            session.get_one(type(row), row.id).keys_url = f"{platform.address}/authorize-keys"
        course_system = parts(service)["course system"]
    assert "nobody can sign in there: The address answers with status 404" in course_system.sentence
    assert not course_system.is_good
