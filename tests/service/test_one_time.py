"""A secret of this kind gives its data once, for one purpose, and only for some minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from grader.service import one_time, retention
from grader.service.moments import now
from grader.service.outside_tables import OneTime


@pytest.fixture
def secret(service):
    with service.database.writing() as session:
        return one_time.remember(session, "state", {"next": "/me"}, minutes=10)


def take(service, purpose, secret):
    with service.database.writing() as session:
        return one_time.take(session, purpose, secret)


@pytest.mark.quick
def test_data_can_be_taken_once(service, secret):
    assert [take(service, "state", secret) for _ in range(2)] == [{"next": "/me"}, None]


def test_data_belongs_to_its_purpose(service, secret):
    assert take(service, "hand-over", secret) is None
    assert take(service, "state", secret) is not None


def test_data_expires_and_is_deleted(service, secret):
    with service.database.writing() as session:
        session.execute(update(OneTime).values(expires=now() - timedelta(seconds=1)))
    assert take(service, "state", secret) is None
    for forget in (retention.purge, lambda service: one_time.forget_old(service.database)):
        with service.database.writing() as session:
            one_time.remember(session, "state", {}, minutes=-1)
            kept = one_time.remember(session, "state", {"next": "/"}, minutes=1)
        forget(service)
        with service.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(OneTime)) == 1
        assert take(service, "state", kept) == {"next": "/"}


def test_database_does_not_have_the_secret(service, secret):
    with service.database.reading() as session:
        assert secret not in session.scalars(select(OneTime.digest)).one()
