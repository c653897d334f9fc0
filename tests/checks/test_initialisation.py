"""``initialisation``: what the kind needs in an assignment."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

START = GOOD.replace("kind: values", "kind: initialisation\n    spread: [a]").replace("    probes: [some]\n", "")


def test_function_with_a_shape_and_without_arguments_is_accepted(tmp_path):
    text = START.replace("{signature: (z), returns: [a]}", "{signature: (), returns: [a], shapes: {a: [3]}}")
    (check,) = load(tmp_path, text.replace("inputs: {z:", "inputs: {a:")).content.checks
    assert (check.spread, check.needs_reference) == (["a"], False)


def test_function_with_arguments_is_refused(tmp_path):
    with pytest.raises(UsageError, match="'sigmoid' is not a known function without arguments"):
        load(tmp_path, START)
