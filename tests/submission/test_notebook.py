"""Tests of preparing notebooks: repaired, or refused with a reason."""

from __future__ import annotations

import json

import nbformat
import pytest

from grader.submission import read
from grader.submission.lines import of_cells
from tests.conftest import notebook

pytestmark = pytest.mark.quick


def test_source_lines_without_line_feeds_are_joined(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(damaged(source=["import math", "def f(x):", "    return x"])))
    assert read(path, "single-neuron").code[0].text == "import math\ndef f(x):\n    return x"


def test_outputs_and_explore_cells_are_removed(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook("x = 1", "%matplotlib inline\n!ls\ny = 2", "z = 3", tags={2: ["explore"]}))
    submission = read(path, "single-neuron")
    assert submission.kind == "notebook"
    assert [code.text.split() for code in submission.code] == [["x", "=", "1"], ["y", "=", "2"], []]
    assert [code.place for code in submission.code] == ["cell 1", "cell 2", "cell 3"]
    sent = json.loads(submission.files["mine.ipynb"])
    assert [bool(cell["source"]) for cell in sent["cells"]] == [True, True, False]


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"{", "is not a valid notebook: its JSON"),
        (b"[" * 100_000, "is not a"),
        (b'{\n"cells": [{"cell_type": "co', "its JSON is incomplete and ends in line 2"),
        (b'{"cells": [],,}', "its JSON has an error in line 1"),
        (b'{\n<<<<<<< HEAD\n"cells": []\n=======\n>>>>>>> other\n}', "git conflict markers (the first in line 2)"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (notebook("1", kernelspec={"name": "ir", "language": "R", "display_name": "R"}).encode(), "of the language R"),
        (notebook("1", language_info={"name": "julia"}).encode(), "of the language julia"),
        (notebook("1", kernelspec={"name": "julia-1.9", "display_name": "Julia"}).encode(), "of the language julia"),
    ],
)
def test_notebook_that_cannot_run_is_explained(tmp_path, content, fragment):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(content)
    problem = read(path, "single-neuron").problem
    assert fragment in problem
    assert problem.startswith("mine.ipynb")
    assert "\n" not in problem


def damaged(**changes):
    """Return a notebook with one cell that defines x, and with changed keys or values in the notebook or in the cell."""
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": [], "execution_count": None, "id": "a"}
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for key, value in changes.items():
        part = whole if key in whole else cell
        part[key] = value
    return {key: value for key, value in whole.items() if value is not ...}


def without(*keys):
    notebook_document = damaged()
    notebook_document["cells"] = [
        {key: value for key, value in notebook_document["cells"][0].items() if key not in keys}
    ]
    return {key: value for key, value in notebook_document.items() if key not in keys}


OLD_CELL = {"cell_type": "code", "input": ["x ", "= 1"], "language": "python", "outputs": [], "prompt_number": 1}


@pytest.mark.parametrize(
    "document",
    [
        without("outputs"),
        without("execution_count"),
        without("id"),
        without("metadata"),
        without("nbformat"),
        without("nbformat_minor"),
        without("cell_type"),
        damaged(nbformat_minor=99),
        damaged(nbformat_minor="x"),
        damaged(nbformat="4"),
        damaged(nbformat_minor=4),
        damaged(id="no good id! " * 20),
        damaged(id=7),
        damaged(source=["x ", "= 1"]),
        damaged(source=["x = 1", 3, None]),
        damaged(metadata={"kernelspec": {"language": "python"}}),
        damaged(metadata={"kernelspec": "python3", "language_info": []}),
        damaged(metadata={"kernelspec": {"name": 3, "display_name": None}}),
        damaged(metadata={"widgets": {"application/vnd.jupyter.widget-state+json": {"a": 1}}}),
        damaged(metadata={"kernelspec": {"name": "conda-env-dl-py", "language": "python3"}}),
        damaged(metadata={"kernelspec": {"name": "sagemath", "language": "sage"}}),
        damaged(outputs=[{"output_type": "stream"}, 3, {"output_type": "pyout", "metadata": "x"}]),
        damaged(outputs="none", execution_count="1", collapsed=True, attachments={}),
        damaged(cell_type="Code"),
        {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [OLD_CELL]}]},
        {"nbformat": 2, "worksheets": [{"cells": [OLD_CELL], "metadata": {}}, 3]},
        {"cells": [{"cell_type": "code", "code": "x = 1", "prompt_number": 3}]},
        {
            **damaged(),
            "cells": [*damaged()["cells"], *damaged()["cells"], 3, None, {"cell_type": "poem", "source": "("}],
        },
        {**damaged(), "cells": [{"cell_type": "markdown", "outputs": [], "source": 3}, *damaged()["cells"]]},
        {**damaged(), "cells": [{"cell_type": "heading", "level": 1, "source": "T"}, {}, *damaged()["cells"]]},
    ],
)
def test_damaged_notebook_is_repaired(tmp_path, document):
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps(document))
    submission = read(path, "single-neuron")
    assert (submission.problem, submission.nothing) == (None, None)
    assert "x = 1" in {code.text for code in submission.code}
    notebook_document = nbformat.from_dict(json.loads(submission.files["mine.ipynb"]))
    nbformat.validate(notebook_document)
    assert all(not cell.outputs for cell in notebook_document.cells if cell.cell_type == "code")


def test_last_value_of_a_repeated_key_counts(tmp_path):
    text = notebook("x = 1\nz = 3").replace('"cell_type"', '"source": "x = 2",\n   "cell_type"')
    (tmp_path / "mine.ipynb").write_text(text)
    submission = read(tmp_path / "mine.ipynb", "single-neuron")
    assert [code.text for code in submission.code] == ["x = 1\nz = 3"]
    assert json.loads(submission.files["mine.ipynb"])["cells"][0]["source"] == "x = 1\nz = 3"
    (code_cells,) = of_cells(text.encode())
    assert ["x = 1" in text.splitlines()[line - 1] for line in code_cells] == [True, False]
