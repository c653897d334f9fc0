"""Tables of results: complete, from runs, with the right best entry; and mistakes in the file."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load

TABLE = """\
name: sweeping
version: "1"
title: A table of results
functions:
  run: {signature: "(method, rate, seed)", returns: [losses]}
variables:
  results: {type: table}
  best: {type: key}
checks:
  - name: results
    title: The table is complete
    kind: table
    variable: results
    keys: &keys {method: [plain, fast], rate: [0.1, 5.0]}
    function: run
    inputs: {seed: 1}
    points: 6
  - {name: best, title: The best run, kind: table, variable: results, keys: *keys, best: best, points: 4}
"""
RIGHT = """\
import math
def run(method, rate, seed):
    w, losses = 1.0 + seed, []
    for _ in range(20):
        losses.append(w * w if abs(w) < 1e6 else math.nan)
        w = w - rate * w * (2 if method == "fast" else 1)
    return losses
results = {(method, rate): run(method, rate, 1)[-1] for method in ("plain", "fast") for rate in (0.1, 5.0)}
best = min((key for key in results if math.isfinite(results[key])), key=results.get)
"""


@pytest.fixture
def checked(tmp_path, graded):
    load(tmp_path, TABLE)
    (tmp_path / "task.md").write_text("a table")

    def run(source):
        return {check.name: check for check in graded(str(tmp_path), source).checks}

    return run


@pytest.mark.parametrize(
    "more",
    [
        "",
        "results = {method: {rate: run(method, rate, 1)[-1] for rate in (0.1, 5)} for method in ('plain', 'fast')}",
        "results = {(rate, method): loss for (method, rate), loss in results.items()}\nbest = (best[1], best[0])",
        "import numpy as np\nresults = {(m, np.float32(r)): np.float64(x) for (m, r), x in results.items()}",
        "results['plain', 0.01] = run('plain', 0.01, 1)[-1]",
        "best = [*best]",
    ],
)
def test_a_right_table_passes_in_each_form(checked, more):
    results = checked(RIGHT + more)
    assert [check.score for check in results.values()] == [6, 4], [check.message for check in results.values()]
    (picture,) = results["results"].evidence.pictures
    assert [entry.right for entry in picture.entries].count(True) == 3


@pytest.mark.parametrize(
    ("old", "new", "check", "bug"),
    [
        ("1)[-1]", "1)[0]", "results", "first-instead-of-last"),
        ("run(method, rate, 1)[-1]", "sum(run(method, rate, 1)) / 20", "results", "mean-instead-of-last"),
        ("1)[-1]", "2)[-1]", "results", "results-not-from-runs"),
        ("best = min((", "best = max((", "best", "largest-as-best"),
        ("if math.isfinite(results[key])", "if not math.isfinite(results[key])", "best", "diverged-run-as-best"),
    ],
)
def test_each_mistake_has_its_name(checked, old, new, check, bug):
    result = checked(RIGHT.replace(old, new))[check]
    assert result.score == 0
    assert result.diagnosis.bug == bug, result.message


def test_a_smaller_entry_than_the_best_is_named_but_not_shown(checked):
    more = "\nresults['fast', 0.01] = 0.03\nbest = ('fast', 0.01)\nresults['plain', 5.0] = 9.0"
    result = checked(RIGHT + more)["best"]
    assert result.diagnosis.bug == "best-not-smallest" and "0.1" not in result.message


@pytest.mark.parametrize(
    ("more", "check", "words"),
    [
        ("results = [1, 2]", "results", "it must be a dict"),
        ("del results['fast', 5.0]", "results", "lacks 1 of 4 entries, the first is `results['fast', 5]`"),
        ("results['plain', 0.1] = [1.0, 2.0]", "results", "it must be one number"),
        ("best = 0.25", "best", "it must be a key of `results`"),
        ("best = 'x' * 10_000", "best", "it must be a key of `results`"),
        ("def run(method, rate, seed): return None", "results", "must return numbers"),
    ],
)
def test_other_forms_are_refused_in_a_sentence(checked, more, check, words):
    result = checked(RIGHT + more)[check]
    assert result.score == 0 and words in result.message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    inputs: {seed: 1}\n", "", "has no seed, which run needs"),
        ("best: best, ", "best: best, inputs: {seed: 1}, ", "inputs belong to a function"),
        ("    function: run\n    inputs: {seed: 1}\n", "", "either a function"),
        ("results: {type: table}", "results: {type: array}", "type table"),
        ("method: [plain, fast]", "how: [plain, fast]", "not a known argument"),
    ],
)
def test_mistakes_in_the_file_are_reported(tmp_path, old, new, words):
    with pytest.raises(UsageError) as mistake:
        load(tmp_path, TABLE.replace(old, new, 1))
    assert words in str(mistake.value)


def test_table_of_runs_that_are_never_the_same_costs_nothing_if_that_has_cost_points(tmp_path, graded):
    runs = """\
  - name: runs
    title: Runs can be compared
    kind: runs
    function: run
    inputs: {method: plain, rate: 0.1, seed: 1, epochs: 3}
    vary: {method: [fast]}
    epochs: epochs
    still: {rate: 1.0e-12}
    same_start: method
    seed: seed
    points: 6
"""
    content = TABLE.replace("rate, seed)", "rate, seed, epochs)").replace("{seed: 1}", "{seed: 1, epochs: 20}")
    load(tmp_path, content.replace("checks:\n", "checks:\n" + runs))
    (tmp_path / "task.md").write_text("a table")
    random = RIGHT.replace("rate, seed)", "rate, seed, epochs=20)").replace("range(20)", "range(epochs)")
    random = "import random\n" + random.replace("1.0 + seed", "random.uniform(1, 2)")
    invented = random + "results = {key: 1e-9 if key[1] < 1 else 1e9 for key in results}\n"
    for source, results in ((random, "passed"), (invented, "failed")):
        statuses = {check.name: check.status for check in graded(str(tmp_path), source).checks}
        assert (statuses["runs"], statuses["results"]) == ("partial", results)
