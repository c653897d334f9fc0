"""Migrations lead to exactly the tables of the code, and a database of a newer version is refused."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from grader.service.database import Database, newest_revision
from grader.service.tables import Table
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
