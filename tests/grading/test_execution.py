"""Tests of running the checks in the workers of one session."""

import json

from grader.assignment import load
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.grading.trace import Trace
from grader.sandbox import memory_needs
from grader.submission import read_contents
from tests.conftest import notebook
from tests.doubling import RIGHT


def test_report_names_the_engine_and_the_trace_has_the_executed_notebook(doubling):
    assignment = load(str(doubling))
    content = notebook(RIGHT, "print('here')").encode()
    trace = Trace()
    report = grade(assignment, read_contents("a.ipynb", {"a.ipynb": content}, assignment), GradeOptions(), trace)
    assert report.environment.engine == "shell"
    executed = json.loads(trace.executed)
    assert executed["cells"][1]["outputs"][0]["text"] == "here\n"
    assert report.assignment.digest in json.dumps(executed["metadata"])
    assert {"prepare", "start", "load", "double", "diagnosis"} <= trace.timings.keys()


def test_module_leaves_no_executed_notebook(doubling):
    assignment = load(str(doubling))
    trace = Trace()
    report = grade(assignment, read_contents("a.py", {"a.py": RIGHT.encode()}, assignment), trace=trace)
    assert (report.environment.engine, trace.executed) == (None, b"")


def test_note_on_a_low_memory_limit_comes_last(doubling, monkeypatch):
    monkeypatch.setattr(memory_needs, "less_than_allowed", lambda *_: "Only 640 MB here.")
    assignment = load(str(doubling))
    source = "import numpy as np\nbig = np.ones(10**9)\n" + RIGHT
    report = grade(assignment, read_contents("a.py", {"a.py": source.encode()}, assignment))
    assert report.checks[0].evidence.notes[-1] == "Only 640 MB here."
