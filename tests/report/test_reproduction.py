"""``--reproduce`` writes a script that repeats the examples of a report without the grader."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from grader.report import reproduced, reproduction
from grader.report.evidence import Evidence, Example

MODULE = """\
import numpy as np

count = 0
print("printed while it is loaded")
missing.name


def scaled(x, factor):
    global count
    count += 1
    return factor * np.asarray(x) + count, "text"


def broken(x):
    raise ValueError("no\\nanswer")
"""
EXAMPLES = [
    Example(call="scaled([1, 0], factor=0.5)[0]", gives="[1.5, 1]"),
    Example(setup=["import numpy as np"], call="scaled(np.array([2]), 2)", gives="([5], 'text')"),
    Example(call="broken(x=[[0]])", raises="ValueError: no answer"),
]
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": "text"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!ls\n", "if True:\n", "    %time 1\n", "x = 1\n"]},
        {"cell_type": "code", "source": "%%bash\nls"},
        {"cell_type": "code", "source": MODULE},
    ]
}


@pytest.fixture
def report(reports):
    """Return a report with three examples."""
    whole = reports["wrong"]
    checks = [
        check.model_copy(update={"evidence": Evidence(example=example)})
        for check, example in zip(whole.checks, EXAMPLES, strict=False)
    ]
    return whole.model_copy(update={"checks": checks})


@pytest.mark.parametrize("name", ["my work.py", "my work.ipynb"])
def test_script_prints_the_values_of_the_report(report, tmp_path, name):
    (tmp_path / "work").mkdir()
    submission, script = tmp_path / "work" / name, tmp_path / "try.py"
    submission.write_text(MODULE if name.endswith(".py") else json.dumps(NOTEBOOK))
    script.write_text(reproduction.script(report, submission, script))
    # -I and -S: neither the grader nor the folder of the tests can be imported.
    command = [sys.executable, "-I", str(script)]
    run = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [
        "sigmoid: scaled([1, 0], factor=0.5)[0] gives [1.5, 1]",
        "sigmoid-overflow: import numpy as np; scaled(np.array([2]), 2) gives ([5], 'text')",
        "numpy-only: broken(x=[[0]]) raises ValueError: no answer",
    ]
    assert "missing" in run.stderr
    assert "grader" not in script.read_text().split("EXAMPLES")[1]


def test_script_has_the_path_relative_to_itself(report, tmp_path):
    text = reproduction.script(report, tmp_path / "a" / "mine.py", tmp_path / "b" / "try.py")
    assert "'../a/mine.py'" in text
    assert str(tmp_path) not in text


def test_report_without_examples_has_no_script(reports, tmp_path):
    assert reproduction.script(reports["correct"], tmp_path / "mine.py", tmp_path / "try.py") is None


def test_cell_that_is_no_python_is_left_out(tmp_path, capsys):
    file = tmp_path / "mine.ipynb"
    cells = [{"cell_type": "code", "source": "def f(:"}, {"cell_type": "code", "source": "a = 1"}]
    file.write_text(json.dumps({"cells": cells}))
    assert reproduced.load(file)["a"] == 1
    assert "Left out" in capsys.readouterr().err
