"""Tests: the assignments from which a result is computed are found in the code."""

from __future__ import annotations

import ast

import pytest

from grader.submission.dataflow import Body, NotFollowed, may_change_arguments

pytestmark = pytest.mark.quick


def body(*lines, changing=()):
    """Return the body of a function with these lines; the first one is line 1."""
    function = ast.parse("def f(self, X, y, w):\n" + "".join(f"    {line}\n" for line in lines)).body[0]
    ast.increment_lineno(function, -1)
    return Body(function, changing)


def lines_of(flow, numbers):
    return sorted({flow.assignments[number].line for number in numbers})


def sources(flow, *path):
    return lines_of(flow, flow.sources(flow.result(path)))


STRAIGHT = ("a = X @ w", "e = a - y", "n = len(y)", "dw = X.T @ e", "dw /= n", "db = e.sum()", "return dw, db")


def test_result_has_the_assignments_that_it_is_computed_from():
    flow = body(*STRAIGHT)
    assert (sources(flow, 0), sources(flow, 1)) == ([1, 2, 3, 4, 5], [1, 2, 6])
    assert flow.assignments[flow.result((0,))].line == 5


def test_last_assignment_replaces_those_before():
    assert sources(body("a = X", "a = y", "return a")) == [2]
    assert sources(body("a = X", "a[0] = y", "return a")) == [1, 2]
    assert sources(body("a = X", "a += y", "return a")) == [1, 2]


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        (("dw = X", "return {'dw': dw}"), "dw"),
        (("dw = X", "return dict(dw=dw)"), "dw"),
        (("grads = {}", "grads['dw'] = X", "return grads"), "dw"),
        (("dw = X", "out = dw, y", "return out"), 0),
        (("dw, db = X, y", "return [dw, db]"), 0),
        (("dw = X", "return {'g': (y, dw)}"), ("g", 1)),
    ],
)
def test_parts_of_the_returned_value_are_followed(lines, key):
    flow = body(*lines)
    number = flow.result(key if isinstance(key, tuple) else (key,))
    assert ast.unparse(flow.assignments[number].value) == "X"


def test_expression_in_the_return_statement_is_an_assignment_of_its_own():
    flow = body("e = X - y", "return (", "    X.T @ e,", "    e.sum(),", ")")
    assert [flow.assignments[flow.result((place,))].line for place in (0, 1)] == [3, 4]


def test_attributes_and_changed_arguments_have_a_last_assignment():
    flow = body("self.dw = X", "w -= 0.1 * self.dw")
    assert flow.assignments[flow.last(("self", "dw"))].line == 1
    assert lines_of(flow, flow.sources(flow.last(("w",)))) == [1, 2]


def test_branches_and_loops_are_possible_sources():
    flow = body("a = X", "if y:", "    a = w", "b = a", "return b")
    assert sources(flow) == [1, 2, 3, 4]
    flow = body("for i in y:", "    b = c", "    c = X", "d = b", "return d")
    assert sources(flow) == [1, 2, 3, 4]


def test_result_with_several_last_assignments_is_not_readable():
    flow = body("a = X", "if y:", "    a = w", "return a")
    with pytest.raises(NotFollowed):
        flow.result(())


def test_single_assignment_in_a_loop_is_the_last_one():
    flow = body("for i in y:", "    a = X", "return a")
    assert flow.assignments[flow.result(())].line == 2


@pytest.mark.parametrize(
    "lines",
    [
        ("if y:", "    return X", "return y"),
        ("def g():", "    return X", "return g()"),
        ("while True:", "    if y:", "        break", "return y"),
        ("yield X",),
        ("a = X",) * 201,
        ("return (a := X)", "b = a"),
    ],
)
def test_code_with_another_flow_is_not_readable(lines):
    with pytest.raises(NotFollowed):
        body(*lines)


def test_function_without_a_return_has_no_returned_result():
    with pytest.raises(NotFollowed):
        body("a = X").result(())
    with pytest.raises(NotFollowed):
        body("return h(X)").result((0,))


def test_right_result_clears_only_what_shows_in_it():
    flow = body("z = X @ w", "a = relu(z)", "m = y - a", "return m / 2")
    assert lines_of(flow, flow.certain_sources(flow.result(()))) == [2, 3, 4]
    flow = body("a = X", "if y:", "    a = w", "b = a * 2", "return b")
    assert lines_of(flow, flow.certain_sources(flow.result(()))) == [4]


def test_function_that_may_change_its_argument_is_a_source_of_it():
    lines = ("z = X @ w", "d = slope(z)", "return 2 * z, d")
    assert sources(body(*lines), 0) == [1, 3]
    assert sources(body(*lines, changing=["slope"]), 0) == [1, 2, 3]
    assert sources(body("z = X @ w", "np.maximum(z, 0, out=z)", "print(z)", "return -z")) == [1, 2, 4]


def test_possible_change_of_an_argument_is_never_cleared():
    flow = body("d = X @ w", "s = slope(w)", "e = w * d", "return d, e", changing=["slope"])
    assert lines_of(flow, flow.certain_sources(flow.result((1,)))) == [1, 3]


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("return z * (z > 0)", False),
        ("z[z < 0] = 0", True),
        ("z *= 2", True),
        ("np.exp(z, out=z)", True),
        ("z.sort()", True),
    ],
)
def test_functions_that_may_change_an_argument_are_recognised(line, changes):
    assert may_change_arguments(ast.parse(f"def f(z):\n    {line}").body[0]) == changes
