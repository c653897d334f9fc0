"""The same code gets the same scores as a module and as a notebook, in many cells or in one."""

from __future__ import annotations

import json

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.sandbox.warm import WarmStart
from grader.submission import read
from tests.conftest import ROOT, bundled, notebook
from tests.sandbox.test_engines import in_cells

EXAMPLES = sorted(path for path in (ROOT / "examples").glob("*/*.*") if path.suffix in (".py", ".ipynb"))
SOLUTION = (ROOT / "assignments" / "single-neuron" / "solution.py").read_text()
FRAMES = {
    "a failing statement at the top": "data = open('train.csv').read()\nm = len(data)\n{solution}",
    "a failing statement at the end": "{solution}\nprint(nothing)\npredict('a', 'b')\n",
    "an exit at the end": "import sys\n{solution}\nsys.exit(0)\n",
    "absent packages": "import imutils\nfrom skimage.metrics import mean_squared_error\n{solution}\nimutils.set()\n",
    "a lost name": "import pandas as pd\nscale = pd.read_csv('scale.csv')\n{changed}",
    "a helper that is not here": "from helper import scale\n{changed}",
    "a failing decorator": "{decorated}",
}


@pytest.fixture(scope="module")
def warm():
    with WarmStart() as started:
        yield started


@pytest.fixture
def scores(warm, tmp_path):
    """Return a function that grades a string as a module or a list of cells as a notebook: {check: (status, score)}."""

    def run(assignment, written):
        path = tmp_path / ("mine.py" if isinstance(written, str) else "mine.ipynb")
        path.write_text(written if isinstance(written, str) else notebook(*written))
        report = grade(bundled(assignment), read(path, assignment), GradeOptions(include_hidden=True, warm=warm))
        return {check.name: (check.status, check.score) for check in report.checks}

    return run


def exported(cells):
    """Return the module that nbconvert would export from a notebook."""
    parts = [
        f"# In[{number}]:\n\n\n{cell}" for number, cell in enumerate(map(TransformerManager().transform_cell, cells), 1)
    ]
    return "#!/usr/bin/env python\n# coding: utf-8\n\n" + "\n\n".join(parts)


def all_forms(cells):
    """Return the cells unchanged, joined into one cell, with magics, and as an exported module."""
    with_magics = ["%matplotlib inline", *cells[:-1], f"%%time\n{cells[-1]}", "!echo done"]
    return [cells, ["\n\n".join(cells)], with_magics, exported(with_magics)]


def cells_of(path):
    """Return the code of an example without its main block, where a notebook would use random numbers."""
    if path.suffix == ".py":
        return [cell for cell in in_cells(path.read_text()) if not cell.startswith("if __name__")]
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=name, marks=() if name == "single-neuron-correct.ipynb" else pytest.mark.long)
        for path in EXAMPLES
        for name in [f"{path.parent.name}-{path.name}"]
    ],
)  # fmt: skip
def test_example_has_the_same_scores_in_every_form(scores, path):
    cells = cells_of(path)
    expected = scores(path.parent.name, exported(cells))
    for form in all_forms(cells):
        assert scores(path.parent.name, form) == expected


@pytest.mark.table
@pytest.mark.parametrize("name", FRAMES)
def test_failure_costs_the_same_points_in_every_form(scores, name):
    line = "def loss(y, y_hat):\n"
    assert line in SOLUTION
    source = FRAMES[name].format(
        solution=SOLUTION,
        changed=SOLUTION.replace(line, f"{line}    scale(1)\n"),
        decorated=SOLUTION.replace(line, f"@nothing_of_that_name\n{line}"),
    )
    cells = in_cells(source)
    expected = scores("single-neuron", source)
    assert any(status == "passed" for status, _ in expected.values())
    for form in all_forms(cells)[: 2 if name == "an exit at the end" else 4]:
        assert scores("single-neuron", form) == expected
