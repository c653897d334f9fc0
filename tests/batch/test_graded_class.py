"""Tests of a graded class: each member of a group has a page, and the process that hands over submissions imports little."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

from grader.assignment import load
from grader.assignment.policy import Policy
from grader.batch.collect import StudentFiles
from grader.batch.graded_class import GradedClass
from grader.batch.store import Page, Record
from grader.batch.students import Person, Student
from tests.report.made import report

LATER = ("numpy", "jinja2", "grader.grading.grade", "grader.batch.results", "grader.checks")


def graded_class(student, policy, submitted=None):
    submission_files = StudentFiles(student, "pair", {}, "", "0", submitted)
    return GradedClass(
        assignment=load("single-neuron"),
        folder=None,
        students=[student],
        absent=[],
        submissions={student.identity: submission_files},
        names={person.identity: f"{person.name}_file" for person in student.people},
        store=None,
        out=None,
        policy=policy,
        settings=SimpleNamespace(isolation="strong"),
        course_files=None,
    )


def test_each_member_of_a_group_has_a_page_with_the_same_note():
    people = (Person("Anna", "1"), Person("Ben", "2"))
    student = Student("pair", "pair", members=people)
    policy = Policy(due="2026-01-01T00:00:00+00:00", percent_a_day=10)
    graded = graded_class(student, policy, datetime(2026, 1, 2, tzinfo=UTC))
    pages = graded.pages_of(Record(identity="pair", name="pair", sha256="0", report=report()))
    assert [(page.name, page.identity) for page in pages] == [("Anna_file", "pair"), ("Ben_file", "pair")]
    assert pages[0].note == pages[1].note != ""


def test_student_without_a_report_has_no_page():
    graded = graded_class(Student("Anna", "1"), Policy())
    assert graded.pages_of(Record(identity="1", name="Anna", sha256="0", problem="empty")) == []
    assert isinstance(graded.pages_of(Record(identity="1", name="Anna", sha256="0", report=report()))[0], Page)


def test_modules_that_hand_over_submissions_do_not_import_what_grades_them():
    program = f"import sys, grader.batch.grade_class; print([name for name in {LATER} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert output.strip() == "[]"
