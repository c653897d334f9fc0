"""A layout is a value: it turns arrays, and the layout of a submission is found from answers without any state."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.sandbox.failures import CallError
from grader.student.layout import TASK_LAYOUT, Layout, best_layout, detect_layout, ways_to_call

pytestmark = pytest.mark.quick

ROWS = Layout("rows", frozenset({"W", "X"}))
SHAPES = {"W": ["hidden", 3]}


def detected(results, answers=lambda layout: False):
    return detect_layout([TASK_LAYOUT, ROWS], SHAPES, results, answers)


def test_matrices_of_a_layout_are_transposed():
    turned = ROWS.turned({"W": np.ones((2, 3)), "b": np.ones((2, 1)), "X": np.ones(3)})
    assert {name: value.shape for name, value in turned.items()} == {"W": (3, 2), "b": (2, 1), "X": (3,)}
    assert ROWS.turned_shapes({"W": (2, 3), "b": (2, 1)}) == {"W": (3, 2), "b": (2, 1)}


@pytest.mark.parametrize(("shape", "layout", "width"), [((5, 3), TASK_LAYOUT, 5), ((3, 5), ROWS, 5)])
def test_layout_is_the_one_in_which_the_shapes_fit(shape, layout, width):
    found = detected(lambda: {"W": np.ones(shape)})
    assert found == layout
    assert found.widths == {"hidden": width}


def test_square_matrix_is_decided_by_another_function():
    tried = []
    found = detected(lambda: {"W": np.ones((3, 3))}, lambda layout: tried.append(layout) or layout == ROWS)
    assert tried == [TASK_LAYOUT, ROWS]
    assert (found, found.widths) == (ROWS, {"hidden": 3})


def test_layout_of_the_task_if_nothing_answers():
    def fail():
        raise CallError("error", "no answer")

    assert detected(fail) == TASK_LAYOUT
    assert detected(fail).widths == {}


@pytest.mark.parametrize(
    ("weights", "best", "is_undecided"),
    [({None: 1.0, "rows": 2.0}, ROWS, False), ({None: 2.0, "rows": 2.0}, TASK_LAYOUT, True)],
)
def test_best_layout_has_the_most_evidence(weights, best, is_undecided):
    assert best_layout([TASK_LAYOUT, ROWS], lambda layout: weights[layout.name]) == (best, is_undecided)


def test_ways_to_call_begin_with_the_detected_layout():
    content = SimpleNamespace(layouts=SimpleNamespace(transposed={"rows": ["W", "X"]}))
    found = Layout("rows", frozenset({"W", "X"}), widths={"hidden": 4})
    ways = ways_to_call(content, found, has_class=True)
    assert [(way.name, way.attributes_as_kept) for way in ways] == [
        ("rows", True),
        (None, True),
        ("rows", False),
        (None, False),
    ]
    assert all(way.widths == {"hidden": 4} for way in ways)
    assert ways_to_call(SimpleNamespace(layouts=None), TASK_LAYOUT, has_class=False) == [TASK_LAYOUT]


def test_only_functions_with_transposed_arrays_get_a_note():
    function = SimpleNamespace(argument_names=lambda: ["X"], returns=["A"])
    other = SimpleNamespace(argument_names=lambda: ["z"], returns=["a"])
    assert ROWS.notes([other, function]) == [
        "Your network uses another layout (rows). That is accepted; the tests use it too."
    ]
    assert ROWS.notes([other]) == [] == TASK_LAYOUT.notes([function])
