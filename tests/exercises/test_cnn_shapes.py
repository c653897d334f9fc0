"""The facts of ``cnn-shapes``, its reference, and right and wrong submissions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import ROOT, known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "cnn-shapes"
SUM = "np.sum(window * kernel)"


def dense(*widths):
    """Return the number of parameters of Dense layers with biases."""
    return sum((before + 1) * after for before, after in itertools.pairwise(widths))


def test_sizes_and_parameters_are_those_of_the_decks(solution):
    assert solution.output_size(4, 2, 0, 2) == 2
    sides = [28]
    for width, stride in ((3, 1), (2, 2), (3, 1), (2, 2)):
        sides.append(solution.output_size(sides[-1], width, 0, stride))
    assert sides[1:] == [26, 13, 11, 5]
    flat, first = 5 * 5 * 64, (3 * 3 + 1) * 32
    cnn = first + (3 * 3 * 32 + 1) * 64 + dense(flat, 64, 10)
    answers = {"flat": flat, "first": first, "cnn": cnn, "dense": dense(784, 32, 32)}
    answers |= {"regression": dense(3, 5, 1), "deeper": dense(1, 5, 2, 1)}
    assert (flat, cnn, *[*answers.values()][3:]) == (1600, 121930, 26176, 26, 25)
    assert solution.answers == answers


def test_shapes_of_the_results_are_the_output_sizes(solution):
    image, kernel = np.random.default_rng(0).normal(size=(9, 6)), np.ones((3, 2))
    expected = [solution.output_size(side, width, 1, 2) for side, width in zip((9, 6), (3, 2), strict=True)]
    assert [*solution.conv2d(image, kernel, 2, 1).shape] == expected
    assert solution.max_pool(image, 2, 2).shape == (4, 3)


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 105
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


def test_flipped_kernel_and_decimal_size_are_conventions(graded, source):
    flipped = changed(source, (SUM, "np.sum(window * kernel[::-1, ::-1])"), (" = output_size(", " = places("))
    places = "\n\ndef places(W, F, P, S):\n    return (W - F + 2 * P) // S + 1\n"
    report = graded(EXERCISE, flipped.replace("// S", "/ S") + places)
    assert report.score == 105
    notes = {check.name: check.evidence.notes for check in report.checks}
    assert "kernel-flip" in notes["convolution"][0] and "size-not-rounded" in notes["output-size-rounded"][0]


@pytest.mark.parametrize("name", ["padding-on-one-side", "mean-instead-of-maximum"])
def test_mistake_is_named_and_a_wrong_main_part_does_not_pass(graded, name):
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    bugs = {check.diagnosis.bug for check in report.checks if check.diagnosis is not None}
    assert bugs == {name} and report.passed == (name == "padding-on-one-side")


@pytest.mark.long
@pytest.mark.parametrize("name", ["output_size", "conv2d", "max_pool"])
def test_submission_with_an_unfinished_function_does_not_pass(graded, source, name):
    assert not graded(EXERCISE, f"{source}\n\ndef {name}(*arguments):\n    raise NotImplementedError\n").passed


PAD = "padded = np.zeros((height + 2 * padding, width + 2 * padding))\n    padded[padding : padding + height, padding : padding + width] = image"


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        [(PAD, "padded = np.pad(image, padding)")],
        [(PAD, "padded = np.pad(image, ((padding, padding), (padding, padding)), 'constant')")],
        [(SUM, "np.vdot(window, kernel)")],
        [(SUM, "sum(float(a) * float(b) for a, b in zip(window.ravel(), kernel.ravel()))")],
        [("(W - F + 2 * P) // S + 1", "int((W - F + 2 * P) / S) + 1")],
        [("(W - F + 2 * P) // S + 1", "int(np.floor((W + 2 * P - F) / S + 1))")],
        [("return feature_map", "return feature_map.tolist()")],
        [("np.max(x[", "np.amax(x["), ("pooled = np.zeros", "pooled = np.full"), ("full((rows, columns))", "full((rows, columns), -np.inf)")],
        [("image, kernel, stride=1, padding=0", "img, filt, s=1, p=0"), ("image", "img"), ("kernel", "filt"), ("stride)\n    columns = output_size(width", "s)\n    columns = output_size(width"), ("2 * padding", "2 * p"), ("padding : padding + height, padding : padding + width", "p : p + height, p : p + width"), ("padding", "p"), ("stride)\n    feature_map", "s)\n    feature_map"), ("top, left = i * stride, j * stride\n            window", "top, left = i * s, j * s\n            window")],
    ],
)  # fmt: skip
def test_other_forms_are_right(graded, source, changes):
    report = graded(EXERCISE, changed(source, *changes))
    assert {name: status for name, status in statuses(report).items() if status != "passed"} == {}


SQUARES_ONLY = """
import numpy as np

class CNN:
    def output_size(self, W, F, P, S):
        return (W - F + 2 * P) / S + 1

    def conv2d(self, image, kernel, stride=1, padding=0):
        n, k = len(image), len(kernel)
        if padding:
            image = np.vstack([np.zeros((padding, n)), image, np.zeros((padding, n))])
            image = np.hstack([np.zeros((n + 2 * padding, padding)), image, np.zeros((n + 2 * padding, padding))])
        size = int(self.output_size(n, k, padding, stride))
        out = np.zeros((size, size))
        for row in range(size):
            for column in range(size):
                for i in range(k):
                    for j in range(k):
                        out[row, column] += image[row * stride + i, column * stride + j] * kernel[i, j]
        return out

    def max_pool(self, x, size, stride):
        places = range(0, len(x) - size + 1, stride)
        return np.array([[x[i : i + size, j : j + size].max() for j in places] for i in places])
"""


@pytest.mark.long
def test_class_for_squares_passes(graded):
    report = graded(EXERCISE, SQUARES_ONLY)
    assert report.passed and report.score == 93
    assert {check.name for check in report.checks if check.status in ("failed", "error")} == {"rectangles", "pooling-rectangles"}  # fmt: skip


@pytest.mark.long
def test_examples_are_right_and_wrong(graded):
    folder = ROOT / "examples" / EXERCISE
    assert graded(EXERCISE, (folder / "correct.py").read_text()).passed
    assert not graded(EXERCISE, (folder / "wrong.py").read_text()).passed


@pytest.mark.long
def test_reference_agrees_with_keras_layers(reference):
    import keras

    image, kernel = np.random.default_rng(1).normal(size=(9, 9)), np.random.default_rng(2).normal(size=(3, 3))
    layer = keras.layers.Conv2D(1, 3, strides=2, use_bias=False, dtype="float64")
    layer.build((None, 9, 9, 1))
    layer.set_weights([kernel[:, :, None, None]])
    assert np.asarray(layer(image[None, :, :, None]))[0, :, :, 0] == pytest.approx(np.asarray(reference.conv2d(image, kernel, 2)))  # fmt: skip
    pooled = np.asarray(keras.layers.MaxPooling2D(2)(image[None, :, :, None]))[0, :, :, 0]
    assert pooled == pytest.approx(np.asarray(reference.max_pool(image, 2, 2)), rel=1e-6)
