"""The facts of ``regularization``, its reference, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import ROOT, known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "regularization"
KEPT = "    kept = rng.random(a.shape) >= p\n    return a * kept / (1 - p)"


def test_dropout_keeps_the_mean_and_drops_a_share(solution):
    ones = np.ones((500, 200))
    out = solution.dropout(ones, 0.3, np.random.default_rng(0), True)
    assert out.mean() == pytest.approx(1, abs=0.01) and (out == 0).mean() == pytest.approx(0.3, abs=0.005)
    assert (solution.dropout(ones, 0.3, np.random.default_rng(0), False) == 1).all()


def test_penalty_is_that_of_keras_and_its_gradient_has_a_factor_two(solution):
    weights = [np.array([[1.0, -2.0], [3.0, 0.5]]), np.array([[4.0], [-1.0]])]
    assert solution.l2_penalty(weights, 0.001) == pytest.approx(0.001 * (1 + 4 + 9 + 0.25 + 16 + 1))
    for W, gradient in zip(weights, solution.l2_gradient(weights, 0.001), strict=True):
        assert gradient == pytest.approx(0.002 * W)


def test_decay_has_the_learning_rate_that_the_slide_forgets(solution):
    zero = np.zeros(2)
    w, b = solution.decay_step(np.array([1.0, -2.0]), np.array([3.0]), zero, np.zeros(1), lam=0.1, learning_rate=0.5)
    assert w == pytest.approx((1 - 2 * 0.5 * 0.1) * np.array([1.0, -2.0])) and b == 3


@pytest.mark.parametrize(
    ("losses", "patience", "expected"),
    [
        ([0.9, 0.7, 0.8, 0.7, 0.6], 2, (3, 1)),
        ([0.5, 0.6], 1, (1, 0)),
        ([3, 2, 1], 1, (2, 2)),
        ([1, 1, 1, 1], 3, (3, 0)),
    ],
)
def test_stop_counts_from_zero_and_an_equal_loss_is_no_improvement(solution, losses, patience, expected):
    assert solution.stop_epoch(losses, patience) == expected


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 105
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


@pytest.mark.parametrize("name", ["kept-instead-of-dropped", "tie-counts-as-improvement"])
def test_mistake_is_named_and_does_not_pass(graded, name):
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    bugs = {check.diagnosis.bug for check in report.checks if check.diagnosis is not None}
    assert bugs == {"share-of-the-rest" if name == "kept-instead-of-dropped" else name} and not report.passed


@pytest.mark.long
@pytest.mark.parametrize("name", ["dropout", "l2_penalty", "l2_gradient", "stop_epoch"])
def test_submission_with_an_unfinished_function_does_not_pass(graded, source, name):
    assert not graded(EXERCISE, f"{source}\n\ndef {name}(*arguments):\n    raise NotImplementedError\n").passed


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        [(KEPT, "    return np.where(rng.random(a.shape) < p, 0, a / (1 - p))")],
        [(KEPT, "    return a * rng.binomial(1, 1 - p, size=a.shape) / (1 - p)")],
        [(KEPT, "    return a * rng.choice([0, 1], a.shape, p=[p, 1 - p]) / (1 - p)")],
        [(KEPT, "    mask = (rng.uniform(0, 1, size=a.shape) > p).astype(np.float32)\n    a = a * mask\n    a /= 1 - p\n    return a")],
        [(KEPT, "    out = np.copy(a)\n    for i in range(a.shape[0]):\n        for j in range(a.shape[1]):\n            out[i, j] = 0 if rng.random() < p else a[i, j] / (1 - p)\n    return out")],
        [("rng, training)", "rng=None, training=True)")],
        [("dropout(a, p, rng, training)", "dropout(x, rate, training, rng)"), ("return a\n", "return x\n"), ("rng.random(a.shape) >= p", "rng.random(x.shape) >= rate"), ("a * kept / (1 - p)", "x * kept / (1 - rate)")],
        [("np.sum(W**2)", "np.linalg.norm(W) ** 2")],
        [("np.sum(W**2)", "np.vdot(W, W)")],
        [("(weights, lam):\n    \"\"\"Return the derivative", "(Ws, lambda_):\n    \"\"\"Return the derivative"), ("[2 * lam * W for W in weights]", "tuple(2 * lambda_ * W for W in Ws)")],
        [("for epoch, loss in enumerate(val_losses)", "val_losses = np.asarray(val_losses)\n    for epoch, loss in enumerate(val_losses)")],
        [("return epoch, best", "return {'stop': epoch, 'best': best}"), ("return len(val_losses) - 1, best", "return {'stop': len(val_losses) - 1, 'best': best}")],
    ],
)  # fmt: skip
def test_other_forms_are_right(graded, source, changes):
    report = graded(EXERCISE, changed(source, *changes))
    assert {name: status for name, status in statuses(report).items() if status != "passed"} == {}


@pytest.mark.long
def test_examples_are_right_and_wrong(graded):
    folder = ROOT / "examples" / EXERCISE
    report = graded(EXERCISE, (folder / "correct.py").read_text())
    assert report.score == 100 and statuses(report)["remedies"] == "skipped"
    assert not graded(EXERCISE, (folder / "wrong.py").read_text()).passed


@pytest.mark.long
def test_correct_dropout_passes_with_every_seed(graded, source):
    for seed in range(20):
        assert {*statuses(graded(EXERCISE, source, ("dropout", "evaluation", "generator"), seed=seed)).values()} == {"passed"}  # fmt: skip


@pytest.mark.long
def test_reference_agrees_with_keras(reference):
    import keras

    weights = [np.random.default_rng(0).normal(size=(3, 4)), np.random.default_rng(1).normal(size=(4, 2))]
    of_keras = sum(float(keras.regularizers.L2(0.001)(W)) for W in weights)
    assert float(reference.l2_penalty(weights, 0.001)) == pytest.approx(of_keras, rel=1e-6)
    # An epoch in which the loss is not smaller is counted, as in the callback of Keras.
    for losses in ([0.9, 0.7, 0.8, 0.7, 0.6], [1.0, 1.0, 0.5, 0.6, 0.7, 0.8], [3.0, 2.0, 1.0]):
        callback = keras.callbacks.EarlyStopping("val_loss", patience=2)
        callback.set_model(keras.Sequential())
        callback.model.stop_training = False
        callback.on_train_begin()
        for epoch, loss in enumerate(losses):
            callback.on_epoch_end(epoch, {"val_loss": loss})
            if callback.model.stop_training:
                break
        assert reference.stop_epoch(losses, 2) == (epoch, callback.best_epoch)
