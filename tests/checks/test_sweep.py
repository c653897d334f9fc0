"""``sweep``: a training loop converges and diverges where the rule says, whatever else it does."""

from __future__ import annotations

import pytest

from grader.support.errors import NotGradable, UsageError
from tests.assignment.tiny import load
from tests.checks.one_check import bugs, changed, check_of, outcome_of, solution

SOURCE = solution("minimizer").split("\nrandom =")[0]  # without the figure
TEXT = """\
name: tiny
version: "1"
title: Halving a number
reference: reference.py
functions:
  halve: {signature: "(x, rate, epochs)", returns: [x, costs], history: costs}
probes:
  some: {inputs: {x: 3.0, epochs: 20}}
checks:
  - name: rates
    title: It converges below 2
    kind: sweep
    function: halve
    probes: [some]
    vary: {rate: [0.5, 1 + 0.5, 2.5]}
    expect: {converges_below: 2, limit: {x: 0}}
    points: 10
"""


def sweep(source, **changes):
    return outcome_of("minimizer", "sweep", source, **changes)


def test_probes_need_not_have_the_arguments_of_the_sweep(tmp_path):
    (check,) = load(tmp_path, TEXT).content.checks
    assert list(check.own_inputs()) == ["rate"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (", history: costs", "", "halve has no history"),
        ("{rate: [", "{speed: [1], rate: [", "'speed' is not a known argument"),
        ("{x: 0}", "{y: 0}", "'y' is not a known result"),
        (
            "below: 2",
            "below: 2 / size",
            "the expression '2 / size' uses size, which is neither an input nor a function",
        ),
        ("below: 2", "below: open(x)", "'open"),
        ("[0.5, 1 + 0.5, 2.5]", "[]", "vary.rate"),
        ("2.5]", "2.5], epochs: [" + ", ".join(map(str, range(30))) + "]", "90 runs are too many; at most 32"),
        ("expect: {converges_below: 2,", "expect: {", "converges_below"),
    ],
)
def test_mistakes_in_the_file_are_reported(tmp_path, old, new, sentence):
    assert old in TEXT
    with pytest.raises(UsageError) as error:
        load(tmp_path, TEXT.replace(old, new))
    assert sentence in str(error.value)
    assert "assignment.yaml:" in str(error.value)


@pytest.mark.quick
def test_correct_loop_gets_full_marks_with_a_picture():
    outcome = sweep(SOURCE)
    assert (outcome.share, bugs(outcome)) == (1, [])
    assert outcome.message == "`minimise` converges and diverges where it has to, in 10 runs."
    (picture,) = outcome.pictures
    assert [run.ending for run in picture.runs] == ["converges"] * 3 + ["diverges"] * 2
    assert all(run.right for run in picture.runs)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("w - learning_rate", "w + learning_rate", "the values of costs should fall, but they go from"),
        ("w = w - learning_rate * dw", "w = w - learning_rate * dw / 2", "should grow, but"),
        ("b = b - learning_rate * db", "pass", "the run settles, but not at the right w and b."),
        ("    return w, b, costs", "    return w, b, costs[:1]", "costs has fewer than two entries."),
        (
            "        costs.append",
            "        if costs[1:] and costs[-1] > costs[-2]:\n            break\n        costs.append",
            "expected 200, one per epoch.",
        ),
    ],
)
def test_wrong_loop_gets_no_points(old, new, sentence):
    outcome = sweep(changed(SOURCE, old, new))
    assert outcome.share == 0
    assert outcome.message.startswith("`minimise`, case 'spread points 1', learning_rate=")
    assert sentence in outcome.message
    assert not all(run.right for run in outcome.pictures[0].runs)


def test_end_is_judged_by_the_rule_and_not_by_the_path():
    slower = changed(
        SOURCE, "costs.append", "dw, db = gradient(w, b, x, y)\n        w = w - 1e-9 * dw\n        costs.append"
    )
    assert sweep(slower).share == 1
    ending = changed(SOURCE, "costs.append", "if costs and costs[-1] > 1e12:\n            break\n        costs.append")
    assert sweep(ending).share == 1


def test_rule_that_the_reference_does_not_obey_is_not_graded():
    rule = check_of("minimizer", "sweep").expect
    wrong = rule.model_copy(update={"converges_below": "0.5 * learning_rates(x, y)"})
    with pytest.raises(NotGradable, match="The reference does not obey the rule of 'sweep' for learning_rate="):
        sweep(SOURCE, expect=wrong)
    broken = rule.model_copy(update={"converges_below": "1 / len(w)"})
    with pytest.raises(NotGradable, match="The rule of 'sweep' cannot be computed"):
        sweep(SOURCE, expect=broken)


def test_several_arguments_are_combined():
    vary = {"learning_rate": ["0.5 * learning_rates(x, y)", "1.5 * learning_rates(x, y)"], "epochs": ["150", "200"]}
    outcome = sweep(SOURCE, vary=vary, probes=["spread points"])
    assert outcome.share == 1
    labels = [run.label for run in outcome.pictures[0].runs]
    assert [label.split(", ")[1] for label in labels] == ["epochs=150", "epochs=200"] * 2
