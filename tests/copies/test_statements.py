"""Statements have the same form if only names, comments, layout or annotations differ."""

from __future__ import annotations

import pytest

from grader.copies.statements import blocks
from grader.submission.python_code import Source

pytestmark = pytest.mark.quick


def forms(*pieces):
    return [[statement.form for statement in block] for block in blocks([Source(piece) for piece in pieces])]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x + 1", "def g(y: float) -> float:\n    # one more\n    return (y+1)"),
        ("import numpy as np\na = np.exp(3)", "from numpy import exp\nb = exp(3)"),
        ("import numpy as np\na = np.exp(3)", "import numpy\nb = numpy.exp(3)"),
        ("total: int = 0", "t = 0"),
        ('def f():\n    """Return 1."""\n    return 1', "def f():\n    return 1"),
        ("a = 1\nprint(a)", "a = 1"),
        ("a = 'text'", 'b = f"{3} texts"'),
        ("class A:\n    def f(self):\n        self.w = w", "class B:\n    def g(this):\n        this.weights = w"),
        ("if __name__ == '__main__':\n    a = 1", "a = 1"),
        ("def f(rate):\n    return f(rate=rate)", "def g(lr):\n    return g(lr=lr)"),
    ],
)
def test_code_that_differs_in_names_and_layout_has_the_same_forms(one, other):
    assert forms(one) == forms(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("c = a - b", "c = b - a - a"),
        ("c = a + b", "c = a * b"),
        ("c = a + 1", "c = a + 2"),
        ("c = a + 1", "c = a + 1.0"),
        ("c = a + a", "c = a + b"),
        ("import numpy as np\nnp.sum(a, axis=0)", "import numpy as np\nnp.sum(a, axis=1)"),
        ("import numpy as np\nnp.sum(a)", "import numpy as np\nnp.mean(a)"),
        ("a.append(1)", "a.extend(1)"),
        ("a = True", "a = 1"),
    ],
)
def test_other_code_has_other_forms(one, other):
    assert forms(one) != forms(other)


def test_functions_are_blocks_of_their_own_and_the_rest_is_the_last_one():
    functions = blocks([Source("x = 1\ndef f():\n    return 2\n"), Source("y = 3\n")])
    assert [[(each.piece, each.line) for each in block] for block in functions] == [[(0, 2), (0, 3)], [(0, 1), (1, 1)]]


def test_statement_has_its_lines_and_names():
    (block,) = blocks([Source("def f(\n    a,\n    b,\n):\n    return (\n        a\n        @ b\n    )\n")])
    assert [(each.line, each.last_line, each.names) for each in block] == [(1, 4, ("a", "b")), (5, 8, ("a", "b"))]


def test_code_that_does_not_parse_has_no_statements():
    assert forms("def f(:\n") == []
    assert len(forms("def f(:\n", "a = 1\nb = 2\n")) == 1


def test_every_kind_of_statement_is_read():
    source = """
async def f(*a, b=1, **c):
    async with x as y, z: pass
    try:
        del a[0], b.c
    except* (ValueError, TypeError) as e:
        raise e from None
    match a:
        case [1, *rest] if rest: return {**c}
        case {"k": v} | v: yield
    while (n := next(a)): continue
    else: break
    assert all(i async for i in a), lambda q: ~q
for i, in x: i[1:2, ...] //= -1
"""
    assert len(forms(source)) == 2


def test_deep_and_large_code_ends():
    assert blocks([Source(f"a = 0x{'f' * 9000}\n")])
    assert blocks([Source(f"if {'-' * 900}a == 1:\n    b = 1\n"), Source("a = [" * 90 + "]" * 90)])
    assert blocks([Source("a = " + "-" * 500 + "1\n")])
    assert blocks([Source("".join(f"{' ' * depth}if a:\n" for depth in range(90)) + " " * 90 + "b = 1\n")])


def test_long_chain_of_attributes_is_read():
    chain = ".b" * 2500
    assert forms(f"import a\nx = a{chain}")[0][0].count(".b") == 2500
    assert forms(f"x = a{chain}")


def test_module_cannot_have_the_form_of_an_own_name():
    assert forms("import v0\nx = 1\ny = v0 + v0") != forms("x = 1\ny = x + x")
    ((statement,),) = blocks([Source("def f(a): pass")])
    number = statement.form.split()[-1]
    assert not number.isidentifier()
