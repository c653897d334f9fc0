"""Staff see which scores a course system has, and send them again; nobody sees those of another exercise."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grader.service import passback, score_overview
from grader.service.deliveries import GIVEN_UP, PENDING, SENT
from grader.service.errors import NotFound
from grader.service.moments import now
from grader.service.outside_tables import Delivery, DeliveryPause
from grader.service.tables import Audit, Exercise, User
from tests.service.course_system import connected, own_key, platform  # noqa: F401
from tests.service.kept_results import EXERCISE


@pytest.fixture
def rows(service, connected):  # noqa: F811
    """A score of Ada that was given up, and a wish about Ben for which there is no score."""
    with service.database.writing() as session:
        exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        passback.want(session, exercise.id)
        for row in session.query(Delivery):
            is_ada = row.user.name == "ada"
            row.state, row.sentence = (GIVEN_UP, "No.") if is_ada else (SENT, "")
    return connected


@pytest.fixture
def inside(service):
    """A function that calls another one with a session and the exercise."""

    def run(function, name=EXERCISE):
        with service.database.writing() as session:
            return function(session, session.scalar(select(Exercise).where(Exercise.name == name)))

    return run


@pytest.mark.quick
def test_overview_leaves_out_students_without_a_score(service, rows, inside):
    overview = inside(score_overview.overview_of)
    assert overview.is_connected
    assert [view.user.name for view in overview.views] == ["ada"]
    assert [view.sentence for view in overview.in_state(GIVEN_UP)] == ["No."]
    assert (len(overview.of_student("ada")), overview.of_student("ben"), overview.in_state(PENDING)) == (1, [], [])
    counts = {}
    with service.database.reading() as session:
        exercise_id = overview.views[0].delivery.exercise_id
        for user in session.query(User):
            counts[user.name] = len(score_overview.of_student(session, exercise_id, user.id))
    assert (counts["ada"], counts["ben"]) == (1, 0)


def test_exercise_without_a_course_system_has_nothing_to_show(service, rows, inside):
    other = inside(lambda session, _: session.scalar(select(Exercise.name).where(Exercise.name != EXERCISE)))
    assert not inside(score_overview.overview_of, other).is_connected


def test_one_score_or_all_that_were_given_up_are_sent_again(service, rows, inside, caller):
    iris = caller("iris")
    assert inside(lambda session, exercise: score_overview.send_again(session, iris, exercise)) == 1
    with service.database.reading() as session:
        ids = {row.user.name: row.id for row in session.query(Delivery)}
        assert {row.user.name: row.state for row in session.query(Delivery)} == {"ada": PENDING, "ben": SENT}
    assert inside(lambda session, exercise: score_overview.send_again(session, iris, exercise, ids["ben"])) == 1
    with service.database.reading() as session:
        assert {row.state for row in session.query(Delivery)} == {PENDING}
        assert [row.about for row in session.query(Audit).filter_by(what="score sent again")] == [
            f"demo/{EXERCISE} 1",
            f"demo/{EXERCISE} ben",
        ]
    other = inside(lambda session, _: session.scalar(select(Exercise.name).where(Exercise.name != EXERCISE)))
    with pytest.raises(NotFound):
        inside(lambda session, exercise: score_overview.send_again(session, iris, exercise, ids["ben"]), other)


def test_administrator_ends_the_pause_of_a_system(service, rows, inside, caller):
    with service.database.writing() as session:
        session.add(DeliveryPause(target="127.0.0.1", failures=9, until=now().replace(year=2100), sentence="It fails."))
    assert inside(lambda session, _: score_overview.send_all_again(session, caller("root"), "127.0.0.1")) == 1
    with service.database.reading() as session:
        assert session.query(DeliveryPause).count() == 0
        assert session.query(Delivery).filter_by(state=PENDING).count() == 1
