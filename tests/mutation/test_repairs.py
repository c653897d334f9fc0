"""Repairs of a line that raises an error about shapes."""

from __future__ import annotations

import pytest

from grader.mutation import repairs

pytestmark = pytest.mark.quick

SOURCE = """
def back(d, W, zs, l):
    for l in range(2):
        {line}
    return d
"""


@pytest.mark.parametrize(
    ("line", "repaired", "bug"),
    [
        ("d = d @ W", "d = d @ W.T", "transpose-forgotten"),
        ("d = d.dot(W.T)", "d = d.dot(W)", "stray-transpose"),
        ("d = np.dot(W, d)", "d = d @ W", "operands-exchanged"),
        ("d = d @ W", "d = d * W", "matrix-product"),
        ("d = d * W", "d = d @ W", "elementwise-product"),
        ("d = np.max(0, d)", "d = np.maximum(0, d)", "maximum-of-all"),
        ("d = d * zs[l]", "d = d * zs[l - 1]", "index-shifted"),
        ("d = d @ W[-1]", "d = d @ W[l + 1]", "another-layer"),
        ("d = d + b[0]", "d = d + l", "another-layer"),
        ("d = d / np.sum(d, axis=1)", "d = d / np.sum(d, axis=1, keepdims=True)", "dimension-lost"),
        ("d -= d / d.sum(axis=1)", "d -= d / np.sum(d, axis=1, keepdims=True)", "dimension-lost"),
    ],
)
def test_repair_names_the_mistake_that_it_undoes(line, repaired, bug):
    found = {repair.text: repair.bug for repair in repairs.of_line(SOURCE.format(line=line), 4)}
    assert found[SOURCE.format(line=repaired)] == bug


def test_loop_around_the_line_can_have_a_round_too_many():
    source = SOURCE.format(line="d = d @ W[l + 1]")
    texts = {repair.text: repair.bug for repair in repairs.of_line(source, 4)}
    assert texts[source.replace("range(2)", "range(1)")] == "one-round-too-many"


def test_only_the_statement_at_the_line_is_changed():
    texts = [repair.text for repair in repairs.of_line("a = x @ y\nb = x @ y\n", 2)]
    assert texts
    assert all(text.startswith("a = x @ y\n") for text in texts)


def test_line_without_a_statement_has_no_repair():
    assert [*repairs.of_line("a = x @ y\n", 7)] == []
