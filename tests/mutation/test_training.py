"""Changes of training loops, and of other loops."""

from __future__ import annotations

import pytest

from grader.mutation import arguments, training, updates
from tests.changed import changed
from tests.mutation.test_statements import CONVOLUTION, TRAIN

pytestmark = pytest.mark.quick

NETWORK = """def train(X, y, W1, b1, W2, b2, learning_rate, epochs):
    losses = []
    for _ in range(epochs):
        Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)
        losses.append(0.5 * np.sum((y - y_hat) ** 2) / len(y))
        dW1, db1, dW2, db2 = backward(X, y, Z1, A1, Z2, y_hat, W2)
        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2
    return W1, b1, W2, b2, losses
"""


def bugs(edits):
    return {bug for bug, *_lines in edits}


def test_loop_returns_after_its_first_round(edited):
    assert edited(training.left_early, TRAIN) == {("stops-early", "return w, b, losses", "")}
    assert edited(training.left_early, CONVOLUTION) == {("loop-left-early", "return result", "")}


def test_gradient_is_computed_before_the_loop(edited):
    line = "dw, db = gradients(X, y, w, b)"
    assert edited(training.once, TRAIN) == {("gradient-computed-once", line, line)}


def test_gradient_before_the_loop_gets_the_outputs_that_it_needs(edited):
    added = {added for _bug, added, _removed in edited(training.once, NETWORK)}
    forward = "Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)"
    backward = "dW1, db1, dW2, db2 = backward(X, y, Z1, A1, Z2, y_hat, W2)"
    assert f"{forward}; {backward}" in added


def test_history_is_recorded_after_the_update_or_never_again(edited):
    edits = edited(training.history, TRAIN)
    assert bugs(edits) == {"history-taken-elsewhere", "losses-never-change"}
    assert any("losses.append(first)" in added for _bug, added, _removed in edits)


@pytest.mark.parametrize("source", [TRAIN, NETWORK])
def test_parameters_are_updated_after_each_sample(edited, source):
    edits = edited(training.per_sample, source)
    assert bugs(edits) == {"update-per-sample"}
    assert any("for i in range(len(y)):" in added and "X[i:i + 1]" in added for _bug, added, _removed in edits)
    assert any("X[:, i:i + 1]" in added for _bug, added, _removed in edits)


def test_updates_per_sample_replace_the_update_for_all_samples(edited):
    record = "        losses.append(loss(y, predict(X, w, b)))\n"
    later = TRAIN.replace(record, "").replace("    return", f"{record}    return")
    for source in (TRAIN, later):
        for _bug, _added, removed in edited(training.per_sample, source):
            assert "dw, db = gradients(X, y, w, b)" in removed


def test_history_of_updates_per_sample_uses_all_samples(edited):
    for _bug, added, removed in edited(training.per_sample, NETWORK):
        assert "losses.append" not in added + removed


def test_list_is_kept_for_all_calls(edited):
    assert edited(training.kept_state, TRAIN) == {("state-kept-between-calls", "losses = []", "losses = []")}


def test_start_is_returned(edited):
    ((bug, added, _removed),) = edited(training.start_returned, TRAIN)
    assert bug == "start-returned"
    assert "w_start = w" in added
    assert "return (w_start, b_start, losses)" in added


def test_several_updates_are_left_out(edited):
    edits = edited(updates.left_out, NETWORK)
    assert ("bias-never-updated", "pass; pass", "b1 = b1 - learning_rate * db1; b2 = b2 - learning_rate * db2") in edits
    assert len(edits) == 5  # the biases, the weights, each layer, everything


def test_learning_rate_is_left_out_of_several_updates(edited):
    edits = edited(updates.without_rate, NETWORK)
    assert (
        "argument-ignored",
        "b1 = b1 - db1; b2 = b2 - db2",
        "b1 = b1 - learning_rate * db1; b2 = b2 - learning_rate * db2",
    ) in edits


@pytest.mark.parametrize(
    ("operator", "bug", "line"),
    [
        (arguments.ignored, "argument-ignored", "fit_bias = True"),
        (arguments.ignored, "switch-inverted", "fit_bias = not fit_bias"),
        (arguments.ignored, "argument-ignored", "lr = 0.1"),
        (arguments.ignored, "bias-forgotten", "b = 0 * b"),
        (arguments.scaled, "steps-uphill", "lr = -lr"),
        (arguments.scaled, "mean-instead-of-sum", "lr = lr / len(y)"),
        (arguments.labels, "labels-from-the-inputs", "y = X[:, 1]"),
        (arguments.truncated, "truncated-to-integers", "w = np.trunc(w)"),
    ],
)
def test_argument_is_replaced_at_the_start(edited, operator, bug, line):
    assert (bug, line, "") in edited(operator, TRAIN)


def test_gradient_is_computed_again_before_the_next_update(edited):
    source = TRAIN.replace("        if fit_bias:\n            b = b - lr * db\n", "        b = b - lr * db\n")
    assert ("updated-weights", "dw, db = gradients(X, y, w, b)", "") in edited(training.updated, source)


CLIP = """def clip(dW, db, limit):
    norm = np.sqrt(np.sum(dW**2) + np.sum(db**2))
    if norm > limit:
        return dW * limit / norm, db * limit / norm
    return dW, db
"""


def test_each_array_is_treated_alone(edited):
    [(bug, added, _removed)] = edited(arguments.each_alone, CLIP)
    assert bug == "each-alone"
    assert "return together(dW, 0 * db, limit)[0], together(0 * dW, db, limit)[1]" in added


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dW * limit / norm, db * limit / norm", "db * limit / norm, dW * limit / norm"),
        ("np.sum(dW**2) + np.sum(db**2)", "limit"),
        ("    return dW, db\n", "    return dW\n"),
    ],
)
def test_arrays_without_a_common_number_are_not_treated_alone(edited, old, new):
    assert edited(arguments.each_alone, changed(CLIP, (old, new))) == set()


def test_only_one_entry_of_the_history_is_returned(edited):
    edits = edited(training.history_changed, TRAIN)
    assert ("only-the-last-entry", "return w, b, np.array(losses)[-1]", "return w, b, losses") in edits
    assert ("not-averaged", "return w, b, len(y) * np.array(losses)", "return w, b, losses") in edits


def test_steps_replace_the_parameters(edited):
    added = {lines for bug, lines, _removed in edited(updates.replaced, NETWORK) if bug == "start-not-kept"}
    assert any("W1 = (learning_rate * dW1)" in lines for lines in added)
    assert any("b2 = -(learning_rate * db2)" in lines for lines in added)
