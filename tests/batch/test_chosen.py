"""Tests of ``files.csv``: the instructor chooses the file of a student."""

from __future__ import annotations

import pytest

from grader.batch import chosen
from grader.batch.collect import ClassFolder
from grader.batch.people import People
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


@pytest.fixture
def read_patterns(tmp_path):
    """Return a function that reads a ``files.csv`` for a class of anna (a.py, b.py) and ben (a.py)."""
    for name in ("anna/a.py", "anna/b.py", "ben/a.py"):
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text("x = 1\n")

    def read(content):
        (tmp_path / "files.csv").write_bytes(content)
        with ClassFolder(tmp_path / "class", "folders") as class_folder:
            people = People(class_folder, [])
            return chosen.patterns(tmp_path / "files.csv", people.students, people.find, class_folder.files_of)

    return read


@pytest.mark.parametrize(
    "content",
    [
        b"student,file\nAnna,b.py\n",
        b"\xef\xbb\xbffile;Student\r\nb.py;anna\r\n\r\n",
        b"note\tstudent\tfile\n\t'anna\t b.py \n",
    ],
)
def test_file_of_a_student_is_read(read_patterns, content):
    assert read_patterns(content) == {"anna": "b.py"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"student,file\nzoe,a.py\n", "files.csv:2: there is no student 'zoe' in this class"),
        (b"student,file\n\nanna,a.py\nAnna,b.py\n", "files.csv:4: 'Anna' is also in line 3"),
        (b"student,file\nanna,c.py\n", r"files.csv:2: 'anna' did not hand in c.py \(handed in: a.py, b.py\)"),
        (b"name,file\nanna,a.py\n", "files.csv:1: column 'student' is missing"),
        (b"student,file\nanna\n", "files.csv:2: the cell 'file' is empty"),
        (b"student,file\n,a.py\n", "files.csv:2: the cell 'student' is empty"),
        (b"", "files.csv:1: column 'student' is missing"),
        (b"student,file\n\xff,a.py\n", "is not UTF-8 text"),
    ],
)
def test_mistake_is_reported_with_its_line(read_patterns, content, message):
    with pytest.raises(UsageError, match=message):
        read_patterns(content)
