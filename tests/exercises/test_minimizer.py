"""The facts of ``minimizer``, its reference, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "minimizer"


def points():
    """The 50 points of the facts: x uniform from 0 to 10, y = 2 x + 1 with noise."""
    random = np.random.default_rng(1)
    x = random.uniform(0, 10, 50)
    return x, 2 * x + 1 + random.normal(size=50)


def curvatures(x):
    """The eigenvalues of the second derivatives of the mean squared error by w and b, the smaller first."""
    A = np.column_stack([x, np.ones_like(x)])
    return np.linalg.eigvalsh(2 * A.T @ A / len(x))


def least_squares(x, y):
    return np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y, rcond=None)[0]


def test_largest_learning_rate_follows_from_the_curvature(solution):
    x, y = points()
    low, high = curvatures(x)
    assert (low, high) == pytest.approx((0.433, 70.96), abs=5e-3)
    assert high / low == pytest.approx(164, abs=0.5)
    assert solution.learning_rates(x, y) == pytest.approx(2 / high) == pytest.approx(0.0282, abs=5e-5)
    assert curvatures((x - x.mean()) / x.std()) == pytest.approx([2, 2])


def test_learning_rates_below_and_above_the_largest(solution):
    x, y = points()
    w, b, _costs = solution.minimise(x, y, 0.0, 0.0, 0.0254, 1000)
    assert (w, b) == pytest.approx(least_squares(x, y), abs=2e-5)
    w, b, _costs = solution.minimise(x, y, 0.0, 0.0, 0.031, 148)
    assert abs(w) > 1e12
    _w, b, _costs = solution.minimise(x, y, 0.0, 0.0, 0.001, 1000)
    assert (b, least_squares(x, y)[1]) == pytest.approx((0.50, 0.85), abs=5e-3)


def test_step_of_the_slide_goes_from_one_to_nine_tenths(solution):
    # (w x)^2 with x^2 = 1/2 is w^2 / 2, the function of the slide "Optimizers in Keras".
    w, _b, _costs = solution.minimise(np.array([0.5**0.5]), np.array([0.0]), 1.0, 0.0, 0.1, 1)
    assert w == pytest.approx(0.9)


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source.split("\nrandom =")[0]).score == 100  # the figure is a bonus
    starter = "".join(
        f"def {name}:\n    raise NotImplementedError\n"
        for name in (
            "cost(w, b, x, y)",
            "gradient(w, b, x, y)",
            "minimise(x, y, w0, b0, learning_rate, epochs, batch_size=None)",
            "learning_rates(x, y)",
        )
    )
    assert graded(EXERCISE, starter).score == 0


@pytest.mark.parametrize(
    ("name", "check", "bug"),
    [
        ("last-batch-dropped", "batches", "last-batch-left-out"),
        ("flattest-direction", "learning-rates", "smallest-curvature"),
    ],
)
def test_mistake_is_named(graded, name, check, bug):
    report = graded(EXERCISE, known_wrong(EXERCISE, name).split("\nrandom =")[0])
    assert [result.diagnosis.bug for result in report.checks if result.diagnosis] == [bug]
    assert statuses(report)[check] == "failed"


@pytest.mark.long
def test_wrong_gradient_costs_only_its_own_points(graded):
    results = statuses(graded(EXERCISE, known_wrong(EXERCISE, "factor-two-missing")))
    assert [name for name, status in results.items() if status == "failed"] == ["gradient"]


@pytest.mark.long
@pytest.mark.parametrize("name", ["missing", "uphill"])
def test_submission_whose_minimiser_is_missing_or_wrong_does_not_pass(graded, source, name):
    text = changed(source.split("\nrandom =")[0], ("def minimise", "def _other")) if name == "missing" else None
    assert not graded(EXERCISE, text or known_wrong(EXERCISE, name)).passed


RIGHT = {
    "costs before the steps": [
        ("        costs.append(cost(w, b, x, y))\n", ""),
        ("        for start", "        costs.append(cost(w, b, x, y))\n        for start"),
    ],
    "the batch size first": [("x, y, w0, b0, learning_rate, epochs, batch_size=None", "batch_size, epochs, learning_rate, w0, b0, y, x")],
    "array of costs": [("return w, b, costs", "return w, b, np.array(costs)")],
    "dict of results": [("return w, b, costs", 'return {"w": w, "b": b, "costs": costs}')],
    "other names": [("minimise(", "gradient_descent("), ("learning_rate,", "lr,"), ("learning_rate *", "lr *"), ("learning_rates(", "max_learning_rate(")],
    "one formula for the rate": [
        (
            "    A = np.column_stack([x, np.ones(len(x))])\n    curvature = 2 * A.T @ A / len(x)\n"
            "    return 2 / np.max(np.linalg.eigvalsh(curvature))",
            "    s, t = np.mean(x**2) + 1, np.mean(x)\n    return 2 / (s + np.sqrt(s**2 - 4 * (s - 1 - t**2)))",
        )
    ],
    "searches the rate": [
        (
            "    return 2 / np.max(np.linalg.eigvalsh(curvature))",
            "    low, high = 0.0, 10.0\n    while high - low > 0.002 * high:\n        rate = (low + high) / 2\n"
            "        costs = minimise(x, y, 0.0, 0.0, rate, 3000)[2]\n"
            "        low, high = (rate, high) if costs[-1] <= costs[0] else (low, rate)\n    return low",
        )
    ],
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", RIGHT)
def test_other_forms_are_right(graded, source, name):
    text = source.split("\nrandom =")[0]
    for old, new in RIGHT[name]:
        text = changed(text, (old, new)) if text.count(old) == 1 else text.replace(old, new)
    report = graded(EXERCISE, text)
    assert report.score == 100, [check.message for check in report.checks if check.status != "passed"]


A_CLASS = """
import numpy as np

