"""Tests of ``overrides.csv``: what a person may write there, and the sentence for each mistake."""

from __future__ import annotations

import pytest

from grader.marking import overrides
from grader.marking.mark import Mark
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


@pytest.fixture
def read(tmp_path):
    def read_bytes(content):
        path = tmp_path / "overrides.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return overrides.read(path)

    return read_bytes


def test_all_columns_are_read(read):
    text = "student,check,points,comment,by,at,sha256\nAnna,loss,8.5,Good.,ada,2026-11-29,AB12\n"
    (entry,) = read(text)
    assert (entry.line, entry.student, entry.sha256) == (2, "Anna", "ab12")
    assert entry.mark == Mark("loss", 8.5, "Good.", "ada", "2026-11-29")


@pytest.mark.parametrize(
    "content",
    [
        "student,check,points\nAnna,loss,7.5\n",
        b"\xef\xbb\xbf" + b"Points;CHECK;room;student\r\n7,5;loss;x;Anna\r\n",
        'points\tstudent\tcheck\n" 7,50 "\tAnna\tloss\n',
    ],
)
def test_order_of_columns_and_kind_of_spreadsheet_do_not_matter(read, content):
    (entry,) = read(content)
    assert (entry.student, entry.mark) == ("Anna", Mark("loss", 7.5))


def test_total_and_comments_and_checks_that_are_taken_out(read):
    entries = read("student,check,points,comment\nAnna,,60,\n*,loss,Out,\nBen,,,See me\nBen,loss,,Why?\n")
    assert [entry.mark for entry in entries] == [
        Mark(points=60),
        Mark("loss", out=True),
        Mark(comment="See me"),
        Mark("loss", comment="Why?"),
    ]
    assert [entry.is_for_everybody for entry in entries] == [False, True, False, False]


def test_lines_that_are_not_filled_in_are_no_marks(read):
    """An instructor prepares a line for each student and fills in some of them."""
    assert read("student,check,points,comment\nAnna,loss,,\n\n,,,\nBen,loss,0,\n")[0].student == "Ben"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("student,points\nAnna,1\n", "overrides.csv:1: column 'check' is missing: .* student,check,points"),
        ("student,check,points\n,loss,1\n", "overrides.csv:2: the cell 'student' is empty"),
        ("student,check,points\nAnna,loss,eight\n", "overrides.csv:2: 'eight' is not a number of points"),
        ("student,check,points\n\nAnna,loss,8/10\n", "overrides.csv:3: '8/10' is not a number of points"),
        ("student,check,points\nAnna,loss,nan\n", "overrides.csv:2: 'nan' is not a number of points"),
        ("student,check,points\nAnna,loss,1e3\n", "overrides.csv:2: '1e3' is not a number of points"),
        ("student,check,points\nAnna,loss,-1\n", "overrides.csv:2: -1 points are less than 0"),
        (
            "student,check,points\nAnna,,out\n",
            "overrides.csv:2: 'out' takes a check out, but the cell 'check' is empty",
        ),
        ("student,check,points\nAnna,loss,7,5\n", "overrides.csv:2: there are more cells than columns"),
        ('student,check,points\nAnna,loss,7\nBen,loss,"7\n', "overrides.csv:3: not a valid line"),
    ],
)
def test_mistake_is_reported_with_file_and_line(read, content, message):
    with pytest.raises(UsageError, match=message):
        read(content)
