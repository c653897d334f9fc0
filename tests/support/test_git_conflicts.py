"""Markers of git conflicts are found in files."""

from __future__ import annotations

import pytest

from grader.support import git_conflicts

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\n<<<<<<< HEAD\nb = 2\n=======\nb = 3\n>>>>>>> other\n", 2),
        ("a = 1\r\n\r\n<<<<<<< HEAD\r\n", 3),
        ("a = 1\n>>>>>>> other\n", 2),
        ("<<<<<<<\n", 1),
        ("a <<<<<<< b\n", None),
        ("<<<<<<<< eight\n", None),
        ("Title\n=======\n", None),  # an underlined title
    ],
)
def test_line_of_the_first_marker(text, line):
    assert git_conflicts.first_line(text) == line


def test_message_names_file_and_line():
    assert git_conflicts.sentence("mine.py", 3).startswith(
        "mine.py contains git conflict markers (the first in line 3)"
    )
