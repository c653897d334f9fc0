"""Names, parts and magics of single statements."""

from __future__ import annotations

import ast

import pytest

from grader.worker import statements


def parsed(source):
    return ast.parse(source).body[0]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a, (b, *c) = d.e = 1, (2, 3)", ["a", "b", "c"]),
        ("def f(x):\n    y = 1", ["f"]),
        ("import numpy as np, os.path", ["np", "os"]),
        ("from math import *", ["*"]),
        ("for i in range(3):\n    with open(x) as file:\n        z = i", ["i", "file", "z"]),
        ("[n for n in range(3)]", []),
        ("if (m := 3):\n    pass", ["m"]),
    ],
)
def test_names_that_a_statement_binds(source, names):
    assert statements.names_of(parsed(source)) == names


def test_names_in_code_that_cannot_be_parsed():
    assert statements.names_in("def f(:\nasync def g(): pass\na, b = (1\nx == 3\nclass C") == ["f", "g", "a", "b", "C"]


def test_code_of_a_timed_cell():
    timed = parsed("get_ipython().run_cell_magic('time', '', 'x = 1\\n')")
    assert statements.code_in_magic(timed) == "x = 1\n"
    for other in ("get_ipython().run_cell_magic('bash', '', 'ls')", "f('time', '', 'x')", "x = 1"):
        assert statements.code_in_magic(parsed(other)) is None


def test_failed_part_is_the_innermost_statement_with_the_rest():
    node = parsed("if True:\n    with x:\n        a = 1\n        b = 2\n    c = 3\nelse:\n    d = 4")
    failed, rest = statements._failed_part(node, (3, 8))
    assert [ast.unparse(part) for part in (failed, *rest)] == ["a = 1", "b = 2", "c = 3"]


def test_loop_is_not_continued():
    node = parsed("for i in x:\n    a = 1\n    b = 2")
    assert statements._failed_part(node, (2, 4)) == (node, [])


def test_import_of_several_names_is_divided():
    error = ImportError("x", name="x")
    pieces = statements._pieces(parsed("from a import b, c as d"), error)
    assert [ast.unparse(piece) for piece in pieces] == ["from a import b", "from a import c as d"]
    assert [ast.unparse(p) for p in statements._pieces(parsed("import numpy.missing"), error)] == ["import numpy"]
    assert statements._pieces(parsed("import numpy"), error) == []


def test_annotations_are_removed():
    bare = statements._without_annotations(parsed("def f(x: torch.Tensor, *, y: int = 1) -> torch.Tensor: return x"))
    assert ast.unparse(bare) == "def f(x, *, y=1):\n    return x"
    assert statements._without_annotations(parsed("def f(x): return x")) is None
    assert statements._without_annotations(parsed("x: int = 3")) is None


def test_touched_objects_and_calls():
    namespace = {"np": ast, "train": lambda: helper.fit()}  # noqa: F821
    touched = statements._touched(parsed("model.layers[0].w = np.ones(train(data))"), namespace)
    assert touched["objects"] == ["model", "data"]
    assert set(touched["calls"]) >= {"ones", "train", "fit"}


def test_long_and_repeated_names_are_dropped():
    assert statements._short(["a", "a", "x" * 1000, "b", "c"], 2) == ["a", "b"]
