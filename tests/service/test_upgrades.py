"""A data folder of an earlier version is upgraded without loss. ``old/0001.sql`` is the dump of a database of the first schema."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from grader.service import access, accounts, submissions, upgrades
from grader.service.configuration import Configuration
from grader.service.database import Database, newest_revision
from grader.service.service import open_service
from grader.service.tables import Course, Exercise, Mark, Seed, Submission, Table, User, Version
from grader.support.errors import UsageError

OLD = Path(__file__).parent / "old" / "0001.sql"
OUTDATED = "0" * 64


@pytest.fixture
def folder(tmp_path):
    """The data folder of a server of the first schema."""
    folder = tmp_path / "data"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "grader.sqlite")) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
        connection.execute("UPDATE version SET digest = ?", [OUTDATED])
        connection.commit()
    return folder


@pytest.fixture
def old_service(folder):
    service = open_service(Configuration(data_dir=folder))
    yield service
    service.close()


def rows(folder):
    with closing(sqlite3.connect(folder / "grader.sqlite")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return Counter({name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names})


def test_no_row_is_lost(folder):
    before = rows(folder)
    assert min(before.values()) > 0  # every table of that schema has a row
    open_service(Configuration(data_dir=folder)).close()
    after = rows(folder)
    assert {name: after[name] for name in before} == before
    assert set(after) >= set(Table.metadata.tables)


def test_people_still_sign_in_and_see_their_marks(old_service):
    with old_service.database.reading() as session:
        caller = accounts.by_cookie(session, "cookie-of-ada")
        assert accounts.by_token(session, "grd_token-of-ada").scopes == {"read", "submit"}
        assert accounts.find_link(session, "join-secret", "join") is not None
        assert [entry.course.slug for entry in access.courses_of(session, caller)] == ["demo"]
        submission, _ = access.submission(session, caller, "aaaaaaaaaaaaaaaa")
        assert session.query(Mark).filter_by(user_id=caller.user_id).one().comment == "Schön erklärt"
        assert session.query(Course).filter_by(slug="übung").one().title == "Übung: „Neuronale Netze“"
        assert {user.full_name for user in session.query(User)} >= {'Ada, Lovelace "A"', "محمد"}
    report = submissions.report_of(old_service, submission)
    assert report.ending == "graded" and report.checks


def test_exercises_get_the_bundled_assignment_of_this_grader(old_service):
    assert upgrades.renew_bundled(old_service) == ["single-neuron"]
    assert upgrades.renew_bundled(old_service) == []
    with old_service.database.reading() as session:
        version = session.query(Exercise).one().version
        assert version.digest != OUTDATED
        assert session.query(Seed).filter_by(version_id=version.id).count() == 17
        versions = {row.id: row.version_id == version.id for row in session.query(Submission)}
    assert versions == {
        "a" * 16: False,  # graded
        "b" * 16: False,
        "c" * 16: True,  # waits
        "d" * 16: True,
        "e" * 16: False,  # cancelled
    }


def test_uploaded_version_is_not_replaced(old_service):
    with old_service.database.writing() as session:
        session.query(Version).one().blob = "f" * 64
    assert upgrades.renew_bundled(old_service) == []


def test_failed_migration_changes_nothing(folder):
    with closing(sqlite3.connect(folder / "grader.sqlite")) as connection:
        connection.execute("INSERT INTO membership SELECT 'missing', id, 1, '', created FROM \"user\" LIMIT 1")
        connection.commit()
    before = rows(folder)
    database = Database(f"sqlite:///{folder / 'grader.sqlite'}")
    with pytest.raises(UsageError, match="refer to others"):
        database.migrate()
    assert database.revision() == "0001"
    database.close()
    assert rows(folder) == before


def test_foreign_keys_are_kept_after_a_migration(old_service):
    assert old_service.database.revision() == newest_revision()
    with old_service.database.reading() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
