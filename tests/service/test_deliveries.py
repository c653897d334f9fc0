"""Wishes to tell another system something: one for each place and user, and what staff see of them."""

from __future__ import annotations

import pytest

from grader.service import deliveries
from grader.service.deliveries import GIVEN_UP, PENDING, SENT, DeliveryPlace
from grader.service.moments import now
from grader.service.outside_tables import Delivery, DeliveryPause
from grader.service.tables import Exercise, User


@pytest.fixture
def ids(service):
    """The id of an exercise, and {name: id} of the users."""
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        return exercise.id, {user.name: user.id for user in session.query(User)}


def want(service, ids, *names, place="place", target="lms.example"):
    exercise, users = ids
    with service.database.writing() as session:
        places = [DeliveryPlace(place, users[name], target) for name in names]
        deliveries.want_all(session, "test", places, exercise)


def rows(service):
    with service.database.reading() as session:
        return session.query(Delivery).order_by(Delivery.created, Delivery.id).all()


@pytest.mark.quick
def test_wishes_for_the_same_place_and_user_are_one_row(service, ids):
    for _ in range(3):
        want(service, ids, "ada", "ben")
    want(service, ids, "ada", place="other")
    assert sorted((row.place, row.wishes) for row in rows(service)) == [("other", 1), ("place", 3), ("place", 3)]


def test_new_wish_opens_a_row_again_that_was_given_up(service, ids):
    want(service, ids, "ada")
    with service.database.writing() as session:
        row = session.query(Delivery).one()
        row.state, row.tries, row.sentence, row.detail, row.digest = GIVEN_UP, 7, "No.", "detail", "digest"
    want(service, ids, "ada", target="new.example")
    (row,) = rows(service)
    assert (row.state, row.tries, row.sentence, row.detail, row.target) == (PENDING, 0, "", "", "new.example")
    assert (row.digest, row.wishes) == ("digest", 2)  # the same state is not sent again


def test_wish_without_a_target_waits_with_its_kind(service, ids):
    exercise, users = ids
    with service.database.writing() as session:
        deliveries.want(session, "test", "place", users["ada"], exercise)
    assert rows(service)[0].target == "test"


def test_hundreds_of_wishes_at_once(service, ids):
    exercise, users = ids
    with service.database.writing() as session:
        places = [DeliveryPlace(f"place{number}", users["ada"]) for number in range(450)]
        deliveries.want_all(session, "test", [*places, *places], exercise)
    assert len(rows(service)) == 450


def test_sending_again_forgets_what_was_sent(service, ids):
    want(service, ids, "ada")
    with service.database.writing() as session:
        row = session.query(Delivery).one()
        row.state, row.sent_wish, row.digest = SENT, 1, "digest"
    with service.database.writing() as session:
        assert deliveries.send_again(session, session.query(Delivery)) == 1
    (row,) = rows(service)
    assert (row.state, row.digest, row.wishes) == (PENDING, "", 2)


def test_staff_see_when_something_is_tried_next_and_why(service, ids):
    want(service, ids, "ben", "ada")
    later = now().replace(year=2100)
    with service.database.writing() as session:
        session.add(DeliveryPause(target="lms.example", failures=9, until=later, sentence="It fails.", detail="503"))
        session.add(DeliveryPause(target="other.example", failures=1, sentence="It fails."))
    with service.database.reading() as session:
        lines = deliveries.views(session, ids[0])
        assert [(line.user.name, line.due, line.sentence, line.detail) for line in lines] == [
            ("ada", later, "It fails.", "503"),
            ("ben", later, "It fails.", "503"),
        ]
        assert [line.user.name for line in deliveries.views(session, ids[0], ids[1]["ben"])] == ["ben"]
        assert deliveries.counts(session) == {("test", PENDING): 2}
        states = {state.target: (dict(state.counts), state.pause.failures) for state in deliveries.targets(session)}
    assert states == {"lms.example": ({PENDING: 2}, 9), "other.example": ({}, 1)}


def test_what_failed_is_tried_at_once_when_the_system_works_again(service, ids):
    want(service, ids, "ada", "ben")
    later = now().replace(year=2100)
    with service.database.writing() as session:
        for row in session.query(Delivery):
            row.due, row.tries = later, 4
        session.query(Delivery).first().owner = "a server that sends it now"
        deliveries.let_due(session, "lms.example")
    assert sorted(row.due < later for row in rows(service)) == [False, True]
