"""Names of files from a course system stay in their folder, on every operating system."""

from __future__ import annotations

import pytest

from grader.course_systems import safe_names


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("answer.ipynb", "answer.ipynb"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("a\\..\\b.py", "a_.._b.py"),
        ("C:\\x.py", "C__x.py"),
        ('Lösung "1": neu?.py', "Lösung _1__ neu_.py"),
        ("a\nb\x00\u202e.py", "a_b__.py"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        ("nul.py", "_nul.py"),
        ("trailing. ", "trailing"),
        ("e\u0301.py", "é.py"),
    ],
)
def test_path(name, path):
    assert safe_names.path(name) == path


def test_long_names_keep_their_ending():
    name = safe_names.path("ü" * 300 + ".ipynb")
    assert name.endswith("ü.ipynb")
    assert len(name.encode()) <= safe_names.LONGEST
    assert len(safe_names.path("a/" * 100 + "b.py").split("/")) == safe_names.MOST_FOLDERS


def test_equal_names_get_numbers():
    assert safe_names.unique("a.py", {"a.py", "a (2).py"}) == "a (3).py"
    assert safe_names.unique("A.py", {"a.py"}) == "A (2).py"
    assert safe_names.unique("data.tar.gz", {"data.tar.gz"}) == "data (2).tar.gz"
