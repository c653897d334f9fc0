"""Tests of finding the names that code defines and imports."""

from __future__ import annotations

import ast

import pytest

from grader.submission import python_code
from grader.submission.python_code import Source

pytestmark = pytest.mark.quick


def test_top_level_names_have_their_lines():
    source = "import x\na = 1\nclass C:\n    def f(self):\n        b = 2\n"
    assert list(python_code.bound_names(Source(source))) == [("a", 2), ("C", 3), ("C.f", 4)]
    assert list(python_code.bound_names(Source("def (:"))) == []


@pytest.mark.parametrize("body", ["pass", "...", "raise NotImplementedError", "raise NotImplementedError('later')"])
def test_placeholder_is_not_a_definition(body):
    source = f"def f(x):\n    'What to write.'\n    {body}\n\ndef g(x):\n    return x\n"
    assert python_code.defined_names(Source(source)) == {"g"}


def test_broken_code_defines_the_names_at_the_beginning_of_its_lines():
    assert python_code.defined_names(Source("def f(x):\n  return (\nb = 2\nif b == 3:\n")) == {"f", "b"}


def test_imported_names_are_listed():
    assert list(python_code.imported_names(Source("from a.b import c, d\nfrom e import *\n"))) == [
        ("a.b", "c"),
        ("a.b", "d"),
        ("e", "*"),
    ]


def test_files_in_imports_and_strings_are_used():
    assert {"helper", "weights", "npz"} <= python_code.used_files(Source("import helper\nopen('weights.npz')\n"))
    assert "sentence" not in python_code.used_files(Source("print('a sentence')\n"))


@pytest.mark.parametrize("source", ["from a import *", "exec('x = 1')", "globals()['x'] = 1", "%run a.py"])
def test_dynamic_names_are_recognised(source):
    assert python_code.has_dynamic_names(Source(source))
    assert not python_code.has_dynamic_names(Source("import a\nx = 1\n"))


def test_tests_are_recognised():
    assert python_code.is_test(Source("import pytest\n")) and python_code.is_test(Source("def test_it():\n    pass\n"))
    assert not python_code.is_test(Source("def sigmoid(z):\n    return z\n"))


def test_fingerprint_ignores_comments_and_docstrings():
    first = "def f(x):\n    'Doc.'\n    return x  # why\n"
    assert python_code.fingerprint(Source(first)) == python_code.fingerprint(Source("def f( x ):\n    return x\n"))
    assert python_code.fingerprint(Source(first)) != python_code.fingerprint(Source("def f(x):\n    return -x\n"))


def test_too_long_code_is_not_parsed():
    assert python_code.is_too_much("x = 1\n" * python_code.MOST_WORDS)
    assert python_code.parse("x = 1\n" * python_code.MOST_WORDS) is None
    assert not python_code.is_too_much("# a comment\n" * python_code.MOST_WORDS)


def test_fingerprint_leaves_the_tree_as_it_is():
    source = Source("'Doc.'\ndef f(x):\n    'Doc.'\n    return x\n")
    before = ast.dump(source.tree)
    python_code.fingerprint(source)
    assert ast.dump(source.tree) == before


def test_cells_are_parsed_once_and_are_the_same_as_their_text():
    cells = ["'Doc.'\nfrom a import b\n", "def f(x):\n    'Doc.'\n    return x", "import c\ny = f('data/file.npz')"]
    code, text = Source.of_cells(cells), Source("\n".join(cells))
    assert python_code.fingerprint(code) == python_code.fingerprint(text)
    assert code.outline == text.outline
    assert python_code.defined_names(code) == python_code.defined_names(text) == {"f", "y"}
    assert python_code.used_files(code) == python_code.used_files(text)
    assert [*python_code.imported_names(code)] == [("a", "b")]
    assert [part.tree for part in code.parts][1].body[0] is code.tree.body[2]


@pytest.mark.parametrize("cells", [["if x:", "    pass"], ["x = (1,", "2)"]])
def test_cells_that_parse_only_together_are_parsed_together(cells):
    code = Source.of_cells(cells)
    assert code.tree is not None
    assert [type(node) for node in code.nodes] == [type(node) for node in Source("\n".join(cells)).nodes]


def test_cells_that_are_too_long_together_are_not_parsed():
    cell = "x = 1\n" * (python_code.MOST_WORDS // 4)
    code = Source.of_cells([cell, cell])
    assert code.parts[0].tree is not None and code.tree is None and not code.nodes and not code.of(ast.Assign)


def test_nodes_of_some_types_are_in_the_order_of_all_nodes():
    source = Source("import a\nx = f(1)\nfrom b import c\nif x:\n    import d\n")
    kinds = (ast.ImportFrom, ast.Import, ast.Call)
    assert source.of(*kinds) == [node for node in source.nodes if isinstance(node, kinds)]
    contexts = (ast.Load, ast.Store)
    assert [*source.nodes] == [node for node in ast.walk(source.tree) if not isinstance(node, contexts)]


def test_outline_ignores_docstrings():
    assert Source("def f():\n    'Doc.'\n    return 1").outline == Source("def f():\n    return 2\n'Doc.'").outline
    assert Source("def f():\n    return -1").outline != Source("def f():\n    return 1").outline
