"""A table gives several students their extensions, or nobody if it has a mistake."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.service import extension_table
from grader.service.errors import Unreadable
from grader.service.tables import Course, Exercise, Extension, User

DUE = datetime(2026, 10, 1, 21, 59, tzinfo=UTC)


@pytest.fixture
def give(service, caller):
    """A function that reads a table, and returns how many students it names, and {login name: extension}."""
    with service.database.writing() as session:
        session.query(Course).one().time_zone = "Europe/Berlin"
        session.query(Exercise).filter_by(name="single-neuron").one().due = DUE

    def read(text):
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            count = extension_table.give(session, caller("iris"), exercise, text.encode())
        with service.database.reading() as session:
            rows = session.query(Extension, User).join(User, User.id == Extension.user_id)
            return count, {user.name: row for row, user in rows}

    return read


def test_table_gives_due_dates_and_excuses(give):
    count, rows = give("student,due\nada,2026-10-24 23:59\nben,\n")
    assert count == 2
    assert rows["ada"].due == datetime(2026, 10, 24, 21, 59, tzinfo=UTC)
    assert (rows["ben"].due, rows["ben"].is_excused) == (None, True)


def test_other_terms_of_a_student_stay(service, give):
    _count, rows = give("student,due\nada,2026-10-24 23:59\n")
    with service.database.writing() as session:
        row = session.get(Extension, (rows["ada"].exercise_id, rows["ada"].user_id))
        row.extra_attempts, row.note = 2, "ill"
    _count, rows = give("student,due\nada,2026-10-25\n")
    assert (rows["ada"].extra_attempts, rows["ada"].note, rows["ada"].due.day) == (2, "ill", 25)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("student,due\nada,2026-10-24 23:59\nnobody,\n", "extensions.csv:3"),
        ("student,due\nada,soon\n", "is not a date and time"),
        ("name,when\nada,soon\n", "extensions.csv"),
        ("student,due\n*,2026-10-24\n", "settings of the exercise"),
        ("student,due\n", "names nobody"),
        ("student,due\niris,\n", "extensions.csv:2"),
        ("", "extensions.csv"),
    ],
)
def test_mistake_changes_nothing(service, give, text, sentence):
    with pytest.raises(Unreadable, match=sentence):
        give(text)
    with service.database.reading() as session:
        assert session.query(Extension).count() == 0
