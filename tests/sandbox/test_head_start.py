"""The worker of a single check starts before the submission has been read; a wrong guess changes nothing else."""

from __future__ import annotations

import json
import os

import pytest

from grader.assignment.limits import Limits
from grader.sandbox import head_start
from grader.sandbox.processes import Forked
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmKind, WarmStart
from grader.submission import read
from tests.sandbox.test_warm import only, opened, process_of

NUMPY = "import numpy as np\n"
PLOT = "import matplotlib.pyplot as plt\n"


def notebook(*sources):
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]}, indent=1)


@pytest.mark.quick
@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("mine.py", NUMPY, ("module", set())),
        ("mine.py", f"{NUMPY}from tensorflow import keras\n{PLOT}", ("module", {"keras", "matplotlib"})),
        ("mine.py", "def f():\n    import matplotlib\n", ("module", set())),
        ("mine.py", f"from sklearn.utils import resample\n{NUMPY}", ("module", {"sklearn"})),
        ("mine.ipynb", notebook([NUMPY, PLOT]), ("shell", {"matplotlib"})),
        ("mine.ipynb", notebook(NUMPY + PLOT), ("shell", {"matplotlib"})),
        ("mine.ipynb", notebook(["def f():\n", "    import matplotlib"]), ("shell", set())),
        ("mine.ipynb", "not JSON", ("shell", set())),
        ("folder/mine.ipynb", notebook(PLOT), ("shell", set())),
        ("folder/mine.py", PLOT, ("module", set())),
        ("missing/mine.py", None, ("module", set())),
    ],
)
def test_first_look_guesses_the_kind_of_worker(tmp_path, name, text, kind):
    path = tmp_path / name
    if text is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    submission = path.parent if path.parent != tmp_path else path
    engine, libraries = kind
    assert head_start.likely_kind(submission, "shell") == WarmKind(engine, frozenset(libraries))


def test_worker_is_forked_from_the_process_that_was_begun(tmp_path):
    (tmp_path / "mine.py").write_text("def f(): return 1")
    with WarmStart(for_many=False) as warm:
        head_start.begin(warm, tmp_path / "mine.py", "shell")
        begun = only(warm)
        with opened(warm) as session:
            assert isinstance(process_of(session), Forked)
            assert session.call("f", [], {}).value == 1
        assert only(warm) is begun


def test_process_that_was_begun_imports_the_missing_libraries(tmp_path):
    source = "import sys\nbefore = 'matplotlib' in sys.modules\nimport matplotlib\ndef f(): return before"
    (tmp_path / "mine.py").write_text(source)
    with WarmStart(for_many=False) as warm:
        warm.begin(WarmKind("module", frozenset()))
        begun = only(warm)
        with Session(read(tmp_path / "mine.py", "mine"), Limits(), warm=warm) as session:
            session.load()
            assert session.call("f", [], {}).value is True
        assert only(warm) is begun


@pytest.mark.parametrize("guess", [WarmKind("shell", frozenset()), WarmKind("module", frozenset({"matplotlib"}))])
def test_process_of_a_wrong_guess_is_replaced(guess):
    with WarmStart(for_many=False) as warm:
        warm.begin(guess)
        begun = only(warm)
        with opened(warm, "import sys\ndef f(): return 'matplotlib' in sys.modules") as session:
            assert isinstance(process_of(session), Forked)
            assert session.call("f", [], {}).value is False
        assert only(warm) is not begun
        assert begun._process.poll() is not None


def test_machine_with_a_gpu_has_no_head_start(monkeypatch, tmp_path):
    monkeypatch.setattr(head_start.gpu_driver, "device_files", lambda: ["/dev/nvidia0"])
    with WarmStart(for_many=False) as warm:
        head_start.begin(warm, tmp_path / "mine.py", "shell")
        assert warm._processes == {}


@pytest.mark.quick
def test_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "mine.py")
    assert head_start.likely_kind(tmp_path / "mine.py", "shell") == WarmKind("module", frozenset())


@pytest.mark.quick
@pytest.mark.parametrize(
    ("names", "solution", "engines"),
    [
        (["work.ipynb"], None, ["shell"]),
        (["helpers.py", "sub/work.ipynb"], NUMPY, ["shell", "module"]),
        (["mine.py", "notes.txt"], NUMPY, ["module"]),
        (["work.ipynb"], PLOT, ["shell"]),
        (["all.zip"], None, []),
        (["all.zip"], NUMPY, ["module"]),
        ([], None, []),
    ],
)
def test_files_of_one_submission_and_the_solution_decide_what_a_class_begins_with(tmp_path, names, solution, engines):
    file = tmp_path / "solution.py"
    if solution is not None:
        file.write_text(solution)
    assert head_start.kinds_for_class(names, file, "shell") == [WarmKind(engine, frozenset()) for engine in engines]
