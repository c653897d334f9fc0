"""The database in the words of a class: paths, attempts, extensions and marks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.service import class_rows, served_class
from grader.service.tables import Exercise, Extension, Mark, User
from tests.service.kept_results import EXERCISE, NOON, hand_in


@pytest.fixture
def rows(service):
    """A function that returns the rows of the class."""

    def read():
        with service.database.reading() as session:
            return class_rows.read(session, session.scalar(select(Exercise).where(Exercise.name == EXERCISE)))

    return read


def add(service, row, name, **values):
    with service.database.writing() as session:
        exercise = session.scalar(select(Exercise.id).where(Exercise.name == EXERCISE))
        user = session.scalar(select(User.id).where(User.name == name)) if name else None
        session.add(row(exercise_id=exercise, user_id=user, **values))


def test_staff_are_not_in_the_class(service, rows):
    hand_in(service, "tom")
    assert [entry.identity for entry in served_class.absent(rows())] == ["ada", "ben"]
    assert served_class.students(rows()) == {}


def test_attempts_are_in_the_order_of_their_arrival(service, rows):
    hand_in(service, "ada", received=NOON + timedelta(hours=1), file_name="second.py")
    hand_in(service, "ada", received=NOON, file_name="first.py")
    attempts = served_class.students(rows())["ada"]
    assert [student.files[0].path for student in attempts] == ["ada/1/first.py", "ada/second.py"]
    assert [file.path for file in attempts[-1].earlier_files] == ["ada/1/first.py"]


def test_single_attempt_has_the_path_of_a_folder_of_the_student(service, rows):
    hand_in(service, "ada")
    assert served_class.students(rows())["ada"][0].files[0].path == "ada/answer.py"


def test_extension_of_attempts_only_moves_no_deadline(service, rows):
    add(service, Extension, "ada", extra_attempts=2)
    add(service, Extension, "ben", is_excused=True)
    assert served_class.extensions(rows()).due_dates == {"ben": None}


def test_marks_are_lines_of_the_table(service, rows):
    add(service, Mark, None, check="sigmoid", points="out")
    add(service, Mark, "ada", points="7,5", comment="Good.", sha256="AB")
    lines = [(e.student, e.mark.check, e.mark.points, e.mark.out, e.sha256) for e in served_class.entries(rows())]
    assert lines == [("*", "sigmoid", None, True, ""), ("ada", "", 7.5, False, "AB")]


def test_digest_changes_with_everything_that_the_files_show(service, rows):
    digests = {rows().digest("en"), rows().digest("de")}
    hand_in(service, "ada")
    digests.add(rows().digest("en"))
    add(service, Mark, "ada", points="7")
    digests.add(rows().digest("en"))
    assert len(digests) == 4
