"""A leaderboard shows the public half before the end, and the private half afterwards; names only of those who want it."""

from __future__ import annotations

import zlib
from datetime import timedelta

import pytest

from grader.report.evidence import Evidence
from grader.report.model import Report
from grader.service import boards, student_reports
from grader.service.errors import NotFound
from grader.service.moments import now
from grader.service.tables import Exercise, Extension, Membership, Result, Submission, User
from tests.service.kept_results import hand_in


@pytest.fixture
def exercise(service):
    with service.database.writing() as session:
        row = session.query(Exercise).filter_by(name="single-neuron").one()
        row.board = True
        return row


@pytest.fixture
def attempt(service):
    """A function that hands in an attempt with these accuracies on the halves."""

    def add(user, public, private, data="MNIST"):
        submission_id = hand_in(service, user)
        with service.database.writing() as session:
            row = session.get(Submission, submission_id)
            result = session.get(Result, row.result_key)
            report = Report.model_validate_json(zlib.decompress(result.report))
            total = (public + private) / 2
            report.checks[0] = report.checks[0].model_copy(
                update={
                    "message": f"{100 * total} % of the images",
                    "evidence": Evidence(
                        bonus=True, accuracy=total, interval=(0.1, 0.2), halves=[public, private], notes=[f"{total}"]
                    ),
                }
            )
            report.environment.data = data
            result.report = zlib.compress(report.to_json().encode())
            return row

    return add


def shown(service, caller, exercise, name="ada", is_staff=False):
    with service.database.reading() as session:
        row = session.get(Exercise, exercise.id)
        return boards.boards(service, session, caller(name), row, is_staff)


def end(service, exercise):
    with service.database.writing() as session:
        session.get(Exercise, exercise.id).closes = now() - timedelta(hours=1)


def test_public_half_ranks_before_the_end_and_the_private_half_afterwards(service, caller, exercise, attempt):
    attempt("ada", 0.95, 0.90)
    attempt("ben", 0.94, 0.93)
    (board,) = shown(service, caller, exercise)
    assert [(entry.rank, entry.public, entry.private, entry.is_own) for entry in board.entries] == [
        (1, 0.95, None, True),
        (2, 0.94, None, False),
    ]
    end(service, exercise)
    (board,) = shown(service, caller, exercise)
    assert [(entry.rank, entry.private, entry.is_own) for entry in board.entries] == [(1, 0.93, False), (2, 0.90, True)]


def test_private_half_waits_for_the_last_extension(service, caller, exercise, attempt):
    attempt("ada", 0.95, 0.90)
    end(service, exercise)
    with service.database.writing() as session:
        ben = session.query(User).filter_by(name="ben").one()
        session.add(Extension(exercise_id=exercise.id, user_id=ben.id, due=now() + timedelta(hours=1)))
    (board,) = shown(service, caller, exercise)
    assert not board.is_final and board.entries[0].private is None


def test_attempt_with_the_best_public_accuracy_takes_part(service, caller, exercise, attempt):
    attempt("ada", 0.90, 0.99)
    attempt("ada", 0.92, 0.80)
    end(service, exercise)
    (board,) = shown(service, caller, exercise)
    assert [(entry.public, entry.private) for entry in board.entries] == [(0.92, 0.80)]


def test_public_accuracies_are_rounded_and_equal_ones_share_a_rank(service, caller, exercise, attempt):
    attempt("ada", 0.95012, 0.1)
    attempt("ben", 0.95044, 0.2)
    (board,) = shown(service, caller, exercise)
    assert [(entry.rank, entry.public) for entry in board.entries] == [(1, 0.95), (1, 0.95)]


def test_other_students_have_pseudonyms_unless_they_show_their_names(service, caller, exercise, attempt):
    attempt("ben", 0.95, 0.9)
    (board,) = shown(service, caller, exercise)
    assert board.entries[0].name.startswith("Participant ") and board.entries[0].person == ""
    assert shown(service, caller, exercise)[0].entries[0].name == board.entries[0].name
    (staff,) = shown(service, caller, exercise, "tom", is_staff=True)
    assert staff.entries[0].person == "Ben"
    with service.database.writing() as session:
        ben = session.query(User).filter_by(name="ben").one()
        session.get(Membership, (exercise.course_id, ben.id)).shows_name = True
    assert shown(service, caller, exercise)[0].entries[0].name == "Ben"


def test_other_data_has_another_board_and_staff_takes_no_part(service, caller, exercise, attempt):
    attempt("ada", 0.95, 0.9)
    attempt("ben", 0.99, 0.9, data="stand-in")
    attempt("iris", 1.0, 1.0)
    assert [(board.data, len(board.entries)) for board in shown(service, caller, exercise)] == [
        ("MNIST", 1),
        ("stand-in", 1),
    ]


def test_students_see_no_board_that_is_off(service, caller, exercise):
    with service.database.writing() as session:
        session.get(Exercise, exercise.id).board = False
    with pytest.raises(NotFound):
        shown(service, caller, exercise)
    assert shown(service, caller, exercise, "tom", is_staff=True) == []


def test_report_of_a_student_has_only_the_public_half_before_the_end(service, exercise, attempt):
    row = attempt("ada", 0.95123, 0.87654)
    with service.database.reading() as session:
        row = session.get(Submission, row.id)
        assert row.exercise.board and row.version
    text = student_reports.student_report(service, row).report.model_dump_json(by_alias=True)
    for number in ("0.87654", "87.6", "0.91388", "91.388", "0.95123", "halves"):
        assert number not in text
    assert "95.1 % of the public half" in text
    end(service, exercise)
    with service.database.reading() as session:
        row = session.get(Submission, row.id)
        assert row.exercise.board and row.version
    text = student_reports.student_report(service, row).report.model_dump_json(by_alias=True)
    assert "halves" not in text and "91.388" in text
