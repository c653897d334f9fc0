"""Changes of loops over batches."""

from __future__ import annotations

import pytest

from grader.mutation import batches

pytestmark = pytest.mark.quick

BATCHES = """def fit(x, y, w, size):
    for start in range(0, len(x), size):
        w = w - gradient(w, x[start:start + size], y[start:start + size])
    return w
"""


def added_lines(edits):
    return {(bug, added) for bug, added, _removed in edits}


def test_each_batch_begins_one_row_later(edited):
    headers = {added for bug, added in added_lines(edited(batches.overlapping, BATCHES)) if bug == "batches-overlap"}
    assert headers == {
        "for start in range(len(x)):",
        "for start in range((len(x) + size - 1) // size):",
        "for start in range(0, len(x), 1 if size < len(x) else size):",
    }


def test_each_round_has_the_labels_of_the_first_batch(edited):
    assert (
        "labels-separated",
        "w = w - gradient(w, x[start:start + size], y[:len(x[start:start + size])])",
    ) in added_lines(edited(batches.of_the_first, BATCHES))


def test_loop_without_batches_is_not_changed(edited):
    source = "def total(x):\n    s = 0\n    for i in range(0, len(x), 2):\n        s = s + x[i]\n    return s\n"
    assert not edited(batches.overlapping, source)
    assert not edited(batches.of_the_first, source)
