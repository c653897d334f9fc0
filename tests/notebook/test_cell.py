"""``%grade`` offers the smallest examples of a report as a new cell."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.notebook import cell
from grader.report.evidence import Evidence, Example

EXAMPLES = [
    Example(setup=["import numpy as np"], call="f(np.array([0]))", raises="ValueError: no"),
    Example(call="g(0)", gives="0.5"),
    Example(call="g(0)", gives="0.5"),
]


class Check(SimpleNamespace):
    def __init__(self, name, example):
        super().__init__(name=name, evidence=Evidence() if example is None else Evidence(example=example))


@pytest.fixture
def report():
    return SimpleNamespace(checks=[Check(f"check-{i}", example) for i, example in enumerate([*EXAMPLES, None])])


@pytest.fixture
def shell():
    cells = []
    return SimpleNamespace(kernel=object(), set_next_input=cells.append, cells=cells)


def test_cell_has_each_call_once_and_exceptions_last(report):
    heading, *lines = cell.code_of(report).split("\n")
    assert heading.startswith("# ")
    assert lines == [
        "print(g(0))  # check-1: 0.5",
        "import numpy as np",
        "print(f(np.array([0])))  # check-0: ValueError: no",
    ]
    compile(cell.code_of(report), "cell", "exec")


def test_cell_is_offered_once(report, shell):
    offered_codes = set()
    for _time in range(2):
        cell.offer(report, shell, offered_codes)
    assert shell.cells == [cell.code_of(report)]


def test_shell_without_a_notebook_gets_no_cell(report, shell):
    shell.kernel = None
    cell.offer(report, shell, set())
    assert shell.cells == []


def test_report_without_examples_offers_nothing(shell):
    cell.offer(SimpleNamespace(checks=[Check("a", None)]), shell, set())
    assert shell.cells == []
