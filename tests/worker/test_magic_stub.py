"""A notebook, or module, that grades itself is graded as if it did not."""

from __future__ import annotations

import pytest

from grader.grading.grade import grade
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
    """Grade a notebook by each engine; what differs by nature is left out."""

    def run(text):
        (tmp_path / "mine.ipynb").write_text(text)
        how = {"engine": "kernel"} if request.param == "kernel" else {"engine": "shell", "warm": warm}
        graded = grade(bundled("single-neuron"), read(tmp_path / "mine.ipynb", "mine"), **how)
        return graded.model_dump(exclude={"seconds": True, "submission": {"sha256"}})

    return run


def test_a_notebook_with_the_cells_that_grade_it(report, solution):
    found = report(notebook(CELLS[0], solution, *CELLS[1:]))
    assert found["passed"]
    assert not any("notes" in check["evidence"] for check in found["checks"])
    assert found == report(notebook(solution))


def test_the_magic_is_there_when_the_cell_that_loads_it_is_not_run(report, solution):
    found = report(notebook(CELLS[0], solution, CELLS[1], tags={0: ["explore"]}))
    assert not any("notes" in check["evidence"] for check in found["checks"])


@pytest.mark.parametrize("isolation", ["strong", "none"])
def test_a_module_that_checks_itself_does_not_begin_to_grade_within_its_grading(graded, solution, isolation):
    source = f"{solution}\nimport grader\ngrader.check('single-neuron', 'submitted.py')\nassert not hasattr(grader, '__version__')\n"
    assert graded("single-neuron", source, isolation=isolation).passed


def test_a_helper_of_that_name_is_the_students_own(tmp_path, solution):
    (tmp_path / "grader.py").write_text("half = 0.5\n")
    (tmp_path / "single_neuron.py").write_text(f"import grader\nassert grader.half == 0.5\n{solution}")
    report = grade(bundled("single-neuron"), read(tmp_path, "single-neuron"))
    assert report.passed