class LinearRegression:
    def __init__(self, w=0.0, b=0.0):
        self.w = w
        self.b = b

    def cost(self, x, y):
        return float(((y - self.w * x - self.b) ** 2).sum() / len(y))

    def gradient(self, x, y):
        residual = y - self.w * x - self.b
        return -2 * np.dot(residual, x) / len(x), -2 * residual.mean()

    def fit(self, x, y, lr, epochs, batch_size=None):
        batches = 1 if batch_size is None else int(np.ceil(len(x) / batch_size))
        costs = [self.cost(x, y)]
        for _ in range(epochs):
            for k in range(batches):
                rows = slice(None) if batch_size is None else slice(k * batch_size, (k + 1) * batch_size)
                dw, db = self.gradient(x[rows], y[rows])
                self.w -= lr * dw
                self.b -= lr * db
            costs.append(self.cost(x, y))
        return self.w, self.b, costs[1:]

def learning_rates(x, y):
    x = np.asarray(x)
    return 1 / np.linalg.norm(np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]]), 2)
"""


@pytest.mark.long
def test_class_is_right(graded):
    assert graded(EXERCISE, A_CLASS).score == 100


@pytest.mark.long
def test_rule_of_the_sweep_holds_for_a_thousand_seeds():
    from grader.assignment import load
    from grader.checks.tools.runs import judged
    from grader.expected import probes
    from grader.expected.mutations import Mutations

    loaded = load(EXERCISE)
    (check,) = [check for check in loaded.content.checks if check.name == "sweep"]
    mutations = Mutations(loaded)
    for seed in range(1000):
        for case in probes.cases(loaded.content, check.probes, seed)[:1]:
            limit = {name: mutations.value(text, case.inputs) for name, text in check.expect.limit.items()}
            bound = mutations.value(check.expect.converges_below, case.inputs)
            for text in check.vary["learning_rate"]:
                rate = mutations.value(text, case.inputs)
                inputs = {**case.inputs, "learning_rate": rate, "batch_size": None}
                results = mutations.results("minimise", [], inputs)
                ended = judged(text, results, "costs", bool(rate < bound), limit, check.tolerance)
                assert ended.problem == "", (seed, text)


@pytest.mark.long
def test_reference_has_the_same_facts(reference):
    x, y = points()
    w, b, costs = reference.minimise(x, y, 0.0, 0.0, 0.0254, 1000)
    assert (float(w), float(b)) == pytest.approx(least_squares(x, y), abs=2e-5)
    assert len(costs) == 1001
    assert float(reference.learning_rates(x, y)) == pytest.approx(2 / curvatures(x)[1])


@pytest.mark.long
def test_gradient_of_the_reference_agrees_with_central_differences(reference):
    random, step = np.random.default_rng(4), 1e-6
    for _ in range(5):
        x, y, w, b = random.normal(size=7), random.normal(size=7), random.normal(), random.normal()
        dw, db = map(float, reference.gradient(w, b, x, y))
        cost = reference.cost
        assert dw == pytest.approx(float(cost(w + step, b, x, y) - cost(w - step, b, x, y)) / (2 * step), abs=1e-7)
        assert db == pytest.approx(float(cost(w, b + step, x, y) - cost(w, b - step, x, y)) / (2 * step), abs=1e-7)


@pytest.mark.long
def test_a_summed_gradient_counts_once_although_training_diverges(graded):
    """Each run follows the own gradient, which has the right direction. A batch has no direction to compare with."""
    report = graded("minimizer", known_wrong("minimizer", "gradient-not-averaged"))
    found = {check.name: check.status for check in report.checks}
    assert {name for name, status in found.items() if status != "passed"} == {"gradient", "hyper-parameters"}
    assert report.score > 80 and not report.passed
