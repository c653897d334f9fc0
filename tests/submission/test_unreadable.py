"""Tests of files that contain nothing to grade."""

from __future__ import annotations

import pytest

from grader.submission import read
from tests.conftest import notebook

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("name", "content", "fragment"),
    [
        ("mine.ipynb", b"[1]", "is not a valid notebook"),
        ("mine.ipynb", b"{}", "is not a valid notebook"),
        ("mine.ipynb", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}', "is not a valid notebook"),
        ("mine.ipynb", b'{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "has no code to run"),
        ("mine.ipynb", notebook().encode(), "has no code to run"),
        ("mine.ipynb", notebook("  \n").encode(), "has no code to run"),
        ("mine.ipynb", notebook("x = 1", tags={0: ["explore"]}).encode(), "has no code to run"),
        ("mine.ipynb", b"", "is empty"),
        ("mine.ipynb", b" \n", "is empty"),
        ("mine.ipynb", b"\n<!DOCTYPE html>\n<html></html>", "is a web page"),
        ("mine.py", b"<html><body>404</body></html>", "is a web page"),
        ("mine.py", b"%PDF-1.7\n", "is actually a PDF"),
        ("mine.ipynb", b"\x89PNG\r\n", "is actually an image"),
        ("mine.py", b"# nothing yet\n", "has no code to run"),
        ("mine.py", b'"""What is to be done."""\n', "has no code to run"),
    ],
)
def test_file_with_nothing_to_grade_is_explained(tmp_path, name, content, fragment):
    (tmp_path / name).write_bytes(content)
    submission = read(tmp_path / name, "single-neuron")
    assert submission.problem is None
    assert fragment in submission.nothing
    assert submission.nothing.startswith(name)
    assert "\n" not in submission.nothing
