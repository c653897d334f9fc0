"""The desk, the page of a student and the pages of administrators show where a score is; only staff send it again."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from grader.service import inspection, passback
from grader.service.deliveries import GIVEN_UP, PENDING, SENT
from grader.service.moments import now
from grader.service.outside_tables import Delivery, DeliveryPause, Identity
from grader.service.tables import Exercise
from tests.service.course_system import connected, own_key, platform  # noqa: F401
from tests.service.kept_results import EXERCISE, hand_in

DESK = f"/c/demo/a/{EXERCISE}/desk"
SENTENCE = "The column for these marks was deleted <there>."


@pytest.fixture
def scores(service, connected):  # noqa: F811
    """A function that sets the states of the scores of Ada and Ben."""
    for name in ("ada", "ben"):
        hand_in(service, name, 0.5)

    def set_states(**states):
        with service.database.writing() as session:
            exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
            passback.want(session, exercise.id)
            for row in session.query(Delivery):
                row.state = states[row.user.name]
                row.sent = now() if row.state == SENT else None
                row.sentence = SENTENCE if row.state == GIVEN_UP else ""

    return set_states


def states(service):
    with service.database.reading() as session:
        return {row.user.name: row.state for row in session.query(Delivery)}


@pytest.mark.quick
def test_desk_shows_where_each_score_is_and_sends_it_again(service, scores, browser, form):
    scores(ada=GIVEN_UP, ben=SENT)
    tom = browser("tom")
    tom.get(f"{DESK}/files/gradebook.csv")
    page = tom.get(DESK).text
    assert "Scores in the course system" in page
    assert "The column for these marks was deleted &lt;there&gt;." in page
    assert page.count("Send again:") == 2  # below the table for Ada, in the table for Ben
    assert form("tom", DESK, f"{DESK}/scores").headers["location"] == f"{DESK}#scores"
    assert states(service) == {"ada": PENDING, "ben": SENT}
    assert "next try:" in tom.get(DESK).text
    with service.database.reading() as session:
        ben = next(row.id for row in session.query(Delivery) if row.user.name == "ben")
    form("tom", DESK, f"{DESK}/scores", delivery=ben)
    assert states(service) == {"ada": PENDING, "ben": PENDING}
    assert form("tom", DESK, f"{DESK}/scores", delivery="unknown").status_code == 404


def test_students_cannot_send_scores_again(scores, form):
    scores(ada=GIVEN_UP, ben=SENT)
    assert form("ada", "/me", f"{DESK}/scores").status_code == 404


def test_desk_names_students_who_never_came_and_links_without_a_column(service, connected, browser):  # noqa: F811
    with service.database.writing() as session:
        session.query(Identity).filter_by(subject="lms-ben").delete()
        resource = session.get(passback.LtiResource, connected.resource_id)
        resource.line_item = resource.line_items = ""
    page = browser("tom").get(DESK).text
    assert "1 student has never come from the course system" in page
    assert "has no column for marks" in page


def test_desk_without_a_course_system_says_nothing_about_it(browser):
    assert "Scores in the course system" not in browser("tom").get(DESK).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SENT, "Sent to your course system:"),
        (PENDING, "Your result is sent to your course system soon"),
        (GIVEN_UP, "tell your instructor"),
    ],
)
def test_student_sees_whether_the_score_has_arrived_and_no_reason(scores, browser, state, words):
    scores(ada=state, ben=GIVEN_UP)
    page = browser("ada").get(f"/c/demo/a/{EXERCISE}").text
    assert words in page
    assert "deleted" not in page


def test_student_whom_the_course_system_does_not_know_learns_what_to_do(service, scores, browser):
    words = "open the exercise there once"
    assert words not in browser("ada").get(f"/c/demo/a/{EXERCISE}").text
    with service.database.writing() as session:
        session.query(Identity).filter_by(subject="lms-ada").delete()
    assert words in browser("ada").get(f"/c/demo/a/{EXERCISE}").text
    assert words not in browser("tom").get(f"/c/demo/a/{EXERCISE}").text


def test_administrators_see_systems_that_fail_and_try_again(service, app, scores, browser, form, monkeypatch):
    scores(ada=GIVEN_UP, ben=PENDING)
    with service.database.writing() as session:
        later = now().replace(year=2100)
        session.add(DeliveryPause(target="127.0.0.1", failures=9, until=later, sentence="It fails.", detail="503"))
    page = browser("root").get("/admin/deliveries").text
    for words in ("1 message waits.", "1 was given up.", "0 were sent.", "It fails.", "503", "It has failed 9 times"):
        assert words in page
    assert "Messages to 127.0.0.1 wait" in browser("root").get("/admin").text
    metrics = TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000)).get("/metrics").text
    assert 'grader_deliveries{kind="lti-score",state="given_up"} 1.0' in metrics
    assert 'grader_delivery_paused{target="127.0.0.1"} 1.0' in metrics
    monkeypatch.setattr(inspection.isolation, "strictest_level", lambda: "strong")
    parts = {part.name: part for part in inspection.inspect(service)}
    assert parts["deliveries"].sentence.startswith("0 sent, 1 wait, 1 given up: the desks")
    assert (parts["delivery"].sentence, parts["delivery"].is_good) == ("127.0.0.1 fails: It fails. 503", False)
    assert form("root", "/me", "/admin/deliveries", system="127.0.0.1").headers["location"] == "/admin/deliveries"
    assert states(service) == {"ada": PENDING, "ben": PENDING}
    for name in ("iris", "ada"):
        assert browser(name).get("/admin/deliveries").status_code == 404
        assert form(name, "/me", "/admin/deliveries", system="127.0.0.1").status_code == 404
