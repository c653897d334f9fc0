"""Tests of the status file for ILIAS's plugin."""

from __future__ import annotations

import csv
import io

import pytest

from grader.batch.existing_marks import ExistingMark, ExistingMarks
from grader.batch.ilias import COLUMNS, fill, status_file
from grader.support.errors import UsageError
from tests.batch.rows import row

# The plugin writes every text in quotes.
STATUS = (
    '"update","usr_id","login","lastname","firstname","status","mark","notice","comment","plagiarism","plag_comment"\n'
    '"0","4711","erika.m","Mustermann","Erika","notgraded","","","","",""\n'
    '"0","23","c_o","O\'Neill","Conan","passed","1,0","by hand","Fine, ""really""","",""\n'
    '"0","5","max","Müller","Max","notgraded","","","","",""\n'
)


def test_marks_are_entered_into_the_status_file():
    rows = [
        row("Erika Mustermann", "erika.m", 8.5, comment='=1, or "1"'),
        row("Conan O'Neill", "c_o", None),
        row("Somebody Else", "else", 3.0),
    ]
    filled_file = fill(rows, STATUS.encode())
    assert filled_file.content.decode() == STATUS.replace(
        '"0","4711","erika.m","Mustermann","Erika","notgraded","","","",',
        '"1","4711","erika.m","Mustermann","Erika","passed","8.5","","\'=1, or ""1""",',
    )
    assert filled_file.unmatched == ["Somebody Else (else)"]
    assert filled_file.without_submission == ["Max Müller"]
    assert filled_file.notes == ["Without a score, so their grades are unchanged: Conan O'Neill."]


def test_mark_and_status_that_are_already_there_are_kept_and_listed():
    rows = [row("Conan O'Neill", "c_o", 8.0, comment="New"), row("Max Müller", "max", 1.0)]
    status = STATUS.replace('"Max","notgraded"', '"Max","failed"')
    filled_file = fill(rows, status.encode())
    assert filled_file.content.decode() == status
    assert filled_file.existing == [
        ExistingMark("Conan O'Neill", "c_o", "mark", "1,0", "8", kept=True),
        ExistingMark("Conan O'Neill", "c_o", "comment", 'Fine, "really"', "New", kept=True),
        ExistingMark("Max Müller", "max", "mark", "failed", "1", kept=True),
    ]
    replaced = fill(rows, status.encode(), ExistingMarks(overwrite=True)).content.decode()
    assert '"1","23","c_o","O\'Neill","Conan","passed","8","by hand","New","",""' in replaced


@pytest.mark.parametrize(
    "content", [b"", b"update,team_id,logins,status,mark,notice,comment,plagiarism,plag_comment\n1,2,a,,,,,,\n"]
)
def test_file_that_is_not_a_status_file_is_reported(content):
    with pytest.raises(UsageError, match="usr_id"):
        fill([row()], content)


def test_new_status_file_takes_the_number_from_the_folder():
    folder = "Exercise 1/Abgaben/ONeill_Conan_c_o_23"
    rows = [
        row("Conan ONeill", "c_o", 2.0, submission=f"{folder}/answer.py", comment="@x"),
        row("Erika Mustermann", "erika", 9.0, submission="erika_5.py"),
        row("Max Müller", "max", None, submission="a/b_max_7/answer.py"),
    ]
    lines = list(csv.DictReader(io.StringIO(status_file(rows).decode())))
    assert tuple(lines[0]) == COLUMNS
    expected = ("update", "usr_id", "login", "status", "mark", "comment")
    assert [tuple(line[title] for title in expected) for line in lines] == [
        ("1", "23", "c_o", "failed", "2", "'@x"),
        ("0", "", "erika", "passed", "9", ""),
        ("0", "7", "max", "", "", ""),
    ]
