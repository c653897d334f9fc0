"""The syntax trees of a submission's functions."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import wraps

import pytest

from grader.worker import definitions

SOURCE = '''
import functools

def plain(x):
    return x

@functools.cache
@functools.wraps(plain)
def decorated(x): return x, 1

def outer():
    def inner(a):
        """Text
with less indentation."""
        return a, a
    return inner

inner = outer()

if plain:
    try:
        def deep(): return 1
    except Exception:
        def deep(): return 2

class Net:
    def forward(self): return self.x
    class Part:
        @property
        def inside(self): return self.y

async def waits():
    return 1

unnamed = lambda x: x
'''


@pytest.fixture
def namespace():
    """Return the names of a file that exists only in memory."""
    names = {}
    tree = ast.parse(SOURCE)
    definitions.remember("in memory", tree.body)
    exec(compile(tree, "in memory", "exec"), names)
    return names


def test_functions_at_any_place_have_their_definition(namespace):
    for function, name in (
        (namespace["plain"], "plain"),
        (namespace["decorated"].__wrapped__, "plain"),  # as the wrapper says
        (namespace["inner"], "inner"),
        (namespace["deep"], "deep"),
        (namespace["Net"].forward, "forward"),
        (namespace["Net"].Part.inside.fget, "inside"),
    ):
        assert definitions.definition(function).name == name
    assert ast.unparse(definitions.definition(namespace["deep"])).endswith("return 1")


def test_other_callables_have_no_definition(namespace):
    for other in (namespace["waits"], namespace["unnamed"], len, namespace["Net"], 3, None):
        assert definitions.definition(other) is None


def test_function_of_another_file_is_read_from_its_source():
    tree = definitions.definition(wraps)
    assert tree is not None
    assert ast.dump(tree) == ast.dump(ast.parse(textwrap.dedent(inspect.getsource(wraps))).body[0])


def test_statements_are_in_the_order_of_the_source():
    source = """
for a in b:
    if a: one
    elif b: two
    else:
        three
        def no(): hidden
else: four
try: five
except A: six
except B: seven
else: eight
finally: nine
match a:
    case 1: ten
    case _: eleven
"""
    statements = definitions.statements_in(ast.parse(source))
    names = [each.value.id for each in statements if isinstance(each, ast.Expr)]
    assert names == ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]


def test_long_chain_of_branches_is_no_problem():
    branches = "".join(f"    elif x == {number}: y\n" for number in range(400))
    tree = ast.parse(f"def f(x):\n    if x: y\n{branches}    return x, x")
    assert [*definitions.statements_in(tree.body[0])][-1].lineno == 403
