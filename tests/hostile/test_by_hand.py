"""Submissions with numerical instead of derived gradients, and honest submissions that look similar in part.

Each file in ``by_hand/`` replaces the function ``gradients`` in a solution of single-neuron.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.conftest import ending

FILES = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "by_hand").glob("*.py"))}
NUMERIC = """
def numerical_gradient(X, y, w, b, h=1e-5):
    def cost(w, b):
        return loss(y, predict(X, w, b))
    dw = np.array([(cost(w + h * e, b) - cost(w - h * e, b)) / (2 * h) for e in np.eye(len(w))])
    return dw, (cost(w, b + h) - cost(w, b - h)) / (2 * h)

"""
DERIVED = """
def gradients(X, y, w, b=0.0):
    {before}
    y_hat = predict(X, w, b)
    delta = (y_hat - y) * y_hat * (1 - y_hat)
    dw, db = X.T @ delta, np.sum(delta)
    {after}
    return dw, db

"""
COMPARED = "nw, nb = numerical_gradient(X, y, w, b)"
SINGLE = "X, y, w, b = (np.asarray(v, np.float32) for v in (X, y, w, b))"
# {name: (code before a derivation by hand, code after it, whether the instructor gets a note)}
HONEST = {
    "by hand": ("", "", False),
    "compared": ("", f"{COMPARED}; assert np.allclose(dw, nw, atol=1e-6)", False),
    "compared before": (COMPARED, "", False),
    "compared by SciPy": ("", "from scipy.optimize import approx_fprime; approx_fprime(w, lambda v: loss(y, predict(X, v, b)))", False),
    "float32": (SINGLE, "dw, db = dw.astype(np.float32), np.float32(db)", False),
    "float32 as float64": (SINGLE, "dw, db = dw.astype(np.float64), float(db)", False),
    "float32 as float64, compared": (SINGLE, f"dw, db = dw.astype(np.float64), float(db); {COMPARED}", True),
    "weights in float32, compared": ("w = w.astype(np.float32)", COMPARED, True),
    "rounded": ("", "dw, db = np.round(dw, 7), np.round(db, 7)", False),
    "rounded, compared": ("", f"dw, db = np.round(dw, 7), np.round(db, 7); {COMPARED}", True),
    "never exactly zero": (COMPARED, "dw, db = dw + 1e-9, db + 1e-9", True),
}  # fmt: skip


def headers(text):
    return dict(re.findall(r"^# (gradients|bug|noted): (.+)$", text, flags=re.MULTILINE))


def in_place_of_gradients(solution, text):
    before, rest = solution.split("def gradients", 1)
    return before + text + "def train" + rest.split("def train", 1)[1]


@pytest.mark.table
@pytest.mark.parametrize("name", FILES)
def test_numerical_gradients_are_detected(graded, solution, name):
    if "scipy" in FILES[name] and importlib.util.find_spec("scipy") is None:
        pytest.skip("SciPy is not installed")
    declared = headers(FILES[name])
    report = graded("single-neuron", in_place_of_gradients(solution, FILES[name]), ["gradients"])
    check = report.checks[0]
    assert check.status == declared["gradients"], check.message
    assert (check.diagnosis.bug if check.diagnosis else None) == declared.get("bug")
    assert bool(check.evidence.for_instructor) is ("noted" in declared)
    if declared.get("bug"):
        assert "chain rule" in check.message


@pytest.mark.table
@pytest.mark.parametrize("name", HONEST)
def test_derived_gradients_pass(graded, solution, name):
    if "SciPy" in name and importlib.util.find_spec("scipy") is None:
        pytest.skip("SciPy is not installed")
    before, after, noted = HONEST[name]
    text = NUMERIC + DERIVED.format(before=before, after=after)
    check = graded("single-neuron", in_place_of_gradients(solution, text), ["gradients"]).checks[0]
    assert check.status == "passed", check.message
    assert bool(check.evidence.for_instructor) is noted


def test_numerical_gradients_cost_only_the_points_of_the_derivation(graded, solution):
    report = graded("single-neuron", in_place_of_gradients(solution, FILES["central"]))
    assert report.score == report.max_score - ending(report.model_dump(), "gradients")["max_score"]
