"""Tests of ``extensions.csv``: other due dates for single students, and excused students."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.assignment.policy import Policy
from grader.batch import extensions
from grader.marking.class_list import ClassList, Member
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick

BERLIN = Policy.model_validate({"due": "2026-11-20 12:00 Europe/Berlin", "percent_a_day": 10})
CLASS = ClassList(
    members=[
        Member(identity="17", name="Jörg Müller"),
        Member(identity="18", name="Smith, Anna"),
        Member(identity="19", name="Smith, Anna"),
        Member(identity="20", name="Ben", group=["Team 1"]),
        Member(identity="21", name="Zoe", group=["Team 1"]),
    ],
    points={},
)


@pytest.fixture
def read(tmp_path):
    def read(content, policy=BERLIN):
        (tmp_path / "extensions.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return extensions.read(tmp_path / "extensions.csv", CLASS, policy)

    return read


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25 23:59", datetime(2026, 11, 25, 22, 59)),
        ("2026-11-25T23:59:30", datetime(2026, 11, 25, 22, 59, 30)),
        ("2026-11-25 9:00+05:30", datetime(2026, 11, 25, 3, 30)),
        ("2026-11-25T09:00Z", datetime(2026, 11, 25, 9)),
        ("2026-11-25 09:00 America/New_York", datetime(2026, 11, 25, 14)),
        ("2026-11-25", datetime(2026, 11, 25, 22, 59, 59)),
        ("25.11.2026 23:59", datetime(2026, 11, 25, 22, 59)),
        ("5.7.2026 08:00:00", datetime(2026, 7, 5, 6)),
        ("2027-10-31 02:30", datetime(2027, 10, 31, 1, 30)),  # this hour comes twice: the later one
    ],
)
def test_due_date_is_read_as_people_write_it(read, text, moment):
    assert read(f"student,due\n17,{text}\n").due("17").astimezone(UTC) == moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        "student,due\nJörg Müller,\n",
        b"\xef\xbb\xbf" + "due;student\r\n;jörg müller\r\n".encode(),
        'student\tdue\n"17"\t\n',
    ],
)
def test_student_without_a_due_date_is_excused(read, content):
    assert read(content).is_excused("17")
    assert not read(content).is_excused("18")


def test_policy_has_the_due_date_of_the_student(read):
    table = read("student,due\n17,2026-11-25 12:00\n*,2026-11-21 12:00\n")
    assert table.policy(BERLIN, "17").due.day == 25
    assert table.policy(BERLIN, "18").due.day == 21
    assert table.policy(BERLIN, "17").percent_a_day == 10
    assert read("student,due\n").policy(BERLIN, "17") is BERLIN


def test_name_of_a_group_stands_for_its_members(read):
    table = read("student,due\nTeam 1,\n")
    assert [table.is_excused(identity) for identity in ("17", "20", "21")] == [False, True, True]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("student,due\nJorg Muller,\n", "extensions.csv:2: there is no student 'Jorg Muller' in this class"),
        ("student,due\n'Smith, Anna',\n", "extensions.csv:2: "),
        ('student;due\n\n"Smith, Anna";\n', "extensions.csv:3: 2 students have the name 'Smith, Anna'"),
        ("student,due\n17,\nJörg Müller,2026-11-25\n", "extensions.csv:3: 'Jörg Müller' is also in line 2"),
        ("student,due\nZoe,\nTeam 1,2026-11-25\n", "extensions.csv:3: 'Team 1' is also in line 2"),
        ("student,due\n*,\n", r"extensions.csv:2: '\*' needs a due date"),
        ("student,due\n17,tomorrow\n", "extensions.csv:2: 'tomorrow' is not a date and time: write it as 2026-11-25"),
        ("student,due\n17,11/25/2026 23:59\n", "extensions.csv:2: '11/25/2026 23:59' is not a date and time"),
        ("student,due\n17,2026-02-30\n", "extensions.csv:2: '2026-02-30' is not a date and time"),
        ("student,due\n17,2026-11-25 25:00\n", "extensions.csv:2: '2026-11-25 25:00' is not a date"),
        ("student,due\n17,9999-12-31\n", "extensions.csv:2: '9999-12-31' is not a date and time"),
        ("student,due\n17,2026-11-25 09:00 Mars/Base\n", "'Mars/Base' is not the name of a time zone"),
        ("student,due\n,2026-11-25\n", "extensions.csv:2: the cell 'student' is empty"),
        ("student\n17\n", "extensions.csv:1: column 'due' is missing"),
    ],
)
def test_mistake_is_reported_with_its_line(read, content, message):
    with pytest.raises(UsageError, match=message):
        read(content)


def test_local_time_needs_a_due_date_with_a_zone(read):
    with pytest.raises(UsageError, match=r"has no time zone, and the assignment has no due date with one"):
        read("student,due\n17,2026-11-25 12:00\n", Policy())
    assert read("student,due\n17,2026-11-25 12:00 Europe/Berlin\n", Policy()).due("17") is not None


def test_due_date_before_that_of_the_assignment_is_noted(read):
    (note,) = read("student,due\n17,2026-11-02 12:00\n").notes
    assert note.endswith("extensions.csv:2: the due date of '17' is before that of the assignment.")
