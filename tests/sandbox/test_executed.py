"""The executed notebook is kept, and its outputs do not depend on the engine."""

from __future__ import annotations

import json

import nbformat
import pytest

from grader.assignment.limits import Limits
from grader.grading.grade import grade
from grader.grading.trace import Trace
from grader.sandbox.failures import CallError
from grader.sandbox.session import Session
from grader.submission import read
from grader.submission.notebook import with_outputs
from tests.conftest import bundled, notebook
from tests.sandbox.test_session import submitted

CELLS = [
    "print('one'); print('two')\nimport sys; print('no', file=sys.stderr)\n3",
    "from IPython.display import HTML, clear_output, display\nshown = display(HTML('<b>x</b>'), display_id=True)\nshown.update(HTML('<i>y</i>'))",
    "print('away')\nclear_output()\nprint('stays')",
    "print('away, too')\nclear_output(wait=True)\ndisplay({'text/plain': 'last'}, raw=True)",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nplt.show()",
    "",
    "def f(): return 1 / 0\nf()",
    "x = 5",
    "await __import__('asyncio').sleep(0)\nx",
]


@pytest.fixture(scope="module", params=["shell", "kernel"])
def session(request):
    submission = submitted(CELLS, "notebook")
    with Session(submission, Limits(), engine=request.param) as opened:
        opened.load()
        yield opened


def test_outputs_of_each_cell_are_kept(session):
    told = {
        number: [
            (output["output_type"], output.get("text") or output.get("ename") or sorted(output["data"]))
            for output in outputs
        ]
        for number, outputs in session.outputs.items()
    }
    assert told == {
        1: [("stream", "one\ntwo\n"), ("stream", "no\n"), ("execute_result", ["text/plain"])],
        2: [("display_data", ["text/html", "text/plain"])],
        3: [("stream", "stays\n")],
        4: [("display_data", ["text/plain"])],
        5: [("display_data", ["image/png", "text/plain"])],
        7: [("error", "ZeroDivisionError")],
        9: [("execute_result", ["text/plain"])],
    }
    assert session.outputs[2][0]["data"]["text/html"] == "<i>y</i>"


def test_executed_notebook_is_valid(session):
    submission = submitted(CELLS, "notebook")
    made = nbformat.reads(
        with_outputs(submission.files[submission.entry], session.outputs, session.last_cell).decode(), as_version=4
    )
    nbformat.validate(made)
    assert [cell.execution_count for cell in made.cells] == [1, 2, 3, 4, 5, None, 6, 7, 8]
    assert made.cells[6].outputs[0].ename == "ZeroDivisionError"


def test_values_that_are_not_valid_json_are_replaced():
    cells = ["print('\\ud800 NaN')", "display({'application/json': {'x': float('nan')}, 'text/plain': 1}, raw=True)"]
    with Session(submitted(cells, "notebook"), Limits(), engine="shell") as session:
        session.load()
    assert session.outputs[1][0]["text"] == "? NaN\n"
    assert session.outputs[2][0]["data"] == {"application/json": {"x": None}, "text/plain": 1}


def test_outputs_before_the_process_died_are_kept(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook("print('here')", "import os; os._exit(1)", "3"))
    trace = Trace()
    grade(bundled("single-neuron"), read(path, "mine"), trace=trace)
    first, second, third = json.loads(trace.executed)["cells"]
    assert (first["outputs"][0]["text"], second["outputs"], third["execution_count"]) == ("here\n", [], 3)


@pytest.mark.parametrize(
    "frame",
    [
        '{"id": 1, "shown": 1}',
        '{"id": 1, "shown": 2}',
        '{"id": 1, "shown": true}',
        '{"id": 1, "shown": {}}',
    ],
)
def test_cell_that_sends_outputs_itself_breaks_the_protocol(tmp_path, frame):
    forge = f"""
import gc, socket, struct
raw = {frame!r}.encode()
for found in [o for o in gc.get_objects() if isinstance(o, socket.socket) and o.family == socket.AF_UNIX]:
    try:
        found.sendall(struct.pack("!IQ", len(raw), 3) + raw + b"[1]")
    except OSError:
        pass
"""
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook(forge))
    report = grade(bundled("single-neuron"), read(path, "mine"))
    assert {check.status for check in report.checks} == {"protocol"}


def test_outputs_stay_if_no_time_is_left_to_reload():
    cells = ["print('one')", "def f():\n    while True: pass"]
    limits = Limits(call_seconds=0.5, total_seconds=1.5)
    with Session(submitted(cells, "notebook"), limits, engine="shell") as session:
        session.load()
        for _ in range(3):
            with pytest.raises(CallError):
                session.call("f", [], {})
        assert (session.outputs[1][0]["text"], session.last_cell) == ("one\n", 2)


@pytest.mark.parametrize("engine", ["shell", "kernel"])
@pytest.mark.parametrize(
    "cell",
    [
        "import sys\nfor i in range(6000): print('a', end='', file=(sys.stdout, sys.stderr)[i % 2])",
        "for _ in range(40): display({'text/plain': 'x'}, raw=True, display_id='a')\n"
        "update_display({'text/plain': 'y' * 15_000}, raw=True, display_id='a')",
    ],
)
def test_too_long_outputs_are_left_out_without_a_note(engine, cell):
    cell = f"from IPython.display import display, update_display\n{cell}"
    with Session(submitted([cell, "print('next')"], "notebook"), Limits(output_kb=30), engine=engine) as session:
        session.load()
    assert (session.outputs[2][0]["text"], session.causes.notes) == ("next\n", [])


def test_thread_continues_printing_after_its_cell():
    """It also prints between the cells, where no output is recorded."""
    cells = [
        "import threading, time\nstopped = []\ndef talk():\n    try:\n        while True:\n            print('.', end='')\n"
        "    except BaseException as error:\n        stopped.append(error)\n"
        "threading.Thread(target=talk, daemon=True).start()",
        *["time.sleep(0.02); print('x')"] * 5,
        "print(stopped)",
    ]
    with Session(submitted(cells, "notebook"), Limits(output_kb=65536), engine="shell") as session:
        session.load()
    assert "[]" in session.outputs[7][-1]["text"]


def test_report_names_the_engine(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook("import ipykernel"))
    assert grade(bundled("single-neuron"), read(path, "mine")).environment.engine == "kernel"
    path.write_text(notebook("import math"))
    assert grade(bundled("single-neuron"), read(path, "mine")).environment.engine == "shell"
