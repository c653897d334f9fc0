"""A declared bug has one kind of mutation, and placeholders give its variants."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.bugs import Bug

pytestmark = pytest.mark.quick


def bug(**keys):
    return Bug(name="some-bug", function="f", **keys)


def test_bug_without_placeholder_has_one_variant():
    assert bug(instead={"a": "-a", "b": 2}).variants() == [{"a": "-a", "b": "2"}]


def test_placeholder_gives_single_variants_and_all_together():
    variants = bug(instead={"Z<k>": "w<k> @ Z<k-1> + b<k+1>"}, each={"k": [2, 1]}).variants()
    two, one = {"Z2": "w2 @ Z1 + b3"}, {"Z1": "w1 @ Z0 + b2"}
    assert variants == [two, one, two | one]


def test_single_value_of_a_placeholder_gives_one_variant():
    assert bug(instead={"d<k>": "0 * d<k>"}, each={"k": ["w"]}).variants() == [{"dw": "0 * dw"}]


def test_expressions_are_those_of_all_variants_and_conditions():
    declared = bug(instead={"m": "1 / c"}, unknown="c", only_if="c > 0")
    assert declared.expressions() == ["1 / c", "c > 0"]
    assert bug(detector="factor", parameters={"factor": "1 / len(X)"}).expressions() == ["1 / len(X)"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "needs exactly one of"),
        ({"instead": {"a": "b"}, "mutation": "module.function"}, "needs exactly one of"),
        ({"mutation": "module.function", "unknown": "c"}, "only allowed together with replace"),
        ({"instead": {"a": "b"}, "each": {"k": []}}, "one placeholder with a list of values"),
        ({"instead": {"a": "b"}, "unknown": "c"}, "uses the unknown c"),
        ({"instead": {"a": "c"}, "unknown": "c", "only_if": "c > d"}, "may only use the unknown"),
        ({"detector": "factor", "parameters": {"axis": 1}}, "does not find axis"),
        ({"instead": {"a": "open(b)"}, "only_if": "x"}, "may only use the unknown"),
        ({"instead": {"a": "b."}}, "is not a Python expression"),
    ],
)
def test_wrong_declaration_is_refused(keys, message):
    with pytest.raises(ValidationError, match=message):
        bug(**keys)
