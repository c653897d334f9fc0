"""What an expression of an assignment.yaml may use: a part of Python's syntax, some functions of NumPy, no more.

Expressions are computed in the grader's own process, so all that is not named here is refused before it is compiled. An
expression sees no module either: ``np`` is a namespace that has the functions named here alone, and of Python's own
functions it has those of BUILTINS.
"""

from __future__ import annotations

import ast
import builtins
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType, SimpleNamespace
from typing import Any, Literal

import numpy as np

MAX_LENGTH = 2000  # characters
MAX_RANGE = 10_000
MAX_DEPTH = 50
MAX_LOOPS = 2  # in one expression
REPEATED = 100
MAX_CALLS = 100_000  # of the assignment's functions by each other, for one result
MAX_BITS = 10_000  # of a power of whole numbers
MAX_INTEGER = 2**64
MAX_ENTRIES = 10**8  # of an array that is made from its size

_NUMPY = """
    abs absolute add all allclose amax amin any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin
    argsort argwhere array asarray atleast_1d atleast_2d average bincount bool_ broadcast_to cbrt ceil clip column_stack
    concatenate copysign cos cosh count_nonzero cov cross cumprod cumsum diag diagonal diff divide dot e einsum equal exp
    exp2 expand_dims expm1 eye fabs flip fliplr flipud float16 float32 float64 floor floor_divide fmax fmin full full_like
    greater greater_equal heaviside histogram hstack hypot identity inf inner int8 int16 int32 int64 intp isclose isfinite
    isin isinf isnan less less_equal linspace log log10 log1p log2 logaddexp logical_and logical_not logical_or logical_xor
    matmul max maximum mean median min minimum mod moveaxis multiply nan nan_to_num ndim negative newaxis nonzero not_equal
    ones ones_like outer percentile pi power prod ptp quantile ravel reciprocal remainder repeat reshape roll rot90 round
    rint searchsorted shape sign sin sinh size sort split sqrt square squeeze stack std subtract sum swapaxes take
    take_along_axis tan tanh tensordot tile trace transpose tril triu true_divide trunc uint8 uint16 uint32 uint64 unique var
    vdot vstack where zeros zeros_like
"""
NUMPY = frozenset(_NUMPY.split())
LINALG = ("det", "inv", "norm", "solve")
_ATTRIBUTES = """
    T all any argmax argmin argsort astype clip conj copy cumprod cumsum diagonal dot dtype flatten imag item max mean min
    ndim nonzero prod ravel real repeat reshape round shape size squeeze std sum swapaxes take tolist trace transpose var
"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
SYNTAX = frozenset(
    {
        *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Subscript, ast.Slice, ast.Tuple, ast.List),
        *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult),
        *(ast.BitAnd, ast.BitOr, ast.BitXor, ast.UAdd, ast.USub, ast.Not, ast.Invert, ast.And, ast.Or),
        *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn),
        *(ast.Load, ast.Store),
    }
)  # and what _examined looks at
ADVICE = "use quantities, operators, and the functions that docs/authoring.md lists"
GROWING = (int, list, str, tuple)  # types whose values can become larger than everything that they are made of


Use = Literal["", "argument", "owner"]  # of a node: an argument of a call, or that of which an attribute is read


class Refused(ValueError):
    """An expression has something that it may not have; the text is what is said about it, without the subject."""


@dataclass(frozen=True)
class Examined:
    """What an expression that is allowed reads and calls.

    ``names`` are those that it does not bind itself; ``calls`` says how often it calls each name, where what is called
    in a loop counts REPEATED times.
    """

    names: tuple[str, ...]
    calls: Mapping[str, int]


@cache
def examine(text: str) -> Examined:
    """Look at everything in an expression; raises Refused where it uses what it may not."""
    return _examined(_parsed(text))


def compiled(text: str) -> tuple[CodeType, str]:
    """An expression as code and as text, in which powers are computed by :func:`_power`; raises Refused.

    It is to be evaluated in a namespace that has BUILTINS as its ``__builtins__``.
    """
    examine(text)
    tree = ast.fix_missing_locations(_Powers().visit(_parsed(text)))
    return compile(tree, "<step>", "eval"), ast.unparse(tree)


def is_missing(name: str) -> bool:
    """Whether Python itself has a function of that name, and an expression has not."""
    return name not in BUILTINS and hasattr(builtins, name)


def not_allowed(part: str) -> str:
    """What is said about an expression that has this part of it, which it may not have."""
    return f"has {part}, which is not allowed; {ADVICE}"


def _parsed(text: str) -> ast.Expression:
    if len(text) > MAX_LENGTH:
        raise Refused(f"has more than {MAX_LENGTH} characters; use more than one step")
    try:
        return ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Refused(f"is not a Python expression ({error})") from error


def _examined(tree: ast.Expression) -> Examined:
    read: dict[str, None] = {}
    bound: set[str] = set()
    calls: Counter[str] = Counter()
    loops = 0
    # With each node: how often it is computed, how deep it lies, and what it is for. Outer nodes come first.
    waiting: list[tuple[ast.AST, int, int, Use]] = [(tree.body, 1, 0, "")]
    for node, times, depth, use in waiting:
        inner: Use = ""
        if depth > MAX_DEPTH:
            raise Refused("is nested too deep; use more than one step")
        match node:
            case ast.Name(id=name):
                if name.startswith("__") or (name == "np" and use != "owner"):
                    raise Refused(not_allowed(f"'{name}'"))
                if type(node.ctx) is ast.Store:
                    bound.add(name)
                else:
                    read[name] = None
                continue
            case ast.Constant(value=value):
                if not _is_constant(value, use == "argument"):
                    raise Refused(not_allowed(_part(node)))
                continue
            case ast.Attribute():
                if not _is_allowed(node, use == "owner"):
                    raise Refused(not_allowed(_part(node)))
                waiting.append((node.value, times, depth + 1, "owner"))
                continue
            case ast.BinOp() if type(node.op) in SYNTAX:  # as below, but faster: most nodes are of this kind
                waiting += [(node.left, times, depth + 1, ""), (node.right, times, depth + 1, "")]
                continue
            case ast.Call(func=ast.Name(id=name)):
                calls[name] += times
            case ast.Call(func=ast.Attribute()):
                pass
            case ast.keyword(arg=None | "out"):
                raise Refused(not_allowed(f"'{node.arg}='" if node.arg else "'**'"))
            case ast.keyword():
                inner = "argument"
            case ast.comprehension():
                loops += 1
                if node.is_async:
                    raise Refused(not_allowed("'async for'"))
            case ast.ListComp() | ast.GeneratorExp():
                times *= REPEATED
            case _ if type(node) not in SYNTAX:
                raise Refused(not_allowed(_part(node)))
        if isinstance(node, ast.Call):
            waiting.append((node.func, times, depth + 1, ""))
            waiting += [(argument, times, depth + 1, "argument") for argument in (*node.args, *node.keywords)]
        else:
            children = ast.iter_child_nodes(node)
            waiting += [(child, times, depth + 1, inner) for child in children if type(child) is not ast.Load]
    if loops > MAX_LOOPS:
        raise Refused(f"has more than {MAX_LOOPS} loops; use arrays, or more than one step")
    return Examined(tuple(name for name in read if name not in bound), calls)


def _is_allowed(node: ast.Attribute, has_attribute: bool) -> bool:
    match node.value:
        case ast.Name(id="np"):
            return node.attr in NUMPY or (node.attr == "linalg" and has_attribute)
        case ast.Attribute(value=ast.Name(id="np"), attr="linalg"):
            return node.attr in LINALG
        case ast.Attribute(value=ast.Name(id="np")):  # of a function or a type
            return False
    return node.attr in ATTRIBUTES


def _is_constant(value: Any, is_argument: bool) -> bool:
    """A text means something only as an argument, as in ``np.einsum("ij,j", a, b)``."""
    if isinstance(value, str):
        return is_argument
    if type(value) is int:
        return value < MAX_INTEGER
    return value is None or value is Ellipsis or isinstance(value, bool | float | complex)


def _part(node: ast.AST) -> str:
    """What is refused, as the author has written it."""
    try:
        written = ast.unparse(node)
    except Exception:  # a node that stands for a sign only
        written = ""
    return f"'{written[:80]}'" if written else type(node).__name__


class _Powers(ast.NodeTransformer):
    """Lets :func:`_power` compute every power, since ``10**10**10`` would never end."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Pow):
            return node
        return ast.Call(ast.Name("__power__", ast.Load()), [node.left, node.right], [])


