"""The facts of ``ffnn``, its reference, and right and wrong submissions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from grader.grading.wrong_solutions import wrong_solutions
from tests.changed import changed
from tests.conftest import ROOT, bundled, known_wrong
from tests.exercises.conftest import module, statuses

EXERCISE = "ffnn"
EXAMPLES = ROOT / "examples" / EXERCISE
program = module(ROOT / "reference" / "bugs" / "ffnn.py")


def digits():
    datasets = pytest.importorskip("sklearn.datasets")
    return datasets.load_digits()


def test_digits_are_those_of_the_lecture():
    images = digits().images
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 16)
    assert {*np.bincount(digits().target)} <= {*range(174, 184)}


@pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 2), (3, 6, 5, 2)])
@pytest.mark.parametrize(
    ("output", "cost"), [("identity", "CostOLS"), ("sigmoid", "CostLogReg"), ("softmax", "CostCrossEntropy")]
)
def test_steps_are_confirmed_by_central_differences(sizes, output, cost):
    random = np.random.default_rng(3)
    count = sum((before + 1) * after for before, after in itertools.pairwise(sizes))
    X, parameters = random.normal(size=(7, 3)), random.normal(size=count)
    t = np.eye(2)[random.integers(2, size=7)]
    net = (sizes, "sigmoid", output, cost)
    step = (parameters - program.train(X, t, parameters, *net, eta=0.1)) / 0.1
    shifts = 1e-6 * np.eye(parameters.size)
    slopes = [
        (program.cost_of(X, t, parameters + shift, *net) - program.cost_of(X, t, parameters - shift, *net)) / 2e-6
        for shift in shifts
    ]
    assert step == pytest.approx(slopes, abs=1e-7)


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 100
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


@pytest.mark.long
@pytest.mark.parametrize("entry", wrong_solutions(bundled(EXERCISE)), ids=lambda entry: entry.name)
def test_known_wrong_solution_fails_its_check_with_its_bug(graded, entry):
    report = graded(EXERCISE, known_wrong(EXERCISE, entry.name))
    check = next(check for check in report.checks if check.name == entry.fails)
    assert check.status == "failed"
    assert entry.bug is None or check.diagnosis.bug == entry.bug


def test_scheduler_that_all_layers_share_is_named(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "shared-optimizer-state"), only=["momentum"])
    (check,) = [check for check in report.checks if check.name == "momentum"]
    assert (check.status, check.diagnosis.bug) == ("failed", "shared-optimizer-state")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_same_score_with_every_seed(graded, source, seed):
    assert graded(EXERCISE, source, seed=seed).score == 100
    assert graded(EXERCISE, (EXAMPLES / "correct.py").read_text(), seed=seed).score == 100


@pytest.mark.long
def test_wrong_example_does_not_pass(graded):
    report = graded(EXERCISE, (EXAMPLES / "wrong.py").read_text())
    assert not report.passed
    assert {name for name, status in statuses(report).items() if status == "failed"} >= {"one-step", "scores"}


def test_wrong_step_does_not_pass_and_its_hint_and_line_are_those_of_the_method(graded):
    source = known_wrong(EXERCISE, "output-slope-missing")
    report = graded(EXERCISE, source)
    step = next(result for result in report.checks if result.name == "one-step")
    assert step.status == "failed" and not report.passed
    assert "in FFNN.fit() first." in step.hint
    assert source.split("\n")[step.evidence.location.line - 1].startswith("    def fit(")


LISTS = "self.weights = [random.normal(size=pair) for pair in pairs]"
# The conventions of the published class, in the example with the biases as first rows.
PUBLISHED = [
    ("np.ones((len(X), 1))", "0.01 * np.ones((len(X), 1))"),
    ("delta = (output - t) / len(X)", "delta = (output - t) / (1 if self.output_func == softmax else len(X))"),
    ("delta @ old[i + 1][1:].T", "delta @ self.weights[i + 1][1:].T"),
    ("            return output.argmax(axis=1)", "            return (output > threshold).astype(int)"),
    (
        "        size = len(X) // batches",
        "        rows = np.random.randint(len(X), size=len(X))\n        X, t, size = X[rows], t[rows], len(X) // batches",
    ),
]
FORMS = {
    "published conventions": ("example", PUBLISHED),
    "published conventions without drawn rows": ("example", PUBLISHED[:-1]),
    "published slope of LRELU": (
        "solution",
        [("alpha=0.01", "alpha=10e-4"), ("z > 0, 1.0, 0.01", "z > 0, 1.0, 10e-4")],
    ),
    "published conventions with this slope": (
        "example",
        [*PUBLISHED, ("x > 0, x, 0.01 * x", "x > 0, x, 10e-4 * x"), ("z > 0, 1.0, 0.01", "z > 0, 1.0, 10e-4")],
    ),
    "a missing n for the softmax": ("example", PUBLISHED[1:2]),
    "a cross-entropy divided by its entries": (
        "example",
        [
            (
                "delta = (output - t) / len(X)",
                "delta = (output - t) / (t.size if self.output_func == softmax else len(X))",
            )
        ],
    ),
    "shuffled rows": (
        "solution",
        [
            (
                "        cost = self.cost_func(t)",
                "        order = np.random.permutation(len(X))\n        X, t = X[order], t[order]\n        cost = self.cost_func(t)",
            )
        ],
    ),
    "other names": (
        "solution",
        [
            ("class FFNN", "class NeuralNetwork"),
            ("self, dimensions, hidden_func=sigmoid", "self, layers, hidden_func=sigmoid"),
            ("self.dimensions = dimensions", "self.dimensions = layers"),
            (
                "fit(self, X, t, scheduler, batches=1, epochs=100, lam=0)",
                "fit(self, X, y, optimizer, epochs=100, batches=1, lmbd=0)",
            ),
            (
                "        weight_schedulers = [",
                "        t, scheduler, lam = y, optimizer, lmbd\n        weight_schedulers = [",
            ),
        ],
    ),
    "weights (out, in)": (
        "solution",
        [
            (LISTS, "self.weights = [random.normal(size=pair[::-1]) for pair in pairs]"),
            ("activations[-1] @ W + b", "activations[-1] @ W.T + b"),
            ("activations[layer].T @ delta + lam * W", "(activations[layer].T @ delta).T + lam * W"),
            ("delta @ W.T", "delta @ W"),
        ],
    ),
    "float32": (
        "solution",
        [(LISTS, "self.weights = [random.normal(size=pair).astype(np.float32) for pair in pairs]")],
    ),
    "seeded globally": (
        "solution",
        [("random = np.random.default_rng(self.seed)", "np.random.seed(self.seed)\n        random = np.random")],
    ),
    "two scores": ("solution", [('{"train_errors": np.array(costs)}', '{"loss": costs, "accuracy": tuple(costs)}')]),
}


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_other_forms_are_right(graded, source, form):
    own, changes = FORMS[form]
    text = source if own == "solution" else (EXAMPLES / "correct.py").read_text()
    report = graded(EXERCISE, changed(text, *changes))
    assert [check.message for check in report.checks if check.status != "passed"] == []


@pytest.mark.long
def test_published_conventions_are_noted(graded):
    report = graded(EXERCISE, changed((EXAMPLES / "correct.py").read_text(), *PUBLISHED))
    messages = " ".join(check.message for check in report.checks)
    for convention in (
        "bias-input-one-hundredth",
        "one-hot-prediction",
        "published-network",
        "drawn at random",
        "first rows",
    ):
        assert convention in messages


@pytest.mark.long
def test_a_mistake_counts_once(graded):
    """The derivative is missing in every step, and only the first check about a step fails."""
    report = graded(EXERCISE, known_wrong(EXERCISE, "activation-derivative-missing"))
    assert [name for name, status in statuses(report).items() if status == "failed"] == ["one-step"]


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["bias-forgotten", "output-activation-missing", "hidden-activation-missing", "hidden-activation-in-output"]
)
def test_a_wrong_forward_pass_counts_once_and_does_not_pass(graded, name):
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    assert [check for check, status in statuses(report).items() if status != "passed"] == ["outputs"]
    assert report.score == 86 and not report.passed


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "failed", "score"),
    [
        ("np.where(X > 0, X, 0.0)", "np.abs(X)", ["relu-function"], 98),
        # Nothing about two classes is left without the sigmoid.
        (
            "return np.where(X >= 0, 1 / (1 + e), e / (1 + e))",
            "return 1 - np.where(X >= 0, 1 / (1 + e), e / (1 + e))",
            ["sigmoid-function", "two-classes", "one-step-two-classes"],
            87,
        ),
    ],
)
def test_a_wrong_function_that_is_passed_to_the_network_counts_once_and_does_not_pass(
    graded, source, old, new, failed, score
):
    report = graded(EXERCISE, changed(source, (old, new)))
    assert {name for name, status in statuses(report).items() if status == "failed"} <= {*failed, "threshold"}
    assert (report.score, report.passed) == (pytest.approx(score, abs=1), False)
    outputs = next(check for check in report.checks if check.name == "outputs")
    assert "Judged without the cases that use your own" in outputs.message


@pytest.mark.long
def test_a_wrong_forward_pass_of_the_published_class_counts_once(graded):
    wrong = ("self.output_func if i + 1 == len(self.weights) else self.hidden_func", "self.hidden_func")
    report = graded(EXERCISE, changed((EXAMPLES / "correct.py").read_text(), *PUBLISHED[:-1], wrong))
    assert [check for check, status in statuses(report).items() if status != "passed"] == ["outputs"]


@pytest.mark.long
def test_training_that_does_nothing_does_not_pass(graded, source):
    nothing = ("        costs = []", "        return {'train_errors': np.zeros(epochs)}")
    report = graded(EXERCISE, changed(source, nothing))
    assert not report.passed
    assert {name for name, status in statuses(report).items() if status == "failed"} >= {
        "one-step",
        "batches",
        "digits",
    }
