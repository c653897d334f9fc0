"""Changes of statements."""

from __future__ import annotations

import pytest

from grader.mutation import statements

pytestmark = pytest.mark.quick

TRAIN = """def train(X, y, w, b, lr, epochs, fit_bias=True):
    losses = []
    for _ in range(epochs):
        losses.append(loss(y, predict(X, w, b)))
        dw, db = gradients(X, y, w, b)
        w = w - lr * dw
        if fit_bias:
            b = b - lr * db
    return w, b, losses
"""
CONVOLUTION = """def convolve(image, kernel):
    result = np.zeros(3)
    for i in range(3):
        result[i] += image[i] * kernel
    return result
"""


def test_update_or_record_is_left_out(edited):
    assert edited(statements.left_out, TRAIN) == {
        ("step-left-out", "", "losses.append(loss(y, predict(X, w, b)))"),
        ("parameter-never-updated", "", "w = w - lr * dw"),
        ("bias-never-updated", "pass", "b = b - lr * db"),
    }


def test_first_value_of_a_name_is_never_left_out(edited):
    assert edited(statements.left_out, "def f(x):\n    y = x\n    z = y\n    return z\n") == set()


def test_argument_is_changed_in_place(edited):
    assert edited(statements.in_place, TRAIN) == {
        ("argument-changed-in-place", "w -= lr * dw", "w = w - lr * dw"),
        ("argument-changed-in-place", "b -= lr * db", "b = b - lr * db"),
    }


def test_sum_in_a_loop_is_overwritten(edited):
    assert edited(statements.overwritten, CONVOLUTION) == {
        ("only-the-last-sample", "result[i] = image[i] * kernel", "result[i] += image[i] * kernel"),
        ("sign-flipped", "result[i] -= image[i] * kernel", "result[i] += image[i] * kernel"),
    }


def test_update_in_place_goes_uphill_or_forgets_the_start(edited):
    assert edited(statements.overwritten, "def step(w, dw):\n    w -= dw\n    return w\n") == {
        ("steps-uphill", "w += dw", "w -= dw"),
        ("start-not-kept", "w = -(dw)", "w -= dw"),
    }


def test_update_comes_before_the_gradient_of_the_layer_before(edited):
    source = """def backward(w, d, x):
    dw = d * x
    e = w * d
    w = w - dw
    return w, e
"""
    assert edited(statements.exchanged, source) == {("updated-weights", "e = w * d", "e = w * d")} or edited(
        statements.exchanged, source
    ) == {("updated-weights", "w = w - dw", "w = w - dw")}


def test_steps_that_need_each_other_keep_their_order(edited):
    assert edited(statements.exchanged, "def f(x):\n    a = x + 1\n    b = a * 2\n    return b\n") == set()


def test_results_are_permuted(edited):
    assert edited(statements.results, TRAIN) == {
        ("permuted-results", "return b, w, losses", "return w, b, losses"),
        ("permuted-results", "return w, losses, b", "return w, b, losses"),
        ("permuted-results", "db, dw = gradients(X, y, w, b)", "dw, db = gradients(X, y, w, b)"),
    }


def test_switch_is_inverted_or_ignored(edited):
    assert edited(statements.conditions, TRAIN) == {
        ("switch-inverted", "if not fit_bias:", "if fit_bias:"),
        ("argument-ignored", "if True:", "if fit_bias:"),
    }


def test_condition_is_negated(edited):
    source = "def f(x):\n    if x > 0 and x < 5:\n        x = 1\n    else:\n        x = 2\n    return x\n"
    assert {bug for bug, *_lines in edited(statements.conditions, source)} == {"comparison-inverted", "branch-missing"}


ATTEND = """def attend(X, W, b):
    out = np.zeros(3)
    for x in X:
        out = out + x @ W
    out = out + b
    return out
"""
COUNTED = """def counted(X):
    total, count = 0, 0
    for x in X:
        total = total + x
        count += 1
    return total / count
"""


def test_step_after_a_loop_is_done_in_every_round(edited):
    assert edited(statements.moved, ATTEND) == {
        (
            "done-in-every-round",
            "out = out + b",
            "out = out + b",
        )
    }


def test_last_step_of_a_loop_is_done_once(edited):
    assert edited(statements.moved, COUNTED) == {("done-only-once", "count += 1", "count += 1")}


ADAM = """def adam(w, steps):
    losses = []
    m = 0 * w
    v = 0 * w
    for t in range(1, steps + 1):
        losses.append(w)
        m = 0.9 * m + w
        v = 0.9 * v + w**2
        w = w - m / v
    return w
"""


def test_value_starts_anew_in_every_round(edited):
    edits = edited(statements.started_anew, ADAM)
    assert {bug for bug, _added, _removed in edits} == {"started-anew-in-every-round"}
    added = {added for _bug, added, _removed in edits}
    assert added == {"losses = []", "m = 0 * w", "v = 0 * w", "m = 0 * w; v = 0 * w", "w_start = w; w = w_start"}
    assert edited(statements.started_anew, TRAIN) == {
        ("started-anew-in-every-round", "losses = []", "losses = []"),
        ("started-anew-in-every-round", "b_start = b; w_start = w; b = b_start; w = w_start", ""),
    }
