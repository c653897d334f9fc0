"""The standing of a student: the attempt, the marks by hand, and the points that lateness costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.service import standings
from grader.service.errors import NotFound
from grader.service.tables import Exercise, Extension, Kind, Mark, State, Submission, User
from tests.service.kept_results import EXERCISE, NOON, hand_in


@pytest.fixture
def ada(service):
    """The standing of the student Ada; a test may set her marks and her extension."""

    class Ada:
        def __init__(self):
            with service.database.reading() as session:
                self.id = session.scalar(select(User.id).where(User.name == "ada"))
                self.exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))

        def set(self, **values):
            with service.database.writing() as session:
                exercise = session.get(Exercise, self.exercise.id)
                for name, value in values.items():
                    setattr(exercise, name, value)

        def add(self, row, **values):
            with service.database.writing() as session:
                session.add(row(exercise_id=self.exercise.id, **{"user_id": self.id, **values}))

        def standing(self):
            return standings.standing(service, self.exercise, self.id)

        def shown(self, submission_id):
            with service.database.reading() as session:
                submission = session.get(Submission, submission_id)
            return standings.shown_report(service, submission)

    return Ada()


def test_nothing_counts_before_anything_is_handed_in(ada):
    standing = ada.standing()
    assert (standing.submission, standing.report, standing.score) == (None, None, None)


def test_latest_attempt_counts(ada, service):
    first = hand_in(service, "ada", 1.0)
    second = hand_in(service, "ada", 0.5, received=NOON + timedelta(hours=1))
    standing = ada.standing()
    assert (standing.submission.id, standing.score, standing.attempt) == (second, 50, "Attempt 2 of 2 counts.")
    assert ada.shown(first).note == "Attempt 2 of 2 counts."


def test_best_attempt_counts_after_its_own_lateness(ada, service):
    ada.set(policy='{"attempts": "best", "percent_a_day": 30}', due=NOON)
    first = hand_in(service, "ada", 0.75, received=NOON)
    hand_in(service, "ada", 1.0, received=NOON + timedelta(hours=1))
    hand_in(service, "ada", 0.5, received=NOON - timedelta(hours=1))
    standing = ada.standing()
    assert (standing.submission.id, standing.score) == (first, 75)


def test_last_attempt_in_time_counts(ada, service):
    ada.set(policy='{"attempts": "last-in-time", "grace_hours": 1}', due=NOON)
    in_time = hand_in(service, "ada", 0.5, received=NOON + timedelta(minutes=59))
    hand_in(service, "ada", 1.0, received=NOON + timedelta(minutes=61))
    assert ada.standing().submission.id == in_time


def test_lateness_costs_points_and_is_said(ada, service):
    ada.set(policy='{"percent_a_day": 10}', due=NOON)
    submission = hand_in(service, "ada", 1.0, received=NOON + timedelta(hours=30))
    assert ada.standing().score == 80
    assert "2 days late" in ada.shown(submission).note


def test_extension_moves_the_deadline_of_one_student(ada, service):
    ada.set(policy='{"percent_a_day": 10}', due=NOON)
    ada.add(Extension, due=NOON + timedelta(days=1))
    hand_in(service, "ada", 1.0, received=NOON + timedelta(hours=30))
    assert ada.standing().score == 90


def test_excused_student_has_no_score(ada, service):
    ada.add(Extension, is_excused=True)
    hand_in(service, "ada", 1.0)
    standing = ada.standing()
    assert standing.score is None
    assert standing.lateness == "Excused: this submission does not count."


def test_marks_by_hand_are_in_the_report(ada, service):
    submission = hand_in(service, "ada", 0.0)
    ada.add(Mark, check="sigmoid", points="5", comment="Nearly right.", by="Tom")
    report = ada.shown(submission).report
    assert (report.score, report.checks[0].evidence.by_hand.comment) == (5, "Nearly right.")


def test_mark_for_an_earlier_file_does_not_apply(ada, service):
    hand_in(service, "ada", 0.0)
    ada.add(Mark, check="sigmoid", points="5", sha256="0" * 64)
    assert ada.standing().score == 0


def test_mark_for_everybody_applies(ada, service):
    hand_in(service, "ada", 0.0)
    ada.add(Mark, user_id=None, check="sigmoid", points="out")
    assert ada.standing().report.checks[0].evidence.by_hand.out


def test_mark_for_a_former_check_changes_nothing(ada, service):
    hand_in(service, "ada", 0.5)
    ada.add(Mark, check="a-former-check", points="5")
    assert ada.standing().score == 50


def test_points_by_hand_without_a_submission_make_a_report(ada):
    ada.add(Mark, points="40", comment="Shown in the lab.")
    standing = ada.standing()
    assert (standing.score, standing.report.score) == (40, 40)


def test_unreadable_file_does_not_replace_an_attempt(ada, service):
    first = hand_in(service, "ada", 1.0)
    hand_in(service, "ada", received=NOON + timedelta(hours=1), state=State.REFUSED, sentence="It is a PDF.")
    assert ada.standing().submission.id == first


def test_cancelled_attempts_and_self_checks_do_not_count(ada, service):
    first = hand_in(service, "ada", 1.0)
    hand_in(service, "ada", 0.5, received=NOON + timedelta(hours=1), kind=Kind.CHECK)
    hand_in(service, "ada", received=NOON + timedelta(hours=2), state=State.CANCELLED)
    assert ada.standing().submission.id == first


def test_self_check_shows_no_marks(ada, service):
    submission = hand_in(service, "ada", 0.5, kind=Kind.CHECK)
    ada.add(Mark, points="40")
    assert ada.shown(submission).report.score == 50


def test_report_names_the_own_file(ada, service):
    submission = hand_in(service, "ada", file_name="mine.py")
    assert ada.shown(submission).report.submission.path == "mine.py"


def test_submission_without_a_result_has_no_report(ada, service):
    submission = hand_in(service, "ada", state=State.QUEUED)
    with pytest.raises(NotFound):
        ada.shown(submission)
