"""Tests of the people who get feedback."""

from __future__ import annotations

import pytest

from grader.batch.recipients import HandedInFile, Recipient, of_student, without_submission
from grader.batch.students import Person, Student, SubmittedFile
from tests.batch.rows import row

pytestmark = pytest.mark.quick


def test_each_member_of_a_group_is_a_recipient():
    student = Student(
        "Group A", "77", [SubmittedFile("Group A/a.py", "a.py")], members=(Person("A", "1"), Person("B", "2"))
    )
    rows = [row("A", "1", group="Group A", email="a@example.org"), row("B", "2", group="Group A")]
    first, second = of_student(student, rows, {"1": "A_1", "2": "B_2"}, "")
    assert (first.page, first.group, first.group_id, first.email) == ("A_1", "Group A", "77", "a@example.org")
    assert (second.page, second.files) == ("B_2", [HandedInFile(path="Group A/a.py", name="a.py")])


@pytest.mark.parametrize(("file", "path"), [("b.py", "x/b.py"), ("c.zip/in/d.py", "x/c.zip"), ("", "x/a.txt")])
def test_path_of_the_graded_file(file, path):
    files = [HandedInFile(path=f"x/{name}", name=name) for name in ("a.txt", "b.py", "c.zip")]
    assert Recipient(name="A", identity="1", files=files, file=file).graded_path() == path


def test_absent_person_has_no_page():
    recipient = without_submission(row("A", "1", None, comment="Nothing was handed in."), "")
    assert (recipient.page, recipient.reason, recipient.graded_path()) == ("", "Nothing was handed in.", "")
