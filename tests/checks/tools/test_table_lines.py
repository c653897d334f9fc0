"""Lines of a plot that show the entries of a table."""

from __future__ import annotations

import pytest

from tests.assignment.tiny import load

TABLE = """\
name: plotted
version: "1"
title: A table is plotted
variables: {results: {type: table}}
checks:
  - name: figure
    title: Both lines
    kind: figures
    panels:
      - title: losses
        lines: [{table: results, keys: [[a, 1], [a, 2], [a, 3]]}, {table: results, keys: [[b, 1], [b, 2], [b, 3]]}]
        labelled: true
    points: 5
"""
RIGHT = """\
import matplotlib.pyplot as plt
results = {("a", 1): 3.0, ("a", 2): 2.0, ("a", 3): float("nan"), ("b", 1): 5.0, ("b", 2): 4.5, ("b", 3): 4.0}
for name in "ab":
    plt.plot([1, 2, 3], [results[name, n] for n in (1, 2, 3)], label=name)
plt.xlabel("n")
plt.ylabel("loss")
plt.legend()
"""


@pytest.fixture
def checked(tmp_path, graded):
    load(tmp_path, TABLE)
    (tmp_path / "task.md").write_text("a figure")

    def run(source):
        (check,) = graded(str(tmp_path), source).checks
        return check

    return run


def test_both_lines_in_one_subplot_earn_the_points(checked):
    assert checked(RIGHT).score == 5
    assert checked(RIGHT.replace("(1, 2, 3)]", "(3, 2, 1)]")).score == 5  # the axis may begin with the last key


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('in "ab"', 'in "a"', "those that begin with `results['b', 1]` are missing"),
        ("results[name, n]", "10 * n", "no subplot shows the entries of `results`"),
        ("plt.legend()", "", "add a legend"),
        ('plt.xlabel("n")', "", "the axes have no labels"),
        ('("b", 1): 5.0, ', '("b", 0): 5.0, ', "is missing"),
        ("plt.legend()", "results = 3", "it must be a dict"),
    ],
)
def test_what_is_missing_is_said(checked, old, new, words):
    check = checked(RIGHT.replace(old, new).replace("for n in (1, 2, 3)", "for n in (1, 2, 3) if (name, n) in results"))
    assert check.score == 0 and words in check.message