def _power(base: Any, exponent: Any) -> Any:
    if type(base) is int and type(exponent) is int and base.bit_length() * abs(exponent) > MAX_BITS:
        raise OverflowError("a power of whole numbers is too large")
    if any(isinstance(value, np.ndarray) and value.dtype == object for value in (base, exponent)):
        raise TypeError("a power needs numbers of a fixed size")
    return base**exponent


def refuse_growth(value: Any) -> None:
    """Raise OverflowError for a number or list that steps would make larger and larger."""
    size = value.bit_length() / 1000 if type(value) is int else len(value) / MAX_RANGE
    if size > 1:
        raise OverflowError("a whole number or a list is too large")


def _import(name: str, *arguments: Any) -> Any:
    """What NumPy's compiled code calls, in the name of the expression that has called it; no expression can name it."""
    if name.partition(".")[0] != "numpy":
        raise ImportError(f"an expression imports {name}")
    return __import__(name, *arguments)


def _range(*limits: Any) -> range:
    numbers = range(*limits)
    if len(numbers) > MAX_RANGE:
        raise ValueError(f"a range has more than {MAX_RANGE} numbers")
    return numbers


def _round(value: Any, digits: Any = None) -> Any:
    if digits is not None and abs(digits) > 400:
        raise ValueError("round() has at most 400 digits")
    return round(value, digits)


