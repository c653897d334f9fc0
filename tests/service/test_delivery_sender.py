"""Messages of the outbox are sent once for each state, after failures again, and never by two servers at the same time."""

from __future__ import annotations

import threading
import time

import pytest

from grader.service import deliveries
from grader.service.deliveries import GIVEN_UP, PENDING, SENT, DeliveryPlace
from grader.service.delivery_pace import Pace
from grader.service.delivery_sender import BROKEN, TOO_OLD, DeliveryRunner, NeverAccepted, TryLater
from grader.service.errors import Unavailable
from grader.service.identifiers import new_id
from grader.service.moments import now
from grader.service.outside_tables import Delivery, DeliveryPause
from grader.service.tables import Exercise, User, Worker


class Outside:
    """A sender whose other system keeps its messages. ``states`` are {place: message}; ``failures`` are raised one after the other."""

    def __init__(self):
        self.states, self.kept, self.failures = {}, [], []
        self.is_recorded_before_failure = False
        self.while_sending = lambda: None

    def message(self, service, session, delivery):
        return self.states.get(delivery.place, {"points": 1})

    def send(self, service, envelope):
        self.while_sending()
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or self.is_recorded_before_failure:
            self.kept.append((envelope.delivery.place, envelope.message, envelope.stamp, envelope.is_repeated))
        if failure is not None:
            raise failure


@pytest.fixture
def outside():
    return Outside()


@pytest.fixture
def runner(service, outside):
    return DeliveryRunner(service, {"test": outside})


@pytest.fixture
def want(service):
    def wanted(*places, target="lms.example"):
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            user = session.query(User).filter_by(name="ada").one()
            places = [DeliveryPlace(place, user.id, target) for place in places]
            deliveries.want_all(session, "test", places, exercise.id)

    return wanted


@pytest.fixture
def row(service):
    def current(place="place"):
        with service.database.reading() as session:
            return session.query(Delivery).filter_by(place=place).one()

    return current


@pytest.fixture
def all_due(service):
    """A function that lets everything be tried now, instead of waiting for it."""

    def let():
        with service.database.writing() as session:
            session.query(Delivery).update({"due": now()})
            session.query(DeliveryPause).update({"until": now()})

    return let


@pytest.mark.quick
def test_same_state_is_sent_once_and_a_new_one_with_a_later_time(runner, outside, want, row):
    want("place")
    assert runner.run_due() == 1
    want("place")
    runner.run_due()
    assert len(outside.kept) == 1
    outside.states["place"] = {"points": 2}
    want("place")
    runner.run_due()
    (_, first, earlier, _), (_, second, later, _) = outside.kept
    assert (first, second, row().state, row().sent is None) == ({"points": 1}, {"points": 2}, SENT, False)
    assert earlier < later


def test_failure_waits_with_a_sentence_and_is_repeated_with_the_same_time(runner, outside, want, row, all_due):
    outside.is_recorded_before_failure = True
    outside.failures = [TryLater("The answer was lost.", "a\x00b")]
    want("place")
    runner.run_due()
    assert (row().state, row().tries, row().sentence, row().owner) == (PENDING, 1, "The answer was lost.", "")
    assert "\x00" not in row().detail
    assert row().due > now()
    all_due()
    runner.run_due()
    (_, first, stamp, is_repeated), again = outside.kept
    assert again == ("place", first, stamp, True)
    assert not is_repeated
    assert (row().state, row().tries, row().sentence) == (SENT, 0, "")


def test_message_that_was_certainly_refused_gets_a_new_time(runner, outside, want, row, all_due):
    outside.failures = [TryLater("Not now.", is_refused=True)]
    want("place")
    runner.run_due()
    earlier = row().stamp
    all_due()
    runner.run_due()
    assert [(stamp > earlier, is_repeated) for _, _, stamp, is_repeated in outside.kept] == [(True, False)]


def test_state_that_came_back_is_sent_again_if_another_one_may_have_arrived(runner, outside, want, all_due):
    want("place")
    runner.run_due()
    outside.states["place"] = {"points": 2}
    outside.failures, outside.is_recorded_before_failure = [TryLater("The answer was lost.")], True
    want("place")
    runner.run_due()
    outside.states["place"] = {"points": 1}
    want("place")
    runner.run_due()
    assert [message["points"] for _, message, _, _ in outside.kept] == [1, 2, 1]
    assert sorted(stamp for _, _, stamp, _ in outside.kept) == [stamp for _, _, stamp, _ in outside.kept]


def test_wish_that_comes_while_something_is_sent_is_not_lost(runner, outside, want, row):
    def change():
        if outside.states["place"] == {"points": 1}:
            outside.states["place"] = {"points": 2}
            want("place")

    outside.states["place"] = {"points": 1}
    outside.while_sending = change
    want("place")
    runner.run_due()
    assert [message["points"] for _, message, _, _ in outside.kept] == [1, 2]
    assert (row().state, row().sent_wish) == (SENT, 2)


def test_refusal_is_given_up_and_sent_again_when_somebody_asks(service, runner, outside, want, row):
    outside.failures = [NeverAccepted("Open it there once.", "404")]
    want("place")
    runner.run_due()
    assert (row().state, row().sentence, row().detail) == (GIVEN_UP, "Open it there once.", "404")
    assert runner.run_due() == 0
    with service.database.writing() as session:
        deliveries.send_again(session, session.query(Delivery))
    runner.run_due()
    assert (row().state, len(outside.kept)) == (SENT, 1)


def test_nothing_to_tell_is_settled_without_a_message(runner, outside, want, row):
    outside.states["place"] = None
    want("place")
    runner.run_due()
    assert (row().state, row().sent, outside.kept) == (SENT, None, [])


