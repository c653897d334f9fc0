"""A service in an empty data folder, with the course "demo" and a few users."""

from __future__ import annotations

import shutil

import pytest

from grader.service import accounts, desk_process
from grader.service.configuration import Configuration
from grader.service.service import open_service
from grader.service.tables import Course, Exercise, Membership, Role, User

PEOPLE = {"ada": Role.STUDENT, "ben": Role.STUDENT, "tom": Role.TUTOR, "iris": Role.INSTRUCTOR}


@pytest.fixture(scope="session")
def new_data(tmp_path_factory):
    """The data folder of :func:`service`, which is copied, because making it takes much longer."""
    folder = tmp_path_factory.mktemp("service") / "data"
    service = open_service(Configuration(data_dir=folder))
    add_people(service)
    service.close()
    return folder


@pytest.fixture(scope="session")
def new_database(cluster, tmp_path_factory):
    """The same as :func:`new_data` in a database of PostgreSQL, which is copied."""
    name = cluster.new()
    service = open_service(
        Configuration(data_dir=tmp_path_factory.mktemp("service") / "data", database=cluster.url(name))
    )
    add_people(service)
    service.close()
    return name


@pytest.fixture
def service(tmp_path, new_data, database_kind, request):
    """A service that grades nothing by itself, with two students, a tutor, an instructor and an admin ("root")."""
    if database_kind == "sqlite":
        service = open_service(Configuration(data_dir=shutil.copytree(new_data, tmp_path / "data")))
        yield service
        service.close()
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.new(request.getfixturevalue("new_database"))
    service = open_service(Configuration(data_dir=tmp_path / "data", database=cluster.url(name)))
    yield service
    service.close()
    cluster.drop(name)


@pytest.fixture
def change(service):
    """A function that changes the exercise."""

    def change(**values):
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            for name, value in values.items():
                setattr(exercise, name, value)

    return change


@pytest.fixture
def written_here(monkeypatch):
    """Write desks without another process, which takes a second each time; some tests of test_desks.py use one."""
    monkeypatch.setattr(desk_process, "run", lambda order, on_start: desk_process.write(order).problem)


def add_people(service):
    """Add the people, and an admin, and return {name: the user as somebody who makes a request}."""
    callers = {}
    with service.database.writing() as session:
        course = session.query(Course).one()
        session.add(User(name="root", is_admin=True))
        for name, role in PEOPLE.items():
            user = User(name=name, full_name=name.title())
            session.add(user)
            session.flush()
            session.add(Membership(course_id=course.id, user_id=user.id, role=role))
            callers[name] = accounts.caller_of(user)
    return callers


@pytest.fixture
def caller(service):
    """A function that returns a user as somebody who makes a request."""

    def named(name, scopes=None):
        with service.database.reading() as session:
            return accounts.caller_of(session.query(User).filter_by(name=name).one(), scopes)

    return named
