"""The pages of classroom repositories in Chromium: they are accessible, fit on a phone, and work without a mouse."""

from __future__ import annotations

import pytest

from grader.service.configuration import Configuration
from grader.service.repository_tables import ClassRepository, RepositoryPush, RepositorySource, RepositoryStudent
from grader.service.service import open_beside_server
from grader.service.tables import Exercise, Role, User

from .browsing import Browser, running_server

PAGE = "/c/demo/a/single-neuron/repositories"
SHA = "3f0c2e9a11" * 4


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server with a connection: a repository of a student, one of nobody, and a public one without a push."""
    roles = {"ada": Role.STUDENT, "iris": Role.INSTRUCTOR}
    for server, people in running_server(tmp_path_factory.mktemp("repositories"), roles):
        service = open_beside_server(Configuration(data_dir=server.data_dir))
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            source = RepositorySource(exercise_id=exercise.id, host="x", organisation="deep-course", account="1")
            source.account_name, source.beginning = "deep-course-2027", "single-neuron-"
            source.problem = "The host cannot be reached (ConnectError). It is tried again."
            session.add(source)
            session.flush()
            for number, name in enumerate(("ada-codes", "a-very-long-name-of-an-account-at-the-host", "empty")):
                row = ClassRepository(source_id=source.id, number=str(number), name=f"deep-course/single-neuron-{name}")
                row.is_private = name != "empty"
                session.add(row)
                session.flush()
                if name != "empty":
                    session.add(RepositoryPush(repository_id=row.id, sha=SHA, branch="main", state="no_student"))
                if name == "ada-codes":
                    ada = session.query(User).filter_by(name="ada").one()
                    session.add(RepositoryStudent(repository_id=row.id, user_id=ada.id))
            address = f"{PAGE}/{source.id}"
        service.close()
        yield server, people, address


@pytest.fixture
def tab(running, chromium):
    server, people, _address = running
    browser = Browser(chromium, server, people["iris"])
    yield browser
    browser.close()


@pytest.mark.long
def test_pages_are_accessible_and_students_are_chosen_with_the_keyboard(running, tab):
    address = running[2]
    for path in (PAGE, address):
        tab.open(path)
        tab.require_accessible()
        tab.require_fits()
    assert "waits for a student" in tab.text() and "another name now" in tab.text()
    tab.press("Choose the students of deep-course/single-neuron-a-very-long-name-of-an-account-at-the-host")
    tab.page.wait_for_url("**?repository=*")
    tab.reach("Students")
    tab.page.keyboard.press("Space")
    tab.press("Save")
    tab.page.wait_for_url("**?saved=1")
    assert tab.text().count("ada (ada)") >= 2 or tab.text().count("(ada)") >= 3
    tab.require_accessible()
