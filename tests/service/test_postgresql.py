"""PostgreSQL: its tables, its transactions, and one sentence for each of its failures."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from grader.service import claims, postgresql
from grader.service.database import Database, newest_revision
from grader.service.errors import NoSpace, Unavailable
from grader.service.tables import Course, Setting, State, Submission, Table
from grader.support.errors import UsageError
from tests.service.waiting_submissions import add


@pytest.fixture
def name(cluster):
    name = cluster.new()
    yield name
    cluster.drop(name)


@pytest.fixture
def database(cluster, name):
    database = Database(cluster.url(name))
    yield database
    database.close()


def test_migrations_lead_to_the_tables_of_the_code(database):
    database.migrate()
    assert database.revision() == newest_revision()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="update the grader"):
        database.migrate()


def test_servers_that_start_together_make_the_tables_once(cluster, name):
    barrier = threading.Barrier(3)

    def migrate(_):
        database = Database(cluster.url(name))
        barrier.wait(30)
        database.migrate()
        with database.writing() as session:  # as at a start: look first, then write
            if session.query(Course).first() is None:
                session.add(Course(slug="demo", title="Demo"))
        database.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate, range(3)))
    database = Database(cluster.url(name))
    with database.reading() as session:
        assert session.query(Course).count() == 1
    database.close()


def test_reader_sees_one_state_while_somebody_writes(database):
    database.migrate()
    with database.reading() as reader:
        assert reader.query(Setting).count() == 0
        with database.writing() as session:
            session.add(Setting(name="a", value="zero: \0"))
        assert reader.query(Setting).count() == 0
    with database.reading() as reader:
        assert [row.value for row in reader.query(Setting)] == ["zero: \ufffd"]  # PostgreSQL stores no zero character


def test_error_leads_to_a_refusal_and_the_next_request_works(cluster, name, monkeypatch):
    monkeypatch.setattr(postgresql, "BUSY_SECONDS", 1)
    database = Database(cluster.url(name))
    database.migrate()
    with database.writing() as first, pytest.raises(Unavailable, match="busy"), database.writing() as second:
        for session in (first, second):
            session.execute(text("SELECT 1"))
    with pytest.raises(Unavailable, match="cannot be reached"), database.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with pytest.raises(NoSpace), database.writing() as session:
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"))
    with database.writing() as session:
        session.add(Setting(name="a", value="b"))
    database.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://grader@127.0.0.1/grader", "one of PostgreSQL"),
        ("postgresql://grader@127.0.0.1", "one of PostgreSQL"),
        ("postgresql://grader:secret@host:port/grader", "cannot be read"),
    ],
)
def test_wrong_address_is_one_sentence(address, words):
    with pytest.raises(UsageError, match=words) as caught:
        postgresql.url_of(address)
    assert "secret" not in str(caught.value)


def test_missing_driver_is_one_sentence(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'deep-learning-grader\[postgresql\]'"):
        postgresql.url_of("postgresql://grader@127.0.0.1/grader")


def test_database_that_cannot_be_used_is_one_sentence(cluster, name, monkeypatch):
    def sentence(url):
        database = Database(url)
        try:
            with pytest.raises(UsageError) as caught:
                database.refuse_unusable()
        finally:
            database.close()
        assert "\n" not in str(caught.value) and "secret" not in str(caught.value)
        return str(caught.value)

    assert "Connection refused" in sentence("postgresql://grader:secret@127.0.0.1:9/grader")
    assert 'database "missing" does not exist' in sentence(cluster.url("missing"))
    assert 'role "nobody" does not exist' in sentence(cluster.url(name).replace("grader@", "nobody:secret@"))
    cluster.run(f"CREATE DATABASE {name}_old ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    assert "UTF8" in sentence(cluster.url(f"{name}_old"))
    cluster.drop(f"{name}_old")
    monkeypatch.setattr(postgresql, "OLDEST", 99)
    assert "99 or newer" in sentence(cluster.url(name))


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_claims_at_the_same_time_share_the_queue(service, database_kind):
    for number in range(60):
        add(service, f"s{number:02}", ("ada", "ben")[number % 2])
    barrier = threading.Barrier(6)

    def claim(worker):
        barrier.wait(30)
        names, waiting = [], True
        while waiting:  # a claim may find that others have taken all that it has seen, although more wait
            with service.database.claiming() as session:
                names += [row.id for row in claims.claim(session, f"w{worker}", 2, 30)]
            with service.database.reading() as session:
                waiting = session.scalars(select(Submission.id).where(Submission.state == State.QUEUED)).first()
        return names

    with ThreadPoolExecutor(6) as pool:
        claimed = [name for names in pool.map(claim, range(6)) for name in names]
    assert sorted(claimed) == [f"s{number:02}" for number in range(60)]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_submission_that_another_worker_claims_just_now_is_skipped(service, database_kind):
    for name in ("first", "second"):
        add(service, name, "ada")
    with service.database.claiming() as one, service.database.claiming() as other:
        assert [row.id for row in claims.claim(one, "w1", 1, 30)] == ["first"]
        assert [row.id for row in claims.claim(other, "w2", 1, 30)] == ["second"]
