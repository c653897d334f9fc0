"""A declared mutation explains wrong functions, so that a loop is compared without calling them."""

from __future__ import annotations

from grader.checks.tools import consequences, explaining
from grader.diagnosis.log import AnsweredCase
from grader.student.answers import PlannedCall
from tests.changed import changed
from tests.checks.tools.test_diagnose import SOLUTION, answers
from tests.student.in_process import context

MEAN = changed(SOLUTION, ("return X.T @ delta, np.sum(delta)", "return X.T @ delta / len(y), np.sum(delta) / len(y)"))
UNNAMED = changed(SOLUTION, ("return X.T @ delta, np.sum(delta)", "return 1.37 * X.T @ delta, np.sum(delta)"))


def with_mistaken_gradients(source):
    one = context("single-neuron", source)
    one.log.answers["gradients"] = answers(one, "gradients")
    one.log.mistaken_functions |= {"gradients"}
    return one


def trained(one):
    (case,) = one.cases.draw(["lecture, 100 epochs"])
    right = one.oracle.results("train", case.inputs)
    answered = one.student.call(PlannedCall("train", case.inputs)).values
    del one.student._session.calls[:]
    return case, right, answered


def test_one_mutation_gives_all_answers():
    (mutant,) = explaining.mutants(with_mistaken_gradients(MEAN), {"gradients"})
    assert mutant.bug.name == "mean-instead-of-sum"
    assert explaining.mutants(with_mistaken_gradients(UNNAMED), {"gradients"}) == []


def test_function_without_answers_is_not_explained():
    one = with_mistaken_gradients(MEAN)
    assert explaining.mutants(one, {"gradients", "predict"}) == []


def test_further_answers_must_be_explained_too():
    one = with_mistaken_gradients(MEAN)
    assert explaining.mutants(one, {"gradients"})
    case, right, answered = one.log.answers["gradients"][0]
    one.log.answers["gradients"].append(
        AnsweredCase(case, right, {name: 1.5 * value for name, value in answered.items()})
    )
    assert explaining.mutants(one, {"gradients"}) == []


def test_loop_with_an_explained_function_is_judged_without_calls():
    one = with_mistaken_gradients(MEAN)
    case, right, answered = trained(one)
    assert consequences.explain(one, "train", case, right, answered)
    assert one.student._session.calls == []


def test_loop_with_another_wrong_function_is_judged_by_calls_each_made_once():
    one = with_mistaken_gradients(UNNAMED)
    case, right, answered = trained(one)
    assert consequences.explain(one, "train", case, right, answered)
    assert one.student._session.calls == ["gradients"] * 100
    assert consequences.explain(one, "train", case, right, answered)
    assert len(one.student._session.calls) == 100


def test_loop_that_disagrees_with_the_mutation_is_judged_by_calls():
    one = with_mistaken_gradients(MEAN)
    case, right, answered = trained(one)
    assert not consequences.explain(one, "train", case, right, {**answered, "b": answered["b"] + 1})
    assert one.student._session.calls == ["gradients"] * 100
