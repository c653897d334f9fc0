"""Tests of ``%grade`` and ``grader.check`` in a real kernel, in a notebook that grades itself."""

from __future__ import annotations

import os
import re
import time

import nbformat
import psutil
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from tests.conftest import known_wrong, notebook


@pytest.fixture
def execute(tmp_path):
    """Save the cells as a notebook, execute it in a kernel, and return its code cells with their outputs."""

    def run(*cells, name="mine.ipynb", environment=None, **options):
        (tmp_path / name).write_text(notebook(*cells))
        opened = nbformat.read(tmp_path / name, as_version=4)
        client = NotebookClient(opened, kernel_name="python3", allow_errors=True, **options)
        client.execute(cwd=str(tmp_path), env={**os.environ, **(environment or {})})
        return opened.cells

    return run


def shown(cell, kind="text/html"):
    return "".join(output.get("data", {}).get(kind, "") for output in cell.outputs)


def failure(cell):
    return next((output for output in cell.outputs if output.output_type == "error"), None)


@pytest.fixture(scope="module")
def wrong():
    return known_wrong("single-neuron", "flipped-sign")


def test_notebook_grades_itself(execute, wrong, check, tmp_path):
    """The report is the same as at the command line, as HTML and as text; the object has the fields that a program needs."""
    cells = execute(
        "%load_ext grader",
        wrong,
        "%grade single-neuron --hints 3",
        "import grader\nfound = grader.check('single-neuron')\nprint(found.passed, found.score, len(found.report.checks))",
    )
    _, report = check(tmp_path / "mine.ipynb", "--hints", "3")
    page, text = shown(cells[2]), shown(cells[2], "text/plain")
    assert re.search(r"Graded as saved: mine.ipynb, saved \d+ s ago", page)
    assert "save the notebook" not in page
    for result in report["checks"]:
        assert f"<b>{result['name']}</b>" in page
        assert result["name"] in text
    fallen = next(result for result in report["checks"] if result["diagnosis"])
    assert fallen["diagnosis"]["bug"] in page
    assert fallen["diagnosis"]["bug"] in text
    assert f"Score: {report['score']:g} of 100, not passed (70 needed)." in text
    assert cells[3].outputs[0].text == f"False {report['score']} {len(report['checks'])}\n"


def test_error_is_one_sentence_without_a_traceback(execute):
    nowhere, unknown, unclosed, wrong_option = execute(
        "%load_ext grader\n%grade single-neuron nowhere.ipynb",
        "import grader; grader.check('nothing')",
        "%grade 'single-neuron",
        "%grade single-neuron --hints 7",
    )
    assert failure(nowhere).traceback == ["nowhere.ipynb does not exist: check the path of your solution."]
    assert failure(unknown).traceback[0].startswith("There is no assignment 'nothing': use one of activations")
    for cell in (unclosed, wrong_option):
        assert "UsageError" in str(cell.outputs)
        assert "Traceback" not in str(cell.outputs)


def test_saved_file_is_graded_and_unsaved_changes_are_reported(execute, solution, tmp_path):
    """While the notebook runs, its file is overwritten with an earlier version."""
    older = notebook("%load_ext grader", "%grade single-neuron")
    cells = execute(
        f"open('mine.ipynb', 'w').write({older!r})",
        f"%load_ext grader\n{solution}",
        "%grade single-neuron",
    )
    page = shown(cells[2])
    assert "The cell that you ran last is not in the saved file: save the notebook" in page
    assert "Score: 0 of 100, not passed." in page


@pytest.mark.long
def test_editor_names_the_notebook(execute, solution, tmp_path):
    (tmp_path / "other.ipynb").write_text(notebook("x = 1"))
    cells = execute(solution, "%load_ext grader\n%grade single-neuron")
    assert failure(cells[1]).evalue.startswith("There are several notebooks here (mine.ipynb, other.ipynb): name")
    cells = execute(
        solution,
        "%load_ext grader\n%grade single-neuron",
        "__vsc_ipynb_file__ = 'other.ipynb'",
        "%grade single-neuron",
        environment={"JPY_SESSION_NAME": str(tmp_path / "mine.ipynb")},
    )
    assert "mine.ipynb, saved" in shown(cells[1])
    assert "passed." in shown(cells[1])
    assert "other.ipynb, saved" in shown(cells[3])


