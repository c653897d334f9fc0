"""Migrations lead to exactly the tables of the code, and a database of a newer version is refused."""

from __future__ import annotations

import threading
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from grader.service.database import Database, newest_revision
from grader.service.tables import Table, User
from grader.support.errors import UsageError


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'grader.sqlite'}")
    database.migrate()
    yield database
    database.close()


@pytest.mark.quick
def test_migrations_lead_to_the_tables_of_the_code(database):
    assert database.revision() == newest_revision()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_database_of_a_newer_version_is_refused(database):
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="update the grader"):
        database.migrate()


def test_changes_of_many_threads_share_commits_and_only_the_wrong_ones_fail(database):
    commits, barrier, outcomes = [], threading.Barrier(20), {}
    event.listen(database.engine, "commit", lambda connection: commits.append(1))

    def change(number):
        barrier.wait()
        try:
            outcomes[number] = database.soon(lambda session: added(session, number)).result(20)
        except ValueError as error:
            outcomes[number] = str(error)

    def added(session, number):
        session.add(User(name=f"user{number}"))
        session.flush()
        time.sleep(0.01)  # the others come meanwhile
        if number % 5 == 0:
            raise ValueError("no")
        return number

    threads = [threading.Thread(target=change, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    right = {number for number in range(20) if number % 5}
    assert outcomes == {number: number if number in right else "no" for number in range(20)}
    with database.reading() as session:
        assert {user.name for user in session.query(User)} == {f"user{number}" for number in right}
    assert len(commits) < 15


def test_change_is_made_again_with_the_same_row_if_another_one_fails(database):
    user, errors = User(name="ada"), []

    def add(session):
        session.add(user)
        session.flush()
        time.sleep(0.2)  # the others come meanwhile
        return user.id

    def fail(session):
        raise ValueError("no")

    def together(change):
        try:
            return database.soon(change).result(20)
        except ValueError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=together, args=(change,)) for change in (lambda _: time.sleep(0.2), add, fail)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)  # so that the first one is committed alone, and the others share a commit
    for thread in threads:
        thread.join()
    assert errors == ["no"]
    with database.reading() as session:
        assert session.query(User).one().id == user.id


def test_failed_commit_is_an_error_of_every_change(database, monkeypatch):
    def fail(session):
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.execute(
            text("INSERT INTO link (digest, purpose, course_id, role, created) VALUES ('a', 'b', 'none', 1, '')")
        )

    with pytest.raises(IntegrityError):
        database.soon(fail).result(20)
    assert database.soon(lambda session: 1).result(20) == 1


def test_only_changes_that_can_be_repeated_may_be_lost_in_a_power_failure(database):
    def level(**options):
        with database.writing(**options) as session:
            return session.connection().exec_driver_sql("PRAGMA synchronous").scalar()

    full, normal = 2, 1  # the numbers of SQLite
    assert [level(), level(is_repeatable=True), level()] == [full, normal, full]


def test_change_that_nobody_waits_for_any_more_stops_no_other(database):
    began, goes_on = threading.Event(), threading.Event()

    def slow(session):
        began.set()
        goes_on.wait(10)
        return "slow"

    first = database.soon(slow)
    began.wait(10)
    assert not first.cancel()  # it is being stored
    second, third = database.soon(lambda session: "second"), database.soon(lambda session: "third")
    assert second.cancel()
    goes_on.set()
    assert (first.result(10), third.result(10)) == ("slow", "third")
