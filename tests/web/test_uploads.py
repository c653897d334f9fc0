"""Files of a form keep their names without folders, and pasted code becomes a file."""

from __future__ import annotations

import pytest

from grader.service.errors import Unreadable
from grader.web import uploads


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.py", "a.py"),
        ("week 1/a.py", "a.py"),
        ("C:\\work\\a.py", "a.py"),
        ("../../etc/passwd", "passwd"),
        ("..", "submission"),
        ("", "submission"),
        ("/", "submission"),
        ("a\u202eyp.exe", "a?yp.exe"),
        ("a\nb.py", "a b.py"),
        ("Lösung 作业.ipynb", "Lösung 作业.ipynb"),
    ],
)
def test_name_has_no_folder_and_no_hidden_characters(name, safe):
    assert uploads.safe_name(name) == safe


def test_long_name_keeps_its_ending():
    assert uploads.safe_name("ä" * 300 + ".ipynb") == "ä" * 94 + ".ipynb"
    assert len(uploads.safe_name("a" * 300)) == 100


def test_two_files_with_one_name_are_refused():
    with pytest.raises(Unreadable, match=r"Two files have the name a\.py"):
        uploads.by_name([("a.py", b"1"), ("a.py", b"2")])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x = 1", "pasted.py"),
        ('{"cells": []}', "pasted.ipynb"),
        ('\ufeff\r\n {"cells": []}', "pasted.ipynb"),
        ('{"a": 1}', "pasted.py"),
        ("{" * 100_000, "pasted.py"),
        ("[" * 100_000, "pasted.py"),
        ('{"cells": ' + "[" * 100_000, "pasted.py"),
    ],
)
def test_pasted_code_is_a_notebook_only_if_it_is_the_json_of_one(text, name):
    assert list(uploads.pasted(text)) == [name]


def test_line_ends_of_a_form_become_those_of_a_file():
    assert uploads.pasted("\ufeffx = 1\r\ny = 2\r\n") == {"pasted.py": b"x = 1\ny = 2\n"}


def test_empty_field_is_no_file():
    assert uploads.pasted(" \r\n\t") == {}
