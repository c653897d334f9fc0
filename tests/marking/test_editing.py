"""Tests of changed lines in ``overrides.csv``: everything else stays, byte for byte."""

from __future__ import annotations

import pytest

from grader.marking import editing

pytestmark = pytest.mark.quick
GERMAN = '\ufeffroom;Student;check;points;comment\r\nA;\'=1+1;loss;7,5;"x;\r\ny"\r\n\r\nB ; Jörg;loss;;'


@pytest.fixture
def edit(tmp_path):
    path = tmp_path / "overrides.csv"

    def read(text):
        path.write_bytes(text.encode())
        return editing.read(path)

    return read


def test_new_table_has_all_columns(tmp_path):
    table = editing.read(tmp_path / "overrides.csv").with_values(None, {"student": "Zoë, jr.", "points": "5"})
    assert table.text() == 'student,check,points,comment,by,at,sha256\n"Zoë, jr.",,5,,,,\n'


def test_table_without_changes_is_the_same(edit):
    assert edit(GERMAN).text() == GERMAN


def test_row_is_added_and_other_bytes_stay(edit):
    text = edit(GERMAN).with_values(None, {"student": "Zoë", "check": "loss", "points": "1,5", "by": ""}).text()
    assert text == f"{GERMAN}\r\n;Zoë;loss;1,5;\r\n"


def test_cells_of_a_row_are_changed_and_new_columns_are_added(edit):
    text = edit(GERMAN).with_values(5, {"points": "2", "by": "ada"}).text()
    first, rest = GERMAN.split("\r\n", 1)
    assert text == f"{first};by\r\n" + rest.replace("B ; Jörg;loss;;", "B ; Jörg;loss;2;;ada\r\n")


def test_row_is_removed(edit):
    assert edit(GERMAN).without(2).text() == GERMAN.replace('A;\'=1+1;loss;7,5;"x;\r\ny"\r\n', "")


def test_header_without_a_line_end_gets_one(edit):
    assert edit("student,check,points").with_values(None, {"student": "a"}).text() == "student,check,points\na,,\n"