def test_session_is_graded_without_a_file(execute, solution, tmp_path):
    """Like in Colab, where the notebook is not a file on the machine of the kernel."""
    cells = execute(
        "import sys, types, os\nsys.modules['google.colab'] = types.ModuleType('colab')\n%load_ext grader",
        solution,
        "%grade single-neuron",
    )
    page = shown(cells[2])
    assert "cells that you ran in this session are graded" in page
    assert "Score: 100 of 100, passed." in page
    assert "the cells of this session" in shown(cells[2], "text/plain")
    assert str(tmp_path) not in page


@pytest.mark.long
def test_file_name_gives_the_exercise(execute, solution, tmp_path):
    name = "Single Neuron (2).ipynb"
    (tmp_path / "neuron_helpers.py").write_text("x = 1")
    cells = execute(
        "%load_ext grader",
        solution,
        "%grade",
        "import grader\nprint(grader.check().score)",
        f"%grade '{name}' --hints 1",
        name=name,
    )
    page = shown(cells[2])
    assert "Exercise (from the file name): single-neuron." in page
    assert "Score: 100 of 100, passed." in page
    assert cells[3].outputs[0].text == "100.0\n"
    assert "Score: 100 of 100, passed." in shown(cells[4])


def test_unknown_file_name_gets_the_list_of_exercises(execute, solution):
    (cell,) = execute("%load_ext grader\n%grade", name="Untitled.ipynb")
    (sentence,) = failure(cell).traceback
    assert sentence.startswith(
        "The file name Untitled.ipynb does not match an exercise: write the exercise after %grade, one of"
    )
    assert "single-neuron" in sentence


COLAB = """
import json, sys, types
for name in ("google", "google.colab", "google.colab._message"):
    sys.modules[name] = types.ModuleType(name)
notebook = json.load(open("mine.ipynb"))
notebook["metadata"]["colab"] = {"name": "Kopie von single_neuron.ipynb", "provenance": []}
sys.modules["google.colab._message"].blocking_request = lambda *_, **__: {"ipynb": notebook}
"""


def test_colab_provides_the_notebook_and_its_name(execute, solution):
    cells = execute("%load_ext grader", COLAB, solution, "%grade")
    page = shown(cells[3])
    assert "Exercise (from the file name): single-neuron." in page
    assert "Graded in its current state in Colab: Kopie von single_neuron.ipynb." in page
    assert "Score: 100 of 100, passed." in page


def test_module_of_a_student_named_numpy_is_not_imported_by_the_grader(execute, solution, tmp_path):
    (tmp_path / "single_neuron.py").write_text(solution)
    (tmp_path / "click.py").write_text("raise ValueError('not the one')")
    (cell,) = execute("%load_ext grader\n%grade single-neuron single_neuron.py")
    assert "Score: 100 of 100, passed." in shown(cell)


def test_interrupt_ends_the_check_and_its_processes(tmp_path):
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(60)\n")
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    try:
        identity = client.execute("%load_ext grader\n%grade single-neuron slow.py")
        kernel = psutil.Process(manager.provisioner.process.pid)
        until = time.monotonic() + 30
        while len(started := kernel.children(recursive=True)) < 3 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(started) >= 3  # the command, the supervisor and the worker
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=30)
        while reply["parent_header"]["msg_id"] != identity:
            reply = client.get_shell_msg(timeout=30)
        assert reply["content"]["evalue"] == "Stopped: nothing was graded."
        assert reply["content"]["traceback"] == ["Stopped: nothing was graded."]
        assert psutil.wait_procs(started, timeout=10)[1] == []
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
