"""Tests of rosters from course systems: real names, members of groups, and absent students."""

from __future__ import annotations

import pytest

from grader.batch import canvas, ilias, moodle
from grader.batch.roster import identify
from grader.batch.students import Person, Student

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Final exercise (5),Recurrent networks (6),Current topics (7),Final Score
    Points Possible,,,,,10,10,10,(read only)
"Lovelace, Ada",1,s1,ada@example.org,A,,,,
"Müller, Jörg",2,s2,joerg,A,EX,,N/A,
"Hopper, Grace",3,s3,grace,A,,,,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Group,Grade,Maximum grade,Last modified (grade),Feedback comments
Participant 11,Ada Lovelace,ada@example.org,Submitted,Team Red,,10,-,
Participant 12,Jörg Müller,j@example.org,Submitted,Team Red,,10,-,
Participant 13,Grace Hopper,g@example.org,Submitted,Team 4,,10,-,
Participant 14,Team 4,t@example.org,Submitted,,,10,-,
"""


def people(students):
    return [(person.name, person.identity) for student in students for person in student.people]


def test_real_names_replace_names_from_file_names():
    students = [Student("lovelaceada", "1"), Student("anonymous Xy", "Xy"), Student("müllerjörg", "2")]
    named_students, absent, notes = identify(students, [canvas.roster(CANVAS.encode(), "6")])
    assert people(named_students) == [("anonymous Xy", "Xy"), ("Lovelace, Ada", "1"), ("Müller, Jörg", "2")]
    assert [(line.name, line.identity) for line in absent] == [("Hopper, Grace", "3")]
    assert notes == []


def test_canvas_group_is_one_member_with_a_note():
    _, _, (note,) = identify([Student("groupone", "1")], [canvas.roster(CANVAS.encode(), "6")])
    assert "Lovelace, Ada handed in as 'groupone'" in note


def test_excused_student_has_a_note():
    for title, notes in (
        ("5", ["", "Excused in Canvas.", ""]),
        ("7", ["", "Not assigned to this student in Canvas.", ""]),
    ):
        assert [line.note for line in canvas.roster(CANVAS.encode(), title).entries] == notes


@pytest.mark.parametrize(
    ("person", "line"),
    [
        (Person("Ada Lovelace", "?"), "Lovelace, Ada"),
        (Person("?", "?", "ada@example.org"), "Lovelace, Ada"),
        (Person("?", "?", "JOERG@example.org"), "Müller, Jörg"),
        (Person("?", "s3", "?"), "Hopper, Grace"),
    ],
)
def test_people_from_other_systems_are_found_in_the_gradebook(person, line):
    student = Student("x", "x", members=(person, Person("Somebody Else", "!")))
    named_students, _, _ = identify([student], [canvas.roster(CANVAS.encode(), "6")])
    assert line in [name for name, _ in people(named_students)]


def test_moodle_group_is_replaced_by_its_members():
    students = [Student("Team Red", "3"), Student("Team 4", "14"), Student("Grace Hopper", "13")]
    named_students, absent, _ = identify(students, [moodle.roster(MOODLE.encode())])
    assert people(named_students) == [
        ("Grace Hopper", "13"),
        ("Team 4", "14"),  # a student with that name
        ("Ada Lovelace", "11"),
        ("Jörg Müller", "12"),
    ]
    assert absent == []


def test_student_with_two_submissions_has_two_rows():
    ada = Person("Ada", "1")
    students = [
        Student("Ada, Ben", "1, 2", members=(ada, Person("Ben", "2")), folder="submission_1/"),
        Student("Ada", "1", members=(ada,), folder="submission_2/"),
    ]
    named_students, _, _ = identify(students, [])
    assert sorted(people(named_students)) == [("Ada", "1 (submission_1)"), ("Ada", "1 (submission_2)"), ("Ben", "2")]


def test_two_rosters_list_each_absent_student_once():
    rosters = [canvas.roster(CANVAS.encode(), "6"), moodle.roster(MOODLE.encode())]
    _, absent, _ = identify([Student("lovelaceada", "1")], rosters)
    assert sorted(line.name for line in absent) == ["Grace Hopper", "Jörg Müller", "Team 4"]


def test_ilias_status_file_restores_letters_that_the_export_lost():
    header = '"' + '","'.join(ilias.COLUMNS) + '"\n'
    lines = '"0","77","l_zak","Żak","Łukasz","notgraded","","","","",""\n"0","78","bo","Berg","Bo","notgraded","","","","",""\n'
    roster = ilias.roster((header + lines).encode())
    named_students, absent, _ = identify(
        [Student("__ak___ukasz", "zak", number="77")], [roster]
    )  # the login is read in part
    assert people(named_students) == [("Łukasz Żak", "zak")]
    assert [line.name for line in absent] == ["Bo Berg"]
