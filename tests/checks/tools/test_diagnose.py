"""The bug of a failed check: found when the outcome is diagnosed, and only if it explains all answers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment import load
from grader.checks.outcome import Outcome
from grader.checks.tools import diagnose
from grader.diagnosis import findings_of_check
from grader.diagnosis.log import AnsweredCase
from grader.student.answers import PlannedCall
from tests.changed import changed
from tests.student.in_process import context

SOLUTION = load("single-neuron").file("solution.py").read_text()
FAILED = Outcome(0.0, "It is wrong.")


WITHOUT_BIAS = changed(SOLUTION, ("X @ w + b", "X @ w"))
UPHILL = changed(
    SOLUTION, ("w - learning_rate * dw", "w + learning_rate * dw"), ("b - learning_rate", "b + learning_rate")
)


def answers(one, function, probe="random points"):
    """Return the cases of a probe with the correct results and the submission's answers."""
    answered = []
    for case in one.cases.draw([probe]):
        inputs = one.content.functions[function].complete(case.inputs) | case.inputs
        right = one.mutations.results(function, [], inputs)
        answered.append(AnsweredCase(case, right, one.student.call(PlannedCall(function, inputs)).values))
    return answered


def diagnosed(one, function, answered, **options):
    outcome = diagnose.named(FAILED, one, function, answered, **options)
    return outcome.diagnose(FAILED)


def bugs(outcome):
    return [bug.bug for bug in outcome.bugs.bugs] if outcome.bugs else []


def test_correct_answers_are_remembered_but_not_diagnosed():
    one = context("single-neuron", SOLUTION)
    right, answered = Outcome(1.0, "Right."), answers(one, "predict")
    assert diagnose.named(right, one, "predict", answered) is right
    assert one.log.answers == {"predict": answered}


def test_bug_and_first_wrong_result_are_named():
    one = context("single-neuron", WITHOUT_BIAS)
    outcome = diagnosed(one, "predict", answers(one, "predict"))
    assert bugs(outcome) == ["bias-forgotten"]
    assert outcome.evidence.where == "y_hat"
    assert one.log.findings == [outcome.bugs]


def test_submission_is_not_called_before_the_diagnosis():
    one = context("single-neuron", UPHILL)
    answered = answers(one, "train", "random points, 30 epochs")
    before = one.student.answer_count
    outcome = diagnose.named(FAILED, one, "train", answered)
    assert one.student.answer_count == before
    assert bugs(outcome.diagnose(FAILED)) == ["steps-uphill"]
    assert one.student.answer_count > before


def test_bug_must_explain_the_answers_of_earlier_checks():
    one = context("single-neuron", WITHOUT_BIAS)
    other = context("single-neuron", SOLUTION)
    diagnose.named(FAILED, one, "predict", answers(other, "predict", "as many points as weights"))
    assert bugs(diagnosed(one, "predict", answers(one, "predict"))) == []


def test_bug_that_is_passed_on_is_the_earlier_one():
    one = context("single-neuron", WITHOUT_BIAS)
    first = diagnosed(one, "predict", answers(one, "predict"))
    passed_on = diagnosed(one, "gradients", answers(one, "gradients"))
    assert passed_on.bugs is first.bugs
    assert passed_on.bugs.bugs[0].function == "predict"


def test_other_attempt_counts_if_only_it_is_explained():
    one = context("single-neuron", WITHOUT_BIAS)
    explained = answers(one, "predict")
    unexplained = [
        case._replace(answers={"y_hat": np.sin(np.arange(7) ** 2 + seed)}) for seed, case in enumerate(explained)
    ]
    other = Outcome(0.0, "It is wrong with the other input.")
    assert bugs(diagnosed(one, "predict", unexplained)) == []
    one.log.answers.clear()
    outcome = diagnosed(one, "predict", unexplained, others=[(other, explained)])
    assert (outcome.message, bugs(outcome)) == (other.message, ["bias-forgotten"])


def test_without_an_explanation_the_first_outcome_counts():
    one = context("single-neuron", WITHOUT_BIAS)
    unexplained = [case._replace(answers={"y_hat": np.sin(np.arange(7) ** 2)}) for case in answers(one, "predict")]
    outcome = diagnosed(one, "predict", unexplained, others=[(Outcome(0.0, "Other."), unexplained)])
    assert (outcome.message, bugs(outcome)) == (FAILED.message, [])


def test_single_number_does_not_show_how_it_was_computed(monkeypatch):
    one = context("single-neuron", SOLUTION)
    monkeypatch.setattr(diagnose.diagnosis, "find", lambda *_: findings_of_check("bias-forgotten", "y_hat"))
    arrays = answers(one, "predict")
    numbers = [case._replace(answers={"y_hat": 0.5}) for case in arrays]
    assert bugs(diagnosed(one, "predict", arrays)) == ["bias-forgotten"]
    one.log.answers.clear()
    assert bugs(diagnosed(one, "predict", numbers)) == []


