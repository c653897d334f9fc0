"""The tables of a server are copied into PostgreSQL as a whole, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from grader.service import database_copy, table_copy
from grader.service.configuration import Configuration
from grader.service.database import Database
from grader.service.service import open_service
from grader.service.tables import Audit, Course, Login, Submission, Table, User
from grader.support.errors import UsageError

OLD = Path(__file__).parent / "old" / "0001.sql"
SECRET = "zero \0 and Zoë"


@pytest.fixture
def source(tmp_path):
    """The data folder of a server in which every table of the first schema has a row."""
    folder = tmp_path / "data"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "grader.sqlite")) as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
    service = open_service(Configuration(data_dir=folder))
    with service.database.writing() as session:
        session.add(User(name=SECRET))
    service.close()
    return folder


@pytest.fixture
def target(cluster):
    name = cluster.new()
    yield cluster.url(name)
    cluster.drop(name)


def rows(address):
    """Return {table: all rows, in any order}."""
    database = Database(address)
    with database.engine.connect() as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in Table.metadata.sorted_tables
        }
    database.close()
    return found


def test_every_row_is_copied(source, target):
    counts = {}
    address = database_copy.address_of(str(source))
    total = database_copy.copy(address, target, counts.__setitem__)
    before, after = rows(address), rows(target)
    before["user"] = [row.replace("\\x00", "\N{REPLACEMENT CHARACTER}") for row in before["user"]]
    assert after == before
    assert counts == {name: len(each) for name, each in before.items()} and total == sum(counts.values())
    service = open_service(Configuration(data_dir=source, database=target))
    with service.database.writing() as session:
        last = session.scalar(select(func.max(Audit.id)))
        session.add(Audit(who="ada", what="new"))
        session.flush()
        assert session.scalar(select(func.max(Audit.id))) == last + 1
        assert session.query(Course).count() and session.query(Login).count() and session.query(Submission).count()
    service.close()
    with pytest.raises(UsageError, match="is not empty"):
        database_copy.copy(address, target, counts.__setitem__)


def test_failure_leaves_the_target_empty_and_the_next_try_succeeds(source, target, monkeypatch):
    address = database_copy.address_of(str(source))

    def fail(name, count):
        if name == "submission":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database_copy.copy(address, target, fail)
    assert not any(rows(target).values())
    count = table_copy._count
    with monkeypatch.context() as patch, pytest.raises(UsageError, match=r"\d of \d rows"):
        patch.setattr(table_copy, "_count", lambda one, table: max(count(one, table) - 1, 0))
        database_copy.copy(address, target, lambda name, count: None)
    assert not any(rows(target).values())
    database_copy.copy(address, target, lambda name, count: None)
    assert rows(target)["submission"]


def test_tables_of_another_version_are_refused(source, target):
    with closing(sqlite3.connect(source / "grader.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    with pytest.raises(UsageError, match="migrate"):
        database_copy.copy(database_copy.address_of(str(source)), target, lambda name, count: None)


def test_other_targets_and_sources_are_refused(source, tmp_path):
    with pytest.raises(UsageError, match="target must be a PostgreSQL"):
        database_copy.copy(database_copy.address_of(str(source)), "sqlite:///copy", lambda name, count: None)
    with pytest.raises(UsageError, match="neither a data folder"):
        database_copy.address_of(str(tmp_path / "missing"))
