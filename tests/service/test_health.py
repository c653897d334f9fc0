"""Each part that must work is examined."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import text

from grader.service import health, space
from grader.service import sqlite as service_sqlite
from grader.service.configuration import Configuration
from grader.service.moments import now
from grader.service.service import open_service
from grader.service.tables import Worker


def sentences(service):
    return {part.name: part.sentence for part in health.examine(service)}


@pytest.mark.parametrize(
    ("paused", "age", "sentence"),
    [("", 0, ""), ("three failures", 0, "Grading is paused."), ("", 3600, "No worker grades.")],
)
def test_a_worker_must_have_been_seen_and_not_be_paused(service, paused, age, sentence):
    with service.database.writing() as session:
        session.add(Worker(id="w", paused=paused, seen=now() - timedelta(seconds=age)))
    assert sentences(service)["worker"] == sentence


def test_full_disk_is_found(service, monkeypatch):
    monkeypatch.setattr(space, "is_low", lambda service, size=0: True)
    assert sentences(service)["disk"] == "The disk is nearly full."


def test_tables_of_another_version_are_found(service):
    assert sentences(service)["database"] == ""
    with service.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert sentences(service)["database"] == "The tables belong to another version of the grader."


def test_locked_database_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(service_sqlite, "BUSY_SECONDS", 0.1)
    service = open_service(Configuration(data_dir=tmp_path / "data"))
    with closing(sqlite3.connect(tmp_path / "data" / "grader.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert sentences(service)["database"] == "The database is locked."
        other.execute("ROLLBACK")
    assert sentences(service)["database"] == ""
    service.close()
