"""Tests of the tables that an instructor writes for a class."""

from __future__ import annotations

import pytest

from grader.support import tables
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    "content",
    [
        "student,due\nJörg Müller,\n".encode(),
        b"\xef\xbb\xbf" + "due;Student\r\n;Jörg Müller\r\n\r\n".encode(),
        "note\tstudent\tdue\nx\t Jörg Müller \n".encode(),
    ],
)
def test_table_of_editor_or_spreadsheet_is_read(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    rows = tables.read(tmp_path / "t.csv", ("student", "due"), ("by",), filled=("student",))
    assert [(row.line, row["student"], row["due"], row["by"]) for row in rows] == [(2, "Jörg Müller", "", "")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "t.csv:1: column 'student' is missing: the first line must be student,due."),
        (b"student,due\na,1\n\n,2\n", "t.csv:4: the cell 'student' is empty"),
        (b"student,due\na,7,5\n", "t.csv:2: there are more cells than columns: put a cell that contains the sign ','"),
        (b'student,due\na,1\nb,"x\ny\n', "t.csv:3: not a valid line .*: check its quotation marks"),
        (b'student,due\n"a\nb",\n', "t.csv:2: the cell 'due' is empty"),
        ("student\nJörg".encode("cp1252"), "t.csv is not UTF-8 text"),
    ],
)
def test_mistake_is_reported_with_file_and_line(tmp_path, content, message):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        tables.read(tmp_path / "t.csv", ("student", "due"))


def test_table_inside_the_class_is_ignored(tmp_path):
    (tmp_path / "class" / "anna").mkdir(parents=True)
    for folder in ("class", "class/anna"):
        (tmp_path / folder / "files.csv").write_text("student,file\n")
    assert tables.find("files.csv", tmp_path / "out", tmp_path / "class") is None
    (tmp_path / "files.csv").write_text("student,file\n")
    assert tables.find("files.csv", tmp_path / "out", tmp_path / "class") == tmp_path / "files.csv"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "files.csv").write_text("student,file\n")
    assert tables.find("files.csv", tmp_path / "out", tmp_path / "class") == tmp_path / "out" / "files.csv"


def test_raw_table_keeps_the_text_of_each_row():
    text = "Student;due\r\n'=a;'1;\"x\r\ny\"\r\nb\n\nc;2"
    table = tables.parse(text, "t.csv")
    assert table.first.text + "".join(row.text for row in table.rows) == text
    assert (table.delimiter, table.places()) == (";", {"student": 0, "due": 1})
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ["'=a", "'1", "x\r\ny"]),
        (4, ["b"]),
        (5, []),
        (6, ["c", "2"]),
    ]
