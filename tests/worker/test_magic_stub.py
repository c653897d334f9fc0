"""A notebook or module that grades itself is graded as if it did not."""

from __future__ import annotations

import pytest

from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.sandbox.warm import WarmStart
from grader.submission import read
from tests.conftest import bundled, notebook

CELLS = [
    "%load_ext grader\nimport grader",
    "%grade single-neuron --hints 3",
    "%reload_ext grader\nresult = grader.check('single-neuron')\nassert result.passed\nprint(f'{result.score:.1f}')",
    "from grader import check\ncheck('single-neuron', 'mine.ipynb')",
]


@pytest.fixture(scope="module")
def warm():
    with WarmStart() as started:
        yield started


@pytest.fixture(params=["kernel", "shell"])
def report(request, warm, tmp_path):
    """Return a function that grades a notebook with an engine, without fields that always differ."""

    def run(text):
        (tmp_path / "mine.ipynb").write_text(text)
        how = {"engine": "kernel"} if request.param == "kernel" else {"engine": "shell", "warm": warm}
        graded = grade(bundled("single-neuron"), read(tmp_path / "mine.ipynb", "mine"), GradeOptions(**how))
        return graded.model_dump(exclude={"seconds": True, "submission": {"sha256"}})

    return run


def test_cells_that_grade_the_notebook_change_nothing(report, solution):
    result = report(notebook(CELLS[0], solution, *CELLS[1:]))
    assert result["passed"]
    assert not any("notes" in check["evidence"] for check in result["checks"])
    assert result == report(notebook(solution))


def test_magic_exists_even_if_the_loading_cell_is_not_run(report, solution):
    result = report(notebook(CELLS[0], solution, CELLS[1], tags={0: ["explore"]}))
    assert not any("notes" in check["evidence"] for check in result["checks"])


@pytest.mark.parametrize("isolation", ["strong", "none"])
def test_module_that_checks_itself_does_not_start_another_grading(graded, solution, isolation):
    source = f"{solution}\nimport grader\ngrader.check('single-neuron', 'submitted.py')\nassert not hasattr(grader, '__version__')\n"
    assert graded("single-neuron", source, isolation=isolation).passed


def test_students_own_module_named_grader_is_used(tmp_path, solution):
    (tmp_path / "grader.py").write_text("half = 0.5\n")
    (tmp_path / "single_neuron.py").write_text(f"import grader\nassert grader.half == 0.5\n{solution}")
    report = grade(bundled("single-neuron"), read(tmp_path, "single-neuron"))
    assert report.passed
