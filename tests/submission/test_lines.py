"""Tests: the lines of a notebook's cells are found in the file."""

from __future__ import annotations

import json

import pytest

from grader.submission.lines import of_cells
from tests.conftest import notebook

pytestmark = pytest.mark.quick

CELLS = ("import numpy as np\n\ndef f(x):\n    return 'é \"[{' + x", "x = 1", "", "a\nb\n")


def standing(text):
    """Return the text of the reported line of the file, for each line of each cell."""
    lines = text.split("\n")
    return [[lines[number - 1] for number in cell] for cell in of_cells(text.encode())]


def test_each_line_of_a_cell_is_on_the_reported_line():
    document = json.loads(notebook(*CELLS))
    document["cells"].insert(1, {"cell_type": "markdown", "metadata": {}, "source": ["x = 1"], "id": "m"})
    document["cells"][0]["outputs"] = [{"output_type": "stream", "name": "source", "text": ["import numpy as np\n"]}]
    for text in (json.dumps(document, indent=1), json.dumps(document, indent=4, ensure_ascii=False)):
        numbers = standing(text)
        assert len(numbers) == len(CELLS)
        for cell, lines in zip(CELLS, numbers, strict=True):
            document_text = cell.split("\n") if cell else []
            assert len(lines) == len(document_text)
            for line, at in zip(document_text, lines, strict=True):
                assert any(json.dumps(line, ensure_ascii=ascii)[1:-1] in at for ascii in (True, False))


def test_notebook_on_one_line():
    assert of_cells(json.dumps(json.loads(notebook("a = 1\nb = 2"))).encode()) == [[1, 1]]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"cells": [[{"source": "x"', "]]]}}}", '{"cells": {"source": "a"}}', '"']
)
def test_invalid_notebook_has_no_lines(text):
    assert of_cells(text.encode()) == []
