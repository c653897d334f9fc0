"""Tests of the cells and files of which the code on a page consists."""

from __future__ import annotations

import json

from grader.report import code_parts
from grader.report.evidence import Location
from grader.submission.source_files import SourceFile


def kinds(parts):
    return [(part.kind, part.anchor, part.cell, part.lines) for part in parts]


def test_notebook_has_code_cells_with_numbers_and_text_cells():
    cells = [("markdown", "a\n"), ("code", ""), ("markdown", " "), ("code", ["x = 1\n", "y"])]
    content = json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells]}).encode()
    expected = [
        ("text", "text-1-", None, ["a"]),
        ("cell", "cell-1-", 1, [""]),
        ("cell", "cell-2-", 2, ["x = 1", "y"]),
    ]
    assert kinds(code_parts.of_files([SourceFile("a.ipynb", content)])) == expected
    assert kinds(code_parts.of_notebook(json.loads(content))) == expected


def test_cell_that_is_not_run_is_shown():
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {"tags": ["explore"]}}
    (part,) = code_parts.of_files([SourceFile("a.ipynb", json.dumps({"cells": [cell]}).encode())])
    assert part.lines == ["x = 1"]


def test_modules_have_different_anchors():
    parts = code_parts.of_files([SourceFile("a.py", b"x = 1\n\n"), SourceFile("b.py", b"y\r\nz")])
    assert kinds(parts) == [("module", "", None, ["x = 1"]), ("module", "file-b.py-", None, ["y", "z"])]
    here = [part.contains(Location(file="b.py", cell=None, line=2, file_line=2)) for part in parts]
    assert here == [False, True] and parts[1].line_anchor(2) == "file-b.py-line-2"


def test_encoding_of_a_module_is_the_declared_one():
    text = "# coding: latin-1\nname = 'ü'"
    (part,) = code_parts.of_files([SourceFile("a.py", text.encode("latin-1"))])
    assert part.lines == text.split("\n")


def test_broken_files_are_shown_as_text():
    for name, content in (("a.ipynb", b'{"cells": [\n'), ("a.py", b"x = '\xff'"), ("a.py", b"# coding: nothing\nx")):
        (part,) = code_parts.of_files([SourceFile(name, content)])
        assert part.kind == "module" and part.lines[0]


def test_odd_executed_notebook_has_no_parts():
    for odd in (None, {}, {"cells": None}, {"cells": "x"}, {"cells": [3, {"cell_type": "code", "source": 3}]}):
        assert all(part.lines == [""] for part in code_parts.of_notebook(odd))