def test_mistake_in_a_sender_is_tried_again(runner, outside, want, row):
    outside.failures = [ValueError("secret")]
    want("place")
    runner.run_due()
    assert (row().state, row().sentence, row().detail) == (PENDING, BROKEN, "")


def test_mistake_while_the_message_is_made_is_tried_again(runner, outside, want, row, monkeypatch):
    monkeypatch.setattr(outside, "message", lambda *arguments: 1 / 0)
    want("place")
    runner.run_due()
    assert (row().state, row().sentence, row().tries, row().owner) == (PENDING, BROKEN, 1, "")


def test_delivery_is_given_up_after_two_weeks(service, runner, outside, want, row):
    want("place")
    with service.database.writing() as session:
        session.query(Delivery).one().since = now().replace(year=2020)
    outside.failures = [TryLater("It does not answer.")]
    runner.run_due()
    assert (row().state, row().sentence) == (GIVEN_UP, TOO_OLD)


def test_system_that_fails_is_left_alone_and_others_are_not(service, runner, outside, want, all_due):
    want(*(f"place{number}" for number in range(30)))
    outside.failures = [TryLater("It does not answer.") for _ in range(100)]
    runner.run_due()
    with service.database.reading() as session:
        pause = session.query(DeliveryPause).one()
        tried = session.query(Delivery).filter(Delivery.tries > 0).count()
    assert pause.until > now()
    assert 5 <= tried <= 5 + Pace().at_once
    outside.failures = []
    want("elsewhere", target="other.example")
    assert runner.run_due() == 1
    assert [place for place, *_ in outside.kept] == ["elsewhere"]
    all_due()
    outside.failures = [TryLater("It does not answer.")]
    assert runner.run_due() == 1  # one delivery shows that it still fails
    all_due()
    assert runner.run_due() == 30
    with service.database.reading() as session:
        assert session.query(DeliveryPause).count() == 0
        assert session.query(Delivery).filter_by(state=SENT).count() == 31


def test_single_delivery_that_always_fails_does_not_hold_up_the_others(service, runner, outside, want, row, all_due):
    want("place")
    for _ in range(10):
        outside.failures = [TryLater("It fails for this one.")]
        all_due()
        runner.run_due()
    assert row().tries == 10
    want("other")
    outside.failures = []
    assert runner.run_due() == 2
    assert row("other").state == SENT


def test_all_that_waits_for_a_system_is_sent_when_it_works_again(service, runner, outside, want, row, all_due):
    outside.failures = [TryLater("It does not answer.")]
    want("first")
    runner.run_due()
    want("second")
    runner.run_due()
    assert (row("second").state, row("first").state, len(outside.kept)) == (SENT, SENT, 2)


def test_time_that_a_system_asks_for_is_respected(service, runner, outside, want, all_due):
    outside.failures = [TryLater("Too many requests.", seconds=7200)]
    want("place", "other")  # both may be sent at the same time
    runner.run_due()
    with service.database.reading() as session:
        assert (session.query(DeliveryPause).one().until - now()).total_seconds() > 7000
        assert any((row.due - now()).total_seconds() > 7000 for row in session.query(Delivery))
    want("third")
    assert runner.run_due() == 0
    all_due()
    runner.run_due()
    assert {place for place, *_ in outside.kept} == {"place", "other", "third"}


def test_one_system_gets_a_few_requests_at_once(runner, outside, want):
    together, most, lock = 0, [], threading.Lock()

    def enter():
        nonlocal together
        with lock:
            together += 1
            most.append(together)
        time.sleep(0.01)
        with lock:
            together -= 1

    outside.while_sending = enter
    want(*(f"place{number}" for number in range(12)))
    runner.run_due()
    assert len(outside.kept) == 12
    assert max(most) <= Pace().at_once


def test_delivery_of_a_server_that_died_is_sent_by_the_next_one(service, outside, want, row):
    want("place")
    with service.database.writing() as session:
        session.query(Delivery).one().owner = "dead"
    runner = DeliveryRunner(service, {"test": outside})
    assert runner.run_due() == 0
    runner._release_lost()
    assert runner.run_due() == 1
    assert row().state == SENT


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_delivery_of_a_server_that_works_is_left_to_it(service, outside, want, row, database_kind):
    want("place")
    with service.database.writing() as session:
        session.query(Delivery).one().owner = "other"
        session.add(Worker(id="other"))
    DeliveryRunner(service, {"test": outside})._release_lost()
    assert row().owner == "other"


def test_late_outcome_of_a_server_that_lost_its_delivery_changes_nothing(service, runner, outside, want, row):
    def lose():
        with service.database.writing() as session:
            session.query(Delivery).one().owner = new_id()

    outside.while_sending = lose
    want("place")
    runner.run_due()
    assert (row().state, row().sent_wish) == (PENDING, 0)


def test_outcome_is_written_when_the_database_works_again(service, outside, want, row, monkeypatch):
    runner = DeliveryRunner(service, {"test": outside}, Pace(look=0.01))
    claiming, refusals = service.database.claiming, []

    def fail_sometimes():
        if outside.kept and len(refusals) < 3:
            refusals.append(1)
            raise Unavailable("The database is in use.")
        return claiming()

    monkeypatch.setattr(service.database, "claiming", fail_sometimes)
    want("place")
    runner.run_due()
    assert (row().state, len(refusals), len(outside.kept)) == (SENT, 3, 1)


def test_threads_send_what_is_wanted_and_stop(service, outside, want, row):
    runner = DeliveryRunner(service, {"test": outside}, Pace(look=0.02))
    runner.start()
    try:
        want("place")
        end = time.monotonic() + 20
        while row().state != SENT and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        runner.stop()
    assert row().state == SENT
    assert not runner._thread.is_alive()
