"""Plots show the submission's own functions, one line for each."""

from __future__ import annotations

import pytest

from tests.assignment import tiny

REFERENCE = """
def double(x):
    return 2 * x
def square(x, factor=1.0):
    return factor * x * x
"""
ASSIGNMENT = """\
name: plots
version: 1
title: Plots of two functions
reference: reference.py
functions:
  double: {signature: (x), returns: [y]}
  square: {signature: "(x, factor=1.0)", returns: [y]}
probes:
  numbers: {inputs: {x: {random: normal, shape: [6]}}}
checks:
  - {name: double, title: t, kind: values, function: double, probes: [numbers], points: 1}
  - name: figure
    title: t
    kind: figures
    panels:
      - title: one line for each function
        lines: [{function: double, over: {x: [-2, 2]}}, {function: square, over: {x: [-2, 2]}, values: {factor: [3]}}]
        labelled: true
    points: 1
"""
FUNCTIONS = """
import numpy as np
import matplotlib.pyplot as plt
def double(x):
    return 2 * x
def square(x, factor=1.0):
    return factor * x * x
x = np.linspace(-3, 3, 50)
"""
LEGEND = "plt.legend()\n"


@pytest.fixture
def figure(graded, tmp_path):
    """Return a function that grades plots and returns the result of the figure, and that of the function ``double``."""

    def run(plots, functions=FUNCTIONS):
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / "reference.py").write_text(REFERENCE)
        checks = {check.name: check for check in graded(ASSIGNMENT, functions + plots).checks}
        return checks["figure"], checks["double"]

    return run


PASS = [
    "plt.plot(x, double(x), label='double')\nplt.plot(x, square(x), label='square')\n" + LEGEND,
    "plt.plot(x, double(x), x, square(x, 3), x, 0 * x)\nplt.legend(['2x', '3x^2', '0'])\n",
    "for f in (double, square):\n    plt.figure()\n    plt.plot(x, [f(v) for v in x])\n    plt.title(f.__name__)\n",
    "_, axes = plt.subplots(1, 2)\nfor a, f in zip(axes, (square, double)):\n    a.plot(x, f(x))\n    a.set_title('f')\n",
]


@pytest.mark.table
@pytest.mark.parametrize("plots", PASS)
def test_lines_of_both_functions_pass(figure, plots):
    assert figure(plots)[0].status == "passed"


@pytest.mark.table
@pytest.mark.parametrize(
    ("plots", "sentence"),
    [
        ("plt.plot(x, double(x), label='a')\n" + LEGEND, "no line shows the values of `square`"),
        ("plt.plot(x, double(x))\nplt.plot(x, square(x))\n", "the lines have no names"),
        ("x = x[:25]\nplt.plot(x, double(x), x, square(x))\n", "cover -2 to 2"),
        ("x = x[::10]\nplt.plot(x, double(x), x, square(x))\n", "at least 10 values of x"),
        ("plt.plot(x, square(x, 2), x, double(x))\n", "no line shows the values of `square`"),
        ("plt.plot(x, np.nan * x, x, np.inf * x)\n", "no line shows the values of `double` and `square`"),
        ("", "no line shows"),
    ],
)
def test_missing_lines_are_named(figure, plots, sentence):
    result = figure(plots)[0]
    assert result.status == "failed" and sentence in result.message


def test_wrong_function_costs_nothing_in_its_plot(figure):
    plotted, double = figure(PASS[0], FUNCTIONS.replace("return 2 * x", "return 3 * x"))
    assert (plotted.status, double.status) == ("passed", "failed")


def test_two_functions_need_two_lines(figure):
    functions = FUNCTIONS.replace("factor * x * x", "2 * x")
    assert "`square`" in figure("plt.plot(x, double(x), label='a')\n" + LEGEND, functions)[0].message


@pytest.mark.long
def test_function_that_never_returns_ends_at_its_limit(figure):
    source = "plt.plot(x, double(x), x, square(x))\n" + LEGEND + "def square(x):\n    while True: pass\n"
    assert figure(source)[0].status == "timeout"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("function: square", "function: cube", "cube"),
        ("values: {factor", "values: {scale", "argument of square"),
        ("{x: [-2, 2]}, values", "{x: [2, -2]}, values", "begins with its smaller number"),
        ("{function: double, over: {x: [-2, 2]}}", "{history: h, entry: loss}", "use several panels"),
        ("over: {x: [-2, 2]}}", "over: x}", "over"),
    ],
)
def test_mistakes_in_a_line_are_reported(tmp_path, old, new, problem):
    (tmp_path / "reference.py").write_text(REFERENCE)
    assert old in ASSIGNMENT
    with pytest.raises(Exception, match=problem):
        tiny.load(tmp_path, ASSIGNMENT.replace(old, new))
