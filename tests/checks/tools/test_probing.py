"""Bugs that only further calls of a submission show."""

from __future__ import annotations

import pytest

from grader.assignment import load
from grader.checks.tools import probing
from grader.diagnosis.samples import Sample, as_arrays
from grader.sandbox.failures import CallError
from grader.student.answers import PlannedCall
from tests.student.in_process import context

SOLUTION = load("single-neuron").file("solution.py").read_text()
PROBE = "random points, 30 epochs"
STEP = "        w = w - learning_rate * dw\n"
BEGIN = "    losses = []\n"
WRONG = {
    "not-deterministic": (STEP, STEP + "        w = w + np.random.normal(size=w.shape)\n"),
    "state-kept-between-calls": (BEGIN, BEGIN + "    calls.append(1)\n    w = w + len(calls)\n"),
    "argument-ignored": (BEGIN, BEGIN + "    learning_rate = 0.05\n"),
    "stops-early": (BEGIN, BEGIN + "    epochs = min(epochs, 7)\n"),
    "learning-rate-changes": (STEP, "        learning_rate *= 1 if len(losses) < 5 else 0.9\n" + STEP),
    "momentum": (
        STEP,
        "        v = 0.5 * (v if len(losses) > 1 else 0) - learning_rate * dw\n"
        "        c = 0.5 * (c if len(losses) > 1 else 0) - learning_rate * db\n"
        "        w, b = w + v, b + c + learning_rate * db\n",
    ),
    "gradient-computed-once": (
        "        dw, db = gradients(X, y, w, b)\n",
        "        dw, db = (dw, db) if len(losses) > 1 else gradients(X, y, w, b)\n",
    ),
    "weight-decay": (STEP, "        w = w - learning_rate * dw - 0.01 * w\n"),
    "gradient-clipped": (STEP, "        dw, db = np.clip(dw, -0.05, 0.05), np.clip(db, -0.05, 0.05)\n" + STEP),
}
ZERO_START = (BEGIN, BEGIN + "    w, b = 0 * w, 0.0\n")
SHORTENED = (
    STEP,
    "        norm = np.sqrt(dw @ dw + db * db)\n"
    "        dw, db = dw * min(1, 0.1 / norm), db * min(1, 0.1 / norm)\n" + STEP,
)


def changed(old, new):
    assert old in SOLUTION
    return "calls = []\n" + SOLUTION.replace(old, new)


def samples(one, function="train", probe=PROBE):
    answered = []
    for case in one.cases.draw([probe]):
        inputs = one.content.functions[function].complete(case.inputs) | case.inputs
        right = one.mutations.results(function, [], inputs)
        values = as_arrays(one.student.call(PlannedCall(function, inputs)).values)
        answered.append(Sample(case.name, inputs, right, values, one.content.functions[function].history))
    return answered


def find(source):
    one = context("single-neuron", source)
    cases = samples(one)
    return probing.find(one, "train", cases, probing.shorter(one, "train", cases))


@pytest.mark.parametrize("bug", WRONG)
def test_behaviour_is_found(bug):
    findings = find(changed(*WRONG[bug]))
    assert [(finding.bug, finding.function) for finding in findings.bugs] == [(bug, "train")]


@pytest.mark.parametrize(
    ("change", "parameters"),
    [
        (WRONG["argument-ignored"], {"fixed": 0.05}),
        (WRONG["stops-early"], {"epoch": 7}),
        (WRONG["momentum"], {"epoch": 2, "step": 0.5}),
        (WRONG["weight-decay"], {"share": 0.01}),
        (WRONG["gradient-clipped"], {"limit": 0.05}),
        (SHORTENED, {"limit": 0.1}),
        (ZERO_START, {"fixed": 0}),
    ],
)
def test_number_of_the_bug_is_found(change, parameters):
    found_parameters = find(changed(*change)).bugs[0].parameters
    assert found_parameters == {name: pytest.approx(value, rel=1e-3) for name, value in parameters.items()}


@pytest.mark.parametrize(
    "change",
    [
        (STEP, STEP),
        (STEP, "        w = w - learning_rate * dw ** 3\n"),
        (STEP, "        w = w + 0.01\n" + STEP),
    ],
)
def test_other_bugs_and_correct_loops_are_not_named(change):
    assert find(changed(*change)) is None


def test_one_epoch_alone_is_an_early_return():
    findings = find(changed(BEGIN, BEGIN + "    epochs = 1\n"))
    assert findings.bugs[0].bug == "stops-early"
    assert findings.bugs[0].parameters == {"epoch": 1}


def test_long_loops_are_called_with_a_few_epochs():
    one = context("single-neuron", SOLUTION)
    long = samples(one)
    short = probing.shorter(one, "train", long)
    assert [sample.inputs["epochs"] for sample in short] == [probing.SHORT] * len(long)
    assert all(sample.agreeing(sample.right) == {"w", "b", "losses"} for sample in short)
    few = probing.with_few_epochs(one, "train", short)
    assert [sample.inputs["epochs"] for sample in few] == [probing.STEPS, *[probing.SHORT] * len(short)]
    assert probing.with_few_epochs(one, "train", few) == few
    assert probing.has_several_epochs(one, "train", few)
    assert not probing.has_several_epochs(one, "train", samples(one, probe="random points, one epoch"))


def test_function_without_epochs_keeps_its_cases():
    one = context("single-neuron", SOLUTION)
    cases = samples(one, "predict", "random points")
    assert probing.shorter(one, "predict", cases) == cases == probing.with_few_epochs(one, "predict", cases)


def test_there_are_no_calls_without_time():
    one = context("single-neuron", SOLUTION)
    cases = samples(one)
    one.log.seconds_left = 0.0
    assert probing.RepeatedCall(one, "train", cases[0])(cases[0].inputs) is None
    assert probing.shorter(one, "train", cases) == cases


@pytest.mark.parametrize(("status", "has_time"), [("error", True), ("failed", True), ("timeout", False)])
def test_calls_end_after_a_time_limit_but_not_after_an_error(monkeypatch, status, has_time):
    one = context("single-neuron", SOLUTION)
    call = probing.RepeatedCall(one, "train", samples(one)[0])

    def fail(*_arguments, **_keywords):
        raise CallError(status, "it failed")

    monkeypatch.setattr(one.student, "call", fail)
    assert call({}) is None
    assert (one.log.seconds_left > 0) == has_time


def test_time_of_the_calls_is_subtracted(monkeypatch):
    one = context("single-neuron", SOLUTION)
    sample = samples(one)[0]
    spent = iter([1.0, 1.5])
    monkeypatch.setattr(type(one.student), "spent", property(lambda _: next(spent)))
    before = one.log.seconds_left
    assert probing.RepeatedCall(one, "train", sample)(sample.inputs).keys() == {"w", "b", "losses"}
    assert one.log.seconds_left == before - 0.5


def test_state_of_a_function_in_a_chain_is_found():
    def of_chain(source):
        one = context("single-neuron", source)
        return probing.in_a_chain(one, ["predict", "gradients"], one.cases.draw(["random points"]))

    kept = changed("    delta = (y_hat", "    calls.append(1)\n    y = y + len(calls)\n    delta = (y_hat")
    assert of_chain(kept).bugs[0].bug == "state-kept-between-calls"
    assert of_chain(kept).bugs[0].function == "gradients"
    assert of_chain(SOLUTION) is None
