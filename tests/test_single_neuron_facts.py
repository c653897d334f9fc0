"""The facts of the exercise, asserted against the live TensorFlow reference."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from grader.support.places import REFERENCE

X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]], dtype=float)
Y = np.array([0, 1, 0, 1], dtype=float)
W0 = np.array([-0.2, 0.4, -1.0])
UNSEEN = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]], dtype=float)
CORNERS = np.vstack([X, UNSEEN])
LABELS = CORNERS[:, 1]


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("single_neuron_reference", REFERENCE / "single_neuron.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_outputs_and_loss_at_the_start(reference):
    outputs = reference.predict(X, W0).numpy()
    assert outputs == pytest.approx([0.26894142, 0.31002552, 0.23147522, 0.35434369], abs=5e-9)
    assert float(reference.loss(Y, outputs)) == pytest.approx(0.509423557, abs=5e-10)
    assert outputs.dtype == np.float64


def test_gradient_at_the_start_has_the_opposite_sign_of_the_slide(reference):
    dw, _ = reference.gradients(X, Y, W0)
    assert dw.numpy() == pytest.approx([-0.10641408, -0.29530822, -0.20125297], abs=5e-9)


def test_one_update(reference):
    w, _, losses = reference.train(X, Y, W0, epochs=1, fit_bias=False)
    assert w.numpy() == pytest.approx([-0.09358592, 0.69530822, -0.79874703], abs=5e-9)
    assert losses.numpy() == pytest.approx([0.509423557, 0.379379671], abs=5e-10)


def test_without_bias_the_origin_never_moves(reference):
    w, b, _ = reference.train(X, Y, W0, epochs=100, fit_bias=False)
    assert float(reference.predict([[1, 1, 0]], w, b)[0]) == pytest.approx(0.98801299, abs=5e-9)
    assert float(reference.predict([[0, 0, 0]], w, b)[0]) == 0.5


def test_without_fit_bias_the_given_bias_stays_in_the_forward_pass(reference):
    _, b, losses = reference.train(X, Y, W0, b=0.7, epochs=3, fit_bias=False)
    assert float(b) == 0.7
    assert float(losses[0]) == pytest.approx(float(reference.cost(X, Y, W0, 0.7)))


def test_last_success_of_the_lecture_is_not_a_success(reference):
    w, b, _ = reference.train(X, Y, W0, b=-5.0, learning_rate=0.1, epochs=100)
    outputs = reference.predict(CORNERS, w, b).numpy()
    assert outputs[4] == pytest.approx(0.00720712, abs=5e-9)
    assert (outputs < 0.012).all()
    assert np.mean((outputs[:4] > 0.5) == (Y > 0.5)) == 0.5


@pytest.mark.parametrize(("rate", "epochs"), [(0.1, 558), (1.0, 57)])
def test_all_eight_corners_are_right_only_after(reference, rate, epochs):
    w, b, _ = reference.train(X, Y, W0, b=-5.0, learning_rate=rate, epochs=epochs - 1)
    assert not all_right(reference, w, b)
    w, b, _ = reference.train(X, Y, w, b=b, learning_rate=rate, epochs=1)
    assert all_right(reference, w, b)


def all_right(reference, w, b):
    return ((reference.predict(CORNERS, w, b).numpy() > 0.5) == (LABELS > 0.5)).all()


@pytest.mark.parametrize(
    ("epochs", "outputs"),
    [
        (200, [0.0353, 0.8867, 0.0347, 0.8849]),  # the probe of the exercise
        pytest.param(1000, [0.0224, 0.9718, 0.0203, 0.9689], marks=pytest.mark.long),
    ],
)
def test_unseen_corners_after_training(reference, epochs, outputs):
    w, b, _ = reference.train(X, Y, W0, b=-5.0, epochs=epochs)
    assert reference.predict(UNSEEN, w, b).numpy() == pytest.approx(outputs, abs=5e-5)


def test_tape_agrees_with_central_differences(reference):
    random = np.random.default_rng(1)
    step = 1e-6
    for _ in range(5):
        points, labels, w, b = (
            random.normal(size=(7, 3)),
            random.integers(0, 2, 7),
            random.normal(size=3),
            random.normal(),
        )
        dw, db = reference.gradients(points, labels, w, b)
        for i, unit in enumerate(np.eye(3)):
            ends = [float(reference.cost(points, labels, w + sign * step * unit, b)) for sign in (1, -1)]
            assert float(dw[i]) == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-8)
        ends = [float(reference.cost(points, labels, w, b + sign * step)) for sign in (1, -1)]
        assert float(db) == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-8)


def test_sigmoid_is_finite_for_large_inputs(reference):
    assert reference.sigmoid([-1000.0, 0.0, 1000.0]).numpy().tolist() == [0.0, 0.5, 1.0]