def _sized(name: str, size: Any) -> Any:
    """A function of NumPy that refuses to make a huge array; ``size`` computes the entries from its arguments."""
    function = getattr(np, name)

    def limited(*arguments: Any, **options: Any) -> Any:
        if size(*arguments, **options) > MAX_ENTRIES:
            raise ValueError(f"np.{name} makes an array of more than {MAX_ENTRIES} entries")
        return function(*arguments, **options)

    return limited


def _entries(shape: Any, *_: Any, **__: Any) -> float:
    return math.prod(map(float, np.ravel(shape).tolist()))


def _steps(start: Any, stop: Any = None, step: Any = 1, **_: Any) -> float:
    begin, end = (0, start) if stop is None else (start, stop)
    return abs(float(end) - float(begin)) / abs(float(step)) if step else 0.0


LIMITED = {
    "arange": _steps,
    "eye": lambda N, M=None, *_, **__: float(N) * float(N if M is None else M),
    "full": _entries,
    "identity": lambda n, *_, **__: float(n) ** 2,
    "linspace": lambda start, stop, num=50, *_, **__: float(num) * np.size(start),
    "ones": _entries,
    "repeat": lambda a, repeats, *_, **__: float(np.size(a)) * float(np.max(repeats)),
    "tile": lambda A, reps: np.size(A) * _entries(reps),
    "zeros": _entries,
}

numpy = SimpleNamespace(
    **{name: getattr(np, name) for name in NUMPY if name not in {*LIMITED, "power"}},
    **{name: _sized(name, size) for name, size in LIMITED.items()},
    power=_power,
    linalg=SimpleNamespace(**{name: getattr(np.linalg, name) for name in LINALG}),
)
BUILTINS: dict[str, Any] = {
    **{item.__name__: item for item in (abs, all, any, bool, divmod, enumerate, float, int, len, list, max, min)},
    **{item.__name__: item for item in (reversed, sorted, sum, tuple, zip)},
    "range": _range,
    "round": _round,
    "True": True,
    "False": False,
    "None": None,
    "__power__": _power,
    "__import__": _import,
    "__growing__": GROWING,
    "__refuse_growth__": refuse_growth,
}
