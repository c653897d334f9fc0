"""Answers for two classes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.checks.tools.two_classes import bug_of_one_class, classes, judged, notes, probabilities
from grader.diagnosis.log import DiagnosisLog
from grader.judging.wrong_answer import WrongAnswer


@pytest.mark.parametrize(
    "answer",
    [
        np.array([0, 1, 1]),
        np.array([[0.1], [0.9], [0.51]], dtype=np.float32),
        [0.0, 1.0, 1.0],
        np.array([False, True, True]),
    ],
)
def test_classes_and_probabilities_are_accepted(answer):
    values = probabilities(answer, 3, "predict")
    assert values.shape == (3,) and values.dtype == np.float64
    assert classes(values).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("answer", "bug"),
    [
        (np.array([-2.0, 0.3, 4.0]), "output-activation-missing"),
        (np.array([-0.2, 0.3, 0.4]), "output-activation-missing"),
        (np.array([-1, 1, 1]), ""),
        (np.array([1, 2, 1]), ""),
        (np.zeros((3, 2)), ""),
        (np.zeros(4), ""),
        (np.array([0, np.nan, 1]), ""),
        (None, ""),
        ("a", ""),
    ],
)
def test_other_answers_are_refused(answer, bug):
    with pytest.raises(WrongAnswer) as failure:
        probabilities(answer, 3, "predict")
    assert failure.value.bug == bug


def test_missing_sigmoid_costs_points_only_once():
    logits = np.array([-2.0, 0.3, 4.0])
    context = SimpleNamespace(log=DiagnosisLog())
    with pytest.raises(WrongAnswer):
        judged(context, logits, 3, "predict")
    assert notes(context, "predict") == []
    context.log.costly_bugs.add("output-activation-missing")
    assert classes(judged(context, logits, 3, "predict")).tolist() == [False, True, True]
    assert len(notes(context, "predict")) == 1
    with pytest.raises(WrongAnswer):
        judged(context, np.array([1, 2, 1]), 3, "predict")


def test_one_class_has_the_name_of_its_cause():
    context = SimpleNamespace(log=DiagnosisLog())
    assert bug_of_one_class(context) == "one-class-only"
    context.log.costly_bugs.add("softmax-of-one-output")
    assert bug_of_one_class(context) == "softmax-of-one-output"
