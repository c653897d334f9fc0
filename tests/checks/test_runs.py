"""Runs that can be compared: equal starts, a seed and arguments with an effect, and mistakes in the file."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load

RUNS = """\
name: descent
version: "1"
title: Runs
functions:
  run: {signature: "(method, rate, epochs, seed)", returns: [losses]}
checks:
  - name: runs
    title: Runs start equal
    kind: runs
    function: run
    inputs: {method: plain, rate: 0.1, epochs: 4, seed: 3}
    vary: {method: [heavy, fast], rate: [0.2]}
    epochs: epochs
    still: {rate: 1.0e-12}
    same_start: method
    seed: seed
    points: 9
"""
RIGHT = """\
import random
def run(method, rate, epochs, seed):
    w = random.Random(seed).uniform(1, 2)
    v, losses = 0.0, []
    for _ in range(epochs):
        losses.append(w ** 2)
        v = (0.9 * v if method == "heavy" else 0.0) + (2 if method == "fast" else 1) * w
        w = w - rate * v
    return losses
"""
SEEDED = "w = random.Random(seed).uniform(1, 2)"
MADE_ONCE = RIGHT.replace("    " + SEEDED, "    global w").replace("import random\n", "import random\nw = 1.5\n")


@pytest.fixture
def checked(tmp_path, graded):
    load(tmp_path, RUNS)
    (tmp_path / "task.md").write_text("runs")

    def run(source):
        (check,) = graded(str(tmp_path), source).checks
        return check

    return run


def test_comparable_runs_earn_all_points_however_they_record_the_losses(checked):
    assert checked(RIGHT).score == 9
    losses_after_the_step = RIGHT.replace("        losses.append(w ** 2)\n", "").replace(
        "rate * v\n", "rate * v\n        losses.append(w ** 2)\n"
    )
    assert checked(losses_after_the_step).score == 9


@pytest.mark.parametrize(
    ("source", "score", "bug"),
    [
        (RIGHT.replace(SEEDED, SEEDED.replace("seed)", "seed + len(method))")), 6, "runs-start-differently"),
        (RIGHT.replace(SEEDED, "w = random.uniform(1, 2)"), 6, "not-deterministic"),
        (MADE_ONCE, 6, "training-continued"),
        (RIGHT.replace(SEEDED, "w = 1.5"), 6, "argument-ignored"),
        (RIGHT.replace("rate * v", "0.1 * v"), 6, "argument-ignored"),
        (RIGHT.replace("0.9", "0.0"), 6, "values-do-the-same"),
        (RIGHT.replace("0.9", "0.0").replace("2 if", "1 if"), 6, "argument-ignored"),
    ],
)
def test_each_mistake_has_its_name_and_costs_its_part(checked, source, score, bug):
    check = checked(source)
    assert (check.diagnosis.bug, check.score) == (bug, score), check.message


STEPS = """\
    first_steps: {inputs: {rate: 1.0e-4, epochs: 3}, sizes: [{plain: [1, 1], heavy: [1, 1.9], fast: [2, 2]}]}
"""


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({}, ""),
        (
            {'method == "heavy"': 'method == "fast"', 'method == "fast"': 'method == "heavy"'},
            "method=heavy and method=fast",
        ),
        ({'method == "heavy"': 'method == "plain"'}, "method=plain and method=heavy"),
        ({"(2 if": "(3 if"}, ""),  # another step, but not that of another method
    ],
)
def test_exchanged_values_are_found_by_their_first_steps(tmp_path, graded, changes, values, is_after):
    load(tmp_path, RUNS.replace("    points: 9\n", STEPS + "    points: 9\n"))
    (tmp_path / "task.md").write_text("runs")
    source = RIGHT
    for number, old in enumerate(changes):
        source = source.replace(old, f"<{number}>")
    for number, new in enumerate(changes.values()):
        source = source.replace(f"<{number}>", new)
    if is_after:
        source = source.replace("        losses.append(w ** 2)\n", "").replace(
            "rate * v\n", "rate * v\n        losses.append(w ** 2)\n"
        )
    (check,) = graded(str(tmp_path), source).checks
    assert values in check.message and check.score == (6 if values else 9)
    assert (check.diagnosis and check.diagnosis.bug) == ("values-exchanged" if values else None)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (RIGHT.replace("range(epochs)", "range(epochs - 1)"), "returns 3 losses for epochs=4"),
        (RIGHT.replace("return losses", "return 'losses'"), "list with the loss of each epoch"),
        (RIGHT.replace("w ** 2", "float('nan')"), "not a finite number"),
    ],
)
def test_losses_of_another_form_are_refused(checked, source, words):
    check = checked(source)
    assert check.score == 0 and words in check.message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("same_start: method", "same_start: epochs", "argument of 'vary'"),
        ("seed: seed", "seed: start", "not a known argument"),
        ("rate: 0.1, ", "", "argument of 'inputs'"),
    ],
)
def test_mistakes_in_the_file_are_reported(tmp_path, old, new, words):
    with pytest.raises(UsageError) as mistake:
        load(tmp_path, RUNS.replace(old, new))
    assert words in str(mistake.value)
