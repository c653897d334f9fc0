"""Tests of warnings about submissions of a class that were graded differently."""

from __future__ import annotations

import pytest

from grader.assignment import load
from grader.batch.consistency import Consistency
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.machine.packages import versions_here
from grader.submission import read

MNIST = "mnist: mnist.npz, 60000 training, 5000 public, 5000 held-out images"
FEWER = "mnist: mnist.npz, 20000 training, 5000 public, 5000 held-out images"
STAND_IN = "mnist: stand-in, 2000 training, 500 public, 500 held-out images"


@pytest.fixture(scope="module")
def report():
    assignment = load("single-neuron")
    result = grade(assignment, read(assignment.file("solution.py"), assignment), GradeOptions(only=["sigmoid"]))

    def change(version="", digest="", data=None, score=5.0, **versions):
        return result.model_copy(
            update={
                "score": score,
                "grader": result.grader.model_copy(update={"version": version or result.grader.version}),
                "assignment": result.assignment.model_copy(update={"digest": digest or result.assignment.digest}),
                "environment": result.environment.model_copy(update={"data": data, **versions}),
            }
        )

    return change


def consistency_of(report, *other_reports):
    consistency = Consistency(report().grader.version, report().assignment.digest, versions_here())
    for name, other in zip(["anna", "ben", "carla"], [report(data=MNIST), *other_reports], strict=False):
        consistency.add(name, other)
    return consistency


def notes(report, *other_reports):
    return consistency_of(report, *other_reports).notes()


def test_class_graded_alike_has_no_notes(report):
    assert notes(report, report(data=MNIST), report(data=FEWER)) == []


@pytest.mark.parametrize("changes", [{"version": "0.1"}, {"digest": "other"}])
def test_other_version_on_one_machine_is_noted(report, changes):
    (sentences,) = notes(report, report(data=MNIST, **changes), report(data=MNIST, **changes))
    assert sentences.startswith(
        "Warning: 2 submissions were graded by another version of the grader or of the assignment"
    )
    assert "(ben, carla)" in sentences


def test_machine_without_the_data_is_noted(report):
    first, second = notes(report, report(data=MNIST), report(data=STAND_IN))
    assert first.startswith(
        "Warning: 1 submission was graded on mnist: stand-in, the others on mnist: mnist.npz (carla)"
    )
    assert second.startswith("Warning: the dataset mnist was missing, and 1 submission was graded on its stand-in")


def test_class_on_a_stand_in_is_noted(report):
    consistency = Consistency(report().grader.version, report().assignment.digest, versions_here())
    for name in ("anna", "ben"):
        consistency.add(name, report(data=f"{STAND_IN}; {MNIST.replace('mnist:', 'fashion_mnist:')}"))
    (sentence,) = consistency.notes()
    assert sentence.startswith("Warning: the dataset mnist was missing, and 2 submissions were graded on its stand-in")
    assert "run 'grader data'" in sentence
    assert consistency.stand_ins() == ["mnist"]


def test_versions_of_another_machine_are_noted(report):
    other = report(data=MNIST, numpy="1.0.0", tensorflow="9.9.9")
    consistency = consistency_of(report, other, other)
    (sentence,) = consistency.notes()
    here = versions_here()
    assert sentence.startswith("2 submissions were graded with NumPy 1.0.0 and TensorFlow 9.9.9 (ben, carla), but ")
    assert f"this machine has NumPy {here['numpy']} and " in sentence and "Python" not in sentence
    (versions,) = consistency.other_versions()
    assert (versions.numpy, versions.tensorflow, versions.python) == ("1.0.0", "9.9.9", here["python"])
    assert versions.students == ["ben", "carla"]


def test_report_without_score_is_ignored(report):
    assert notes(report, report(data=None, version="0.1", score=None)) == []
