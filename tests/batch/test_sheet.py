"""Tests of changing single cells of a CSV file."""

from __future__ import annotations

import pytest

from grader.batch.sheet import BOM, quote, read
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


def test_only_the_changed_cell_differs():
    source = 'a;"b ""x""";c\r\n\r\n1;" 2";3\r\n'
    sheet = read(source.encode(), "The file")
    assert (sheet.delimiter, [[cell.text for cell in row] for row in sheet.rows]) == (
        ";",
        [["a", 'b "x"', "c"], ["1", " 2", "3"]],
    )
    assert sheet.changed({}) == source.encode()
    assert sheet.changed({sheet.rows[1][1]: "4"}) == source.replace('" 2"', '"4"').encode()
    assert sheet.changed({sheet.rows[1][2]: 'x;"y"'}) == source.replace(";3", ';"x;""y"""').encode()


def test_byte_order_mark_is_kept():
    content = f"{BOM}a,b\n1,2\n".encode()
    sheet = read(content, "The file")
    assert sheet.rows[0][0].text == "a"
    assert sheet.changed({sheet.rows[1][0]: "3"}) == f"{BOM}a,b\n3,2\n".encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "is not UTF-8 text"),
        (b'a,b\n"1,2\n', "a quote in line 2 is not closed"),
        (b"a,b\n1,2\n1\n", "line 3 has 1 cells, but the first line has 2"),
    ],
)
def test_file_that_is_not_csv_is_reported(content, message):
    with pytest.raises(UsageError, match=message):
        read(content, "The file")


@pytest.mark.parametrize(("text", "cell"), [("a", "a"), ("a,b", '"a,b"'), (' a"', '" a"""'), ("a\nb", '"a\nb"')])
def test_cell_is_quoted_if_needed(text, cell):
    assert quote(text, ",") == cell