@pytest.mark.parametrize(("is_undecided", "expected"), [(True, []), (False, ["transposed"])])
def test_bug_of_a_layout_is_not_named_while_the_layout_is_undecided(monkeypatch, is_undecided, expected):
    one = context("single-neuron", SOLUTION)
    monkeypatch.setattr(diagnose.diagnosis, "find", lambda *_: findings_of_check("transposed", "y_hat"))
    one.log.is_layout_undecided = is_undecided
    assert bugs(diagnosed(one, "predict", answers(one, "predict"))) == expected


def test_answer_that_is_not_numeric_is_not_diagnosed():
    one = context("single-neuron", SOLUTION)
    texts = [case._replace(answers={"y_hat": "0.5"}) for case in answers(one, "predict")]
    outcome = diagnosed(one, "predict", texts)
    assert outcome is FAILED


def test_bug_of_one_function_is_passed_on_in_a_chain():
    one = context("single-neuron", WITHOUT_BIAS)
    check = SimpleNamespace(functions_called=["predict", "gradients"], steps=1)

    def ends(own):
        return [
            AnsweredCase(
                case,
                one.mutations.results("gradients", [], case.inputs),
                one.student.call(PlannedCall("gradients", case.inputs)).values
                if own
                else {"dw": np.arange(3.0), "db": 7.0},
            )
            for case in one.cases.draw(["random points"])
        ]

    first = diagnosed(one, "predict", answers(one, "predict"))
    assert diagnose.chained(FAILED, one, check, ends(own=True)).diagnose(FAILED).bugs is first.bugs
    assert diagnose.chained(FAILED, one, check, ends(own=False)).diagnose(FAILED).bugs is None
    right = Outcome(1.0, "Right.")
    assert diagnose.chained(right, one, check, ends(own=True)) is right


def test_attempt_is_returned_in_the_layout_of_the_task():
    turned = SimpleNamespace(student=SimpleNamespace(layout=SimpleNamespace(turned=lambda values: {**values, "t": 1})))
    attempt = SimpleNamespace(cases=["case"], expected=[{"a": 2}], answered=[{"a": 3}])
    assert diagnose.of_tried(turned, attempt) == [("case", {"a": 2, "t": 1}, {"a": 3, "t": 1})]


OWN_PREDICT = changed(SOLUTION, ("sigmoid(X @ w + b)", "sigmoid(X @ w + 2 * b + 0.1)"))


@pytest.mark.parametrize(
    ("change", "wrong", "right"),
    [
        (("np.sum(delta)", "-np.sum(delta)"), "db", "dw"),
        (("X.T @ delta, ", "-X.T @ delta, "), "dw", "db"),
    ],
)
def test_result_that_is_right_by_consequences_is_not_the_first_wrong_one(graded, change, wrong, right):
    checks = {check.name: check for check in graded("single-neuron", changed(OWN_PREDICT, change)).checks}
    check = checks["gradients"]
    assert f"Right: {right}. Judged by the results of your own `predict`" in check.message
    assert check.evidence.where == wrong
    assert check.hint.startswith(f"The first wrong result is {wrong}.")
    assert check.evidence.code_line == changed("return X.T @ delta, np.sum(delta)", change)


def test_result_that_was_wrong_in_an_earlier_check_is_not_the_first_wrong_one_where_it_is_right():
    one = context("single-neuron", SOLUTION)
    wrong = [case._replace(answers={"dw": np.arange(3.0), "db": 7.0}) for case in answers(one, "gradients")]
    diagnose.named(FAILED, one, "gradients", wrong)
    here = [case._replace(answers={**case.answers, "db": 7.0}) for case in answers(one, "gradients")]
    judged = Outcome(0.5, "db is wrong.", right=frozenset({"dw"}))
    outcome = diagnose.named(judged, one, "gradients", here).diagnose(judged)
    assert outcome.evidence.where == "db"
    assert outcome.judged.right == ()  # dw is wrong in another check, so no line is cleared by it


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ({"dW1": None, "dW2": np.ones(2)}, "layers-left-out"),
        ({"dW1": None, "dW2": None}, "nothing-returned"),
    ],
)
def test_missing_arrays_of_a_list_are_layers_that_are_left_out(answered, expected):
    functions = {"back": SimpleNamespace(entries={"dW": ("dW1", "dW2")}, changes={}, history=None, complete=dict)}
    one = SimpleNamespace(
        content=SimpleNamespace(functions=functions),
        mutations=SimpleNamespace(can_compute=lambda _function: False),
        log=SimpleNamespace(answers={}, is_layout_undecided=False),
    )
    case = SimpleNamespace(name="net", inputs={})
    expected_arrays = {"dW1": np.ones(3), "dW2": np.ones(2)}
    outcome = diagnose.named(Outcome(0.0, ""), one, "back", [AnsweredCase(case, expected_arrays, answered)])
    assert [finding.bug for finding in outcome.diagnose(outcome).bugs.bugs] == [expected]
