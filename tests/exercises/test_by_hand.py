"""The facts of ``by-hand``, its reference, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "by-hand"
INPUTS, TARGET, A = np.array([2.0, 3.0]), 1.0, 0.05
W1, W2 = np.array([[0.11, 0.12], [0.21, 0.08]]), np.array([0.14, 0.15])
NEW_W1, NEW_W2 = [[0.121326, 0.132135], [0.226989, 0.0982025]], [0.1743825, 0.169416]


def test_numbers_of_the_slide(solution):
    h, pred = solution.forward(INPUTS, W1, W2)
    assert h == pytest.approx([0.85, 0.48]) and pred == pytest.approx(0.191)
    assert solution.error(pred, TARGET) == pytest.approx(0.32724, abs=5e-6)
    assert solution.delta(pred, TARGET) == pytest.approx(-0.809)
    new_W1, new_W2 = solution.update(INPUTS, W1, W2, TARGET, A)
    assert new_W1 == pytest.approx(np.array(NEW_W1), abs=5e-8) and new_W2 == pytest.approx(NEW_W2, abs=5e-8)
    assert solution.forward(INPUTS, new_W1, new_W2)[1] == pytest.approx(0.25574578, abs=5e-9)


def test_famous_mistake_also_gives_the_number_that_the_slide_prints(solution, source):
    wrong = {}
    exec(changed(source, ("np.outer(i, W2)", "np.outer(i, new_W2)")), wrong)
    pred = solution.forward(INPUTS, *wrong["update"](INPUTS, W1, W2, TARGET, A))[1]
    assert pred == pytest.approx(0.26062834, abs=5e-9) and round(pred, 2) == round(0.25574578, 2) == 0.26


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 100
    starter = "import numpy as np\n" + "".join(
        f"def {name}:\n    raise NotImplementedError\n"
        for name in ("forward(i, W1, W2)", "error(pred, target)", "delta(pred, target)", "update(i, W1, W2, target, a)")
    )
    assert graded(EXERCISE, starter).score == 0


def test_famous_mistake_is_named_and_does_not_pass(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "output-weights-updated-first"))
    (update,) = [check for check in report.checks if check.name == "update"]
    assert update.diagnosis.bug == "updated-weights" and not report.passed


@pytest.mark.long
def test_mistake_in_forward_costs_only_its_own_points(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "rows-for-columns"))
    assert statuses(report)["update"] == "passed"


COLUMNS = [
    ("return h, pred", "return h, pred[0, 0]"),
    ("h = i @ W1", "h = np.reshape(i, (1, 2)) @ W1"),
    ("pred = h @ W2", "pred = h @ np.reshape(W2, (2, 1))"),
    ("a * d * h", "a * d * h.ravel()"),
]


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        COLUMNS,
        [("new_W2 = W2 - a * d * h", "new_W2 = W2 - a * d * h.T"), ("np.outer(i, W2)", "(i.T @ W2.T)")],
        [
            ("def error(pred, target)", "def Error(y_hat, y)"),
            ("0.5 * (pred - target) ** 2", "np.square(y - y_hat) / 2"),
        ],
    ],
)
def test_other_forms_are_right(graded, source, changes):
    assert graded(EXERCISE, changed(source, *changes)).score == 100


@pytest.mark.long
def test_reference_gives_the_numbers_of_the_slide(reference):
    new_W1, new_W2 = reference.update(INPUTS, W1, W2, TARGET, A)
    assert np.asarray(new_W1) == pytest.approx(np.array(NEW_W1), abs=5e-8)
    assert np.asarray(new_W2) == pytest.approx(NEW_W2, abs=5e-8)


@pytest.mark.long
def test_update_of_the_reference_agrees_with_central_differences(reference):
    random = np.random.default_rng(3)
    for _ in range(5):
        i, w1, w2, target = random.normal(size=2), random.normal(size=(2, 2)), random.normal(size=2), random.normal()

        def error(w1, w2, i=i, target=target):
            return float(reference.error(reference.forward(i, w1, w2)[1], target))

        new_w1, new_w2 = (np.asarray(item) for item in reference.update(i, w1, w2, target, 1.0))
        for place in np.ndindex(2, 2):
            step = np.zeros((2, 2))
            step[place] = 1e-5
            slope = (error(w1 + step, w2) - error(w1 - step, w2)) / 2e-5
            assert (w1 - new_w1)[place] == pytest.approx(slope, abs=1e-8)
        for place in range(2):
            step = np.eye(2)[place] * 1e-5
            slope = (error(w1, w2 + step) - error(w1, w2 - step)) / 2e-5
            assert (w2 - new_w2)[place] == pytest.approx(slope, abs=1e-8)
