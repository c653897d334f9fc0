"""Tests of pseudonyms, and of submissions without the names of their authors."""

from __future__ import annotations

import pytest

from grader.batch import pseudonyms
from grader.batch.collect import StudentFiles
from grader.batch.pseudonyms import Pseudonyms
from grader.batch.students import Student

pytestmark = pytest.mark.quick

JOERG = ("Müller-Lüdenscheidt, Jörg", "jm17", "jm@example.org")


def hidden(contents, names=JOERG):
    submission_files = StudentFiles(Student("Jörg", "17"), "class.zip/x", contents, "", "0" * 64, None)
    return pseudonyms.without_names(submission_files, "student_x", names)


@pytest.mark.parametrize(
    ("name", "new_name"),
    [
        ("doubling_Jörg.py", "doubling_student_x.py"),
        ("JÖRG müller-lüdenscheidt.ipynb", "student_x.ipynb"),
        ("jm17/answer.py", "student_x/answer.py"),
        ("answer.py", "answer.py"),
    ],
)
def test_name_of_a_file_has_the_pseudonym(name, new_name):
    assert [*hidden({name: b""}).contents] == [new_name]


@pytest.mark.parametrize(
    ("text", "new_text"),
    [
        ("# Jörg Müller-Lüdenscheidt\n", "# student_x\n"),
        ("# MÜLLER-LÜDENSCHEIDT, JÖRG <jm@example.org>\n", "# student_x <student_x>\n"),
        ("jörg = jm17 = 3\n", "jörg = jm17 = 3\n"),
    ],
)
def test_whole_name_in_a_text_is_replaced(text, new_text):
    assert hidden({"a.py": text.encode()}).contents == {"a.py": new_text.encode()}


def test_mentioned_files_keep_together():
    contents = {"main.py": b"import jm17_part\n", "jm17_part.py": b"x = 1\n", "data.bin": b"\xff"}
    assert hidden(contents).contents == {
        "main.py": b"import student_x_part\n",
        "student_x_part.py": b"x = 1\n",
        "data.bin": b"\xff",
    }


def test_no_two_files_get_one_name():
    assert sorted(hidden({"jm17.py": b"1", "Jörg.py": b"2"}).contents) == ["student_x.py", "student_x_2.py"]


def test_key_is_read_again(tmp_path):
    first = Pseudonyms({})
    names = {"17": "Jörg", "=1+1": "=HYPERLINK(1)", "19": "Smith, Anna"}
    assigned = {identity: first.of(identity, name) for identity, name in names.items()}
    assert len({*assigned.values()}) == 3
    first.write(tmp_path)
    second = pseudonyms.read(tmp_path)
    assert {identity: second.of(identity, name) for identity, name in names.items()} == assigned
