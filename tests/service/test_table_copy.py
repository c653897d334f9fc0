"""All rows are copied, in both directions, and the numbers of new rows continue after those of the copied ones."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from grader.service import table_copy
from grader.service.database import Database
from grader.service.tables import Audit, Course, User


@pytest.fixture
def empty(tmp_path, request):
    """A function that makes an empty database of a kind."""

    def make(kind):
        url = f"sqlite:///{tmp_path / 'other.sqlite'}"
        if kind == "postgresql":
            cluster = request.getfixturevalue("cluster")
            name = cluster.new()
            request.addfinalizer(lambda: cluster.drop(name))
            url = cluster.url(name)
        database = Database(url)
        request.addfinalizer(database.close)
        database.migrate()
        return database

    return make


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_copy_has_the_same_rows_and_goes_on(service, empty, kind):
    with service.database.writing() as session:
        session.add_all([Audit(id=7, who="iris", what="mark", about="ünïcode – \u2713"), User(name="späte")])
    target = empty(kind)
    with table_copy.snapshot(service.database.engine) as rows, target.writing() as session:
        counts = table_copy.copy(rows, session.connection())
        assert counts == table_copy.counts_of(rows) == table_copy.counts_of(session.connection())
        assert (counts["user"], counts["audit"]) == (6, 1)
    with target.writing() as session:
        session.execute(insert(Audit).values(who="iris", what="mark"))
        assert session.scalars(select(Audit.id).order_by(Audit.id)).all() == [7, 8]
        assert session.scalar(select(Audit.about).where(Audit.id == 7)) == "ünïcode – \u2713"
        with service.database.reading() as own:
            assert session.scalar(select(Course.created)) == own.scalar(select(Course.created))


def test_snapshot_does_not_change_while_others_write(service):
    with table_copy.snapshot(service.database.engine) as rows:
        before = table_copy.counts_of(rows)
        with service.database.writing() as session:
            session.add(User(name="late"))
        assert table_copy.counts_of(rows) == before
