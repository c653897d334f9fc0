"""The evidence for the charts of a report."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from grader.assignment.base import Tolerance
from grader.checks.outcome import Verdict
from grader.checks.tools import pictures as drawn_by_checks
from grader.judging.compare import compare_results
from grader.judging.statistics import Correct
from grader.report.picture_data import MOST_EPOCHS
from tests.conftest import ROOT, known_wrong

CIFAR = (ROOT / "assignments" / "cifar-grayscale" / "solution.py").read_text()


def drawn(report):
    """The pictures of each check that has any."""
    return {check.name: found for check in report.checks if (found := check.evidence.pictures)}


def test_the_corners_of_a_correct_neuron_and_its_path(graded, solution):
    found = drawn(graded("single-neuron", solution))
    assert list(found) == ["trajectory", "unseen-corners"]
    (path,), (corners,) = found.values()
    assert (path.model, path.parts, len(path.epochs)) == ("train()", None, 30)
    assert [(point.inputs, point.trained) for point in corners.points[:3]] == [
        ([0, 0, 0], False),
        ([0, 0, 1], True),
        ([0, 1, 0], False),
    ]
    assert len(corners.points) == 8
    assert all((point.value > 0.5) == (point.label == 1) for point in corners.points)


def test_a_path_that_parts_from_the_reference_says_where(graded):
    report = graded("single-neuron", known_wrong("single-neuron", "decaying-learning-rate"))
    (path,) = drawn(report)["trajectory"]
    assert path.parts == 52  # the learning rate falls after 50 epochs


def test_wrong_gradients_have_an_error_each(graded):
    report = graded("relu-swap", (ROOT / "examples" / "relu-swap" / "wrong.py").read_text())
    (errors,) = drawn(report)["backward"]
    assert {one.name: one.right for one in errors.results} == {"dW2": True, "db2": True, "dW1": False, "db1": False}
    assert all((one.error > 0.1) != one.right for one in errors.results)
    assert len(json.dumps(report.model_dump(mode="json"))) < 20_000


def test_losses_of_one_epoch_have_an_error_although_both_sides_of_the_update_are_expected(graded, solution):
    assert "losses.append(" in solution
    (errors,) = drawn(graded("single-neuron", solution.replace("losses.append(", "losses.append(2 * ")))["one-update"]
    assert {one.name: one.error for one in errors.results} == {"w": 0, "b": 0, "losses": 1}


@pytest.fixture(scope="module")
def decoded():
    return lambda text: np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))


def test_gray_images_stand_beside_the_reference(graded, decoded):
    source = CIFAR.replace("0.2989", "0.5")
    assert source != CIFAR
    (images,) = drawn(graded("cifar-grayscale", source, only=["to-grayscale"]))["to-grayscale"]
    assert (images.original, images.yours, len(images.rows)) == ("images", "gray_images", 3)
    original, yours, reference, difference = map(decoded, images.rows[0])
    assert original.shape == (32, 32, 3)
    assert np.abs(original @ [0.2989, 0.587, 0.114] - reference).max() <= 0.51
    apart = np.abs(yours.astype(float) - reference)
    assert apart.max() > 10 and np.abs(np.minimum(4 * apart, 255) - difference).max() <= 4.1


def test_the_reference_makes_nothing_of_images_that_are_not_public(graded):
    """Else its answer to a red, a green and a blue pixel would be the solution."""
    source = f"{CIFAR}\nimages = images.copy()\nimages[0] = 0\nimages[0, :, :, 0] = 255\n"
    assert drawn(graded("cifar-grayscale", source, only=["to-grayscale"])) == {}


def test_accuracies_before_and_after():
    right = np.arange(10) < 8
    (gaps,) = drawn_by_checks.gaps({"model": Correct(right, right[::2]), "other": Correct(right, right)})
    assert [(one.model, one.training, one.held_out) for one in gaps.models] == [
        ("model", 0.8, 0.8),
        ("other", 0.8, 0.8),
    ]


def test_a_long_history_is_thinned_out_and_a_short_one_is_no_curve():
    losses = np.linspace(1, 0, 5001)
    (curve,) = drawn_by_checks.path("train()", losses[1:], losses, Tolerance())
    assert len(curve.epochs) == MOST_EPOCHS and (curve.epochs[0], curve.epochs[-1]) == (1, 5000)
    assert curve.parts is None
    assert drawn_by_checks.path("train()", losses[:2], losses[:3], Tolerance()) == []


@pytest.mark.parametrize("losses", [None, "text", [[1], [2, 3]], [object()] * 5, {"a": 1}])
def test_what_cannot_be_drawn_costs_the_picture_alone(losses):
    assert drawn_by_checks.path("train()", losses, np.ones(6), Tolerance()) == []


def test_infinite_losses_are_gaps():
    (curve,) = drawn_by_checks.path("train()", [1.0, np.inf, np.nan, 2.0], np.ones(5), Tolerance())
    assert curve.lines[0].values == [1.0, None, None, 2.0]
    assert curve.parts == 2


def test_chart_of_errors_has_the_numbers_of_the_sentence():
    verdict = Verdict("gradients")
    expected = {"dW": np.array([1.0, 2.0]), "db": np.array([4.0, 4.0]), "dV": np.zeros((2, 3))}
    right = {name: value.copy() for name, value in expected.items()}
    verdict.add("first", compare_results(right | {"dW": np.array([1.0, 3.0])}, expected, Tolerance()))
    wrong = right | {"db": np.array([4.0, 6.0]), "dV": np.zeros((3, 2))}
    verdict.add("second", compare_results(wrong, expected, Tolerance()))
    (errors,) = drawn_by_checks.errors(verdict)
    assert "case 'first'" in verdict.outcome("").message and "(0.5 times the largest" in verdict.outcome("").message
    assert errors.case == "first"
    assert [(one.name, one.error, one.problem, one.case) for one in errors.results] == [
        ("dW", 0.5, "numbers", ""),
        ("db", 0.5, "numbers", "second"),
        ("dV", None, "form", "second"),
    ]
