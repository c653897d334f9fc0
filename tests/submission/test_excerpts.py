"""The parts of a submission that a person reads are found by function, tag, heading and file."""

from __future__ import annotations

import json

import pytest

from grader.submission import excerpts, read_contents, read_file

pytestmark = pytest.mark.quick


def notebook(*cells):
    """Return a notebook; a cell is a text (kind, source, tags)."""
    documents = [
        {"cell_type": kind, "source": source, "metadata": {"tags": tags}, "outputs": []}
        for kind, source, *tags in cells
    ]
    content = {"cells": documents, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return read_file("answer.ipynb", json.dumps(content).encode())


def texts(parts):
    return [part.text for part in parts]


def test_function_is_found_with_its_decorators_and_its_line():
    submission = read_file("answer.py", b"import functools\n\n@functools.cache\ndef f(x):\n    return x\n\ny = 1\n")
    (excerpt,) = excerpts.of_functions(submission, ["f"])
    assert (excerpt.text, excerpt.line, excerpt.file) == (
        "@functools.cache\ndef f(x):\n    return x",
        3,
        "answer.py",
    )


def test_last_definition_and_methods_are_found():
    code = b"def f(): return 1\ndef f(): return 2\nclass A:\n    def f(self): return 3\n"
    submission = read_file("answer.py", code)
    assert texts(excerpts.of_functions(submission, ["f"])) == ["def f(): return 2"]
    assert texts(excerpts.of_functions(submission, ["A.f"])) == ["    def f(self): return 3"]


def test_code_that_is_not_valid_is_shown_whole():
    code = "def f(x:\n    return x\n"
    assert texts(excerpts.of_functions(read_file("answer.py", code.encode()), ["f"])) == [code]


def test_heading_stands_for_everything_below_it():
    submission = notebook(
        ("code", "a = 1"),
        ("markdown", "Intro\n\n## 3.1 *Discussion*:\n\nFirst."),
        ("code", "b = 2"),
        ("markdown", "### Detail\n\nSecond.\n\n## Next\n\nThird."),
        ("code", "c = 3"),
    )
    found = excerpts.of_cells(submission, "discussion")
    assert texts(found) == ["## 3.1 *Discussion*:\n\nFirst.", "b = 2", "### Detail\n\nSecond.\n"]
    assert [part.cell for part in found] == [None, 2, None]


def test_heading_inside_code_is_not_a_heading():
    submission = notebook(
        ("code", "a = 1"), ("markdown", "# Text\n```\n# Other\n```\nend"), ("markdown", "# Other\n\nx")
    )
    assert texts(excerpts.of_cells(submission, "Other")) == ["# Other\n\nx"]
    assert texts(excerpts.of_cells(submission, "Text")) == ["# Text\n```\n# Other\n```\nend"]


def test_headings_that_differ_in_their_number_only_are_the_same_and_other_numbers_stay():
    submission = notebook(("code", "a = 1"), ("markdown", "# 2D plot\n\ntwo"), ("markdown", "# 3D plot\n\nthree"))
    assert texts(excerpts.of_cells(submission, "3D plot")) == ["# 3D plot\n\nthree"]


def test_tag_is_preferred_to_a_heading():
    submission = notebook(("code", "a = 1", "answer"), ("markdown", "# answer\n\nno"), ("markdown", "yes", "answer"))
    assert texts(excerpts.of_cells(submission, "answer")) == ["a = 1", "yes"]


def test_module_and_unreadable_notebook_have_no_cells():
    assert excerpts.of_cells(read_file("answer.py", b"x = 1"), "Discussion") == []
    assert excerpts.of_cells(read_file("answer.ipynb", b'{"cells": ['), "Discussion") == []


def test_files_are_found_by_pattern_but_the_graded_file_is_not():
    contents = {"answer.py": b"x = 1", "notes/report.md": "Ärger".encode(), "data.md": b"\0\1", "other.txt": b"t"}
    submission = read_contents("work", contents, "answer")
    assert [(part.file, part.text) for part in excerpts.of_files(submission, "*.md")] == [("notes/report.md", "Ärger")]
    assert excerpts.of_files(submission, "*.py") == []


def test_heading_with_a_long_gap_is_read_at_once():
    """A student could otherwise stop the grading of a class with one line of a text cell."""
    line = "# a" + " " * 20_000 + "b"
    submission = notebook(("code", "x = 1"), ("markdown", f"{line}\n# Discussion ##\nyes"))
    assert texts(excerpts.of_cells(submission, "Discussion")) == ["# Discussion ##\nyes"]
