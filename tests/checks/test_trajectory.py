"""``trajectory``: a training loop agrees with the reference in its parameters and in every loss."""

from __future__ import annotations

import pytest

from tests.assignment.tiny import GOOD, load
from tests.checks.one_check import bugs, changed, outcome_of, solution

NEURON = solution("single-neuron")
LOSS = "        losses.append(loss(y, predict(X, w, b)))\n"
UPDATE_OF_BIAS = "            b = b - learning_rate * db\n"


def trajectory(source):
    return outcome_of("single-neuron", "trajectory", source, probes=["lecture, 20 epochs", "random points, 30 epochs"])


@pytest.mark.quick
def test_check_needs_a_reference(tmp_path):
    text = GOOD.replace("kind: values", "kind: trajectory")
    (check,) = load(tmp_path, text).content.checks
    assert check.judges_function
    declarations = load(tmp_path, text).content.model_copy(update={"reference": None})
    assert "'sigmoid' compares with a reference" in next(check.problems(declarations)).sentence


def test_loop_like_the_reference_gets_full_marks():
    outcome = trajectory(NEURON)
    assert (outcome.share, bugs(outcome)) == (1, [])
    assert outcome.message == "`train` agrees with the reference in every epoch, in 3 cases."
    (chart,) = outcome.pictures
    assert (chart.quantity, chart.model) == ("loss", "train()")


def test_loss_after_the_update_is_accepted():
    source = changed(changed(NEURON, LOSS, ""), UPDATE_OF_BIAS, UPDATE_OF_BIAS + LOSS)
    assert trajectory(source).share == 1
    assert trajectory(changed(source, LOSS, LOSS.replace("y, predict", "y, 0.9 * predict"))).share == 0


@pytest.mark.parametrize(
    ("old", "new", "bug", "message"),
    [
        ("range(epochs)", "range(epochs + 1)", "one-epoch-too-many", "w is wrong in 3 of 3 entries"),
        ("w - learning_rate * dw", "w - 2 * learning_rate * dw", "stray-factor-two", "w is wrong in 3 of 3 entries"),
        ("np.array(losses)", "np.array(losses[1:-1])", None, "losses has 18 entries, expected 20, one per epoch."),
    ],
)
def test_one_wrong_result_costs_all_points(old, new, bug, message):
    outcome = trajectory(changed(NEURON, old, new))
    assert outcome.share == 0
    assert outcome.message.startswith("`train`, case 'lecture, 20 epochs': ")
    assert message in outcome.message
    assert bugs(outcome) == ([bug] if bug else [])


def test_chart_shows_the_losses_of_the_first_wrong_case():
    right, wrong = trajectory(NEURON), trajectory(changed(NEURON, "range(epochs)", "range(min(epochs, 25))"))
    assert wrong.evidence.content["case"] == "random points, 30 epochs 1"
    assert len(right.pictures) == len(wrong.pictures) == 1
    assert wrong.pictures != right.pictures
