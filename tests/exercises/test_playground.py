"""The data sets of ``playground``, its reference, and right and wrong ways to make them."""

from __future__ import annotations

import numpy as np
import pytest

EXERCISE = "playground"
DATA = ["circle", "xor", "gauss", "spiral"]
NAMES = [*DATA, *(f"{name}-noise" for name in DATA)]

OWN_STYLE = """
import numpy as np
def make_circle(n, noise=0.0, seed=None):
    rng = np.random.default_rng(seed)
    half = n // 2
    out = []
    for count, low, high in ((half, 2, 3), (n - half, 0, 1)):
        r, t = np.sqrt(rng.uniform(low ** 2, high ** 2, count)), rng.uniform(0, 2 * np.pi, count)
        out.append(np.c_[r * np.cos(t), r * np.sin(t)])
    return np.vstack(out) + rng.normal(0, noise, (n, 2)), np.array([0] * half + [1] * (n - half))

def make_xor(num, noise, random_state):
    rng = np.random.RandomState(random_state)
    pts = rng.uniform(-3, 3, size=(num, 2))
    y = (pts[:, 0] * pts[:, 1] < 0).astype(float)
    return pts + noise * rng.randn(num, 2), y

def make_gauss(n, noise, seed):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    c = np.array([[-2, -2], [2, 2]])[y]
    return rng.normal(c, np.sqrt(0.5 ** 2 + noise ** 2)), y

def make_spiral(n, noise, seed):
    np.random.seed(seed)
    r = np.linspace(0, 3, n // 2)
    arms = [np.column_stack((r * np.cos(np.pi * r + shift), r * np.sin(np.pi * r + shift))) for shift in (0, np.pi)]
    X = np.concatenate(arms) + np.random.normal(scale=noise, size=(2 * (n // 2), 2))
    return X, np.concatenate([np.zeros(n // 2), np.ones(n // 2)])
"""


def checks_of(graded, source, only):
    return {check.name: check for check in graded(EXERCISE, source, only=only).checks}


def test_data_in_another_style_pass(graded):
    for check in checks_of(graded, OWN_STYLE, NAMES).values():
        assert check.status == "passed" and check.diagnosis is None, check


@pytest.mark.table
@pytest.mark.parametrize(
    ("change", "name", "bug"),
    [
        (("((half, 2, 3), (n - half, 0, 1))", "((half, 0, 1), (n - half, 2, 3))"), "circle", "labels-swapped"),
        (("(half, 2, 3)", "(half, 1.5, 3)"), "circle", None),
        (("rng.uniform(0, 2 * np.pi, count)", "rng.uniform(0, np.pi, count)"), "circle", None),
        (("* pts[:, 1] < 0", "* pts[:, 1] > 0"), "xor", "labels-swapped"),
        (("rng.uniform(-3, 3,", "rng.uniform(0, 3,"), "xor", None),
        (("* pts[:, 1] < 0", "* 1 < 0"), "xor", None),
        (("[[-2, -2], [2, 2]]", "[[2, 2], [-2, -2]]"), "gauss", "labels-swapped"),
        (("0.5 ** 2", "0.5"), "gauss", "another-spread"),
        (("[[-2, -2], [2, 2]]", "[[-1, -1], [1, 1]]"), "gauss", "another-mean"),
        (("shift in (0, np.pi)", "shift in (np.pi, 0)"), "spiral", "labels-swapped"),
        (("shift in (0, np.pi)", "shift in (0, 0)"), "spiral", None),
        (("r = np.linspace(0, 3, n // 2)", "r = np.linspace(0, 0.1, n // 2)"), "spiral", None),
        (("+ rng.normal(0, noise, (n, 2))", ""), "circle-noise", "argument-ignored"),
        (("+ noise * rng.randn", "+ noise ** 0.5 * rng.randn"), "xor-noise", "variance-as-deviation"),
        (("default_rng(seed)\n    y", "default_rng()\n    y"), "gauss-noise", "not-deterministic"),
        (("np.random.seed(seed)", "np.random.seed(0)"), "spiral-noise", "same-random-numbers"),
    ],
)
def test_wrong_data_are_named(graded, change, name, bug):
    assert change[0] in OWN_STYLE
    check = checks_of(graded, OWN_STYLE.replace(*change), [name])[name]
    assert check.status == "failed"
    assert (check.diagnosis.bug if check.diagnosis else None) == bug, check.message


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "hidden", "activation", "rate", "epochs", "low", "high"),
    [
        ("circle", [8], "tanh", 0.03, 40, 0.98, 1),
        ("circle", [8], "linear", 0.03, 40, 0.3, 0.72),
        ("spiral", [20, 20], "tanh", 0.02, 120, 0.95, 1),
    ],
)
def test_bands_hold_for_the_reference(reference, name, hidden, activation, rate, epochs, low, high):
    values = []
    for seed in range(10):
        points, labels = reference.make(name, 400 if name == "spiral" else 200, 0, seed)
        predict = reference.train((points, labels), hidden, activation, rate, 0.0, epochs, seed)
        new, new_labels = reference.make(name, 2000, 0, 1000 + seed)
        values.append(((predict(new) > 0.5) == new_labels).mean())
    assert low <= min(values) and max(values) <= high, np.round(values, 3)


@pytest.mark.long
def test_large_network_overfits_a_few_noisy_points(reference):
    for seed in range(10):
        points, labels = reference.make("gauss", 40, 3.0, seed)
        predict = reference.train((points, labels), [32, 32], "tanh", 0.03, 0.0, 150, seed)
        new, new_labels = reference.make("gauss", 2000, 3.0, 1000 + seed)
        gap = ((predict(points) > 0.5) == labels).mean() - ((predict(new) > 0.5) == new_labels).mean()
        assert gap > 0.08
