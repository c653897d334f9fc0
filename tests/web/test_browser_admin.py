"""An administrator works in a real browser, with the keyboard alone."""

from __future__ import annotations

import pytest

from grader.service.configuration import Configuration
from grader.service.deliveries import GIVEN_UP
from grader.service.moments import now
from grader.service.outside_tables import Delivery, DeliveryPause
from grader.service.service import open_service
from grader.service.tables import Audit, Exercise, Role, State, Submission, User

from .browsing import Browser, running_server

NAMES = {"ada": 'Ada, "A" Lovelace', "long": "Nguyen " + "van " * 20, "miri": "מרים"}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A server with an administrator, students, a submission that could not be graded, and an audit."""
    folder = tmp_path_factory.mktemp("admin")
    yield from running_server(folder, {"root": None, **dict.fromkeys(NAMES, Role.STUDENT)}, NAMES)


@pytest.fixture(scope="module")
def filled(live):
    """The same server, with rows on every page."""
    server, people = live
    service = open_service(Configuration(data_dir=server.data_dir))
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        session.add(
            Submission(
                user_id=session.query(User).filter_by(name="ada").one().id,
                exercise_id=exercise.id,
                version_id=exercise.version_id,
                kind="attempt",
                file_name="a.py",
                sha256="0" * 64,
                blob="0" * 64,
                size=1,
                received=now(),
                state=State.NOT_GRADABLE,
                losses=3,
                sentence="Three workers died on it.",
                reason="signal 9",
            )
        )
        ada = session.query(User).filter_by(name="ada").one()
        session.add(
            Delivery(
                kind="lti-score",
                place="x",
                target="lms.example",
                user_id=ada.id,
                exercise_id=exercise.id,
                state=GIVEN_UP,
            )
        )
        session.add(
            DeliveryPause(
                target="lms.example", failures=9, until=now(), sentence="It does not answer.", detail="503 " + "x" * 200
            )
        )
        session.add(Audit(who="root", what="changed marks", about="demo/single-neuron " + "x" * 120))
    service.close()
    return server, people


@pytest.fixture
def root(filled, chromium):
    """The browser of the administrator."""
    server, people = filled
    browser = Browser(chromium, server, people["root"])
    yield browser
    browser.close()


@pytest.mark.parametrize(
    "path",
    ["/admin", "/admin/queue", "/admin/users", "/admin/lti", "/admin/deliveries", "/admin/retention", "/admin/audit"],
)
def test_pages_are_accessible_and_fit(root, path):
    root.open(path)
    root.require_accessible()
    root.require_fits()


def test_new_user_gets_a_link_and_is_erased(root):
    root.open("/admin/users")
    root.write("Login name", "grace")
    root.write("Name, for people", "Grace Hopper")
    root.press("Make the user")
    root.wait_for("Give this link to the user")
    root.require_accessible()
    root.require_fits()
    root.write("Type the login name to confirm", "grace")
    root.press("Erase for ever")
    root.wait_for("New user")
    assert "Grace Hopper" not in root.text()
    assert root.complaints == []


def test_submission_is_graded_again_from_the_queue(root):
    root.open("/admin/queue")
    assert "3 workers died on it." in root.text()
    root.page.keyboard.press("Tab")
    button = root.page.get_by_role("button", name="Grade again").first
    root.press(button.get_attribute("aria-label"))
    root.wait_for("Queue")
    assert "3 workers died on it." not in root.text()
