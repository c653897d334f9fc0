"""The language of expressions in an assignment.yaml: a part of Python's syntax and some functions of NumPy.

Expressions are computed in the grader's own process, so everything that is not listed here is refused before it is
compiled. An expression sees no modules: ``np`` is a namespace with only the functions listed here, and of Python's own
functions an expression sees only BUILTINS.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any, Literal, TypeVar

MAX_LENGTH = 2000  # characters
MAX_RANGE = 10_000
MAX_DEPTH = 50
MAX_LOOPS = 2  # per expression
REPEATED = 100
MAX_CALLS = 100_000  # that the assignment's functions make to each other for one result
MAX_BITS = 10_000  # of a power of integers
MAX_INTEGER = 2**64
MAX_ENTRIES = 10**8  # of an array that is created from its size

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
        *(
            ast.BinOp,
            ast.UnaryOp,
            ast.BoolOp,
            ast.Compare,
            ast.IfExp,
            ast.Subscript,
            ast.Slice,
            ast.Tuple,
            ast.List,
            ast.Starred,
        ),
        *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult),
        *(ast.BitAnd, ast.BitOr, ast.BitXor, ast.UAdd, ast.USub, ast.Not, ast.Invert, ast.And, ast.Or),
        *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Is, ast.IsNot, ast.In, ast.NotIn),
        *(ast.Load, ast.Store),
    }
)  # in addition to the nodes that _examined matches
ADVICE = "use quantities, operators and the functions listed in docs/authoring-bugs.md"
LIBRARY = frozenset({"np", "sigmoid", "relu", "softmax", "like"})  # further names that every expression may use
POWER = "**"
GROWING = (int, list, str, tuple)  # types whose values can become larger than all their operands


Use = Literal["", "argument", "owner"]  # role of a node: an argument of a call, or the object whose attribute is read


class Refused(ValueError):
    """An expression uses something that is not allowed. The text is a sentence without its subject."""


@dataclass(frozen=True)
class ExpressionUse:
    """The names that an allowed expression reads and calls.

    ``names`` does not contain names that the expression binds itself. ``calls`` is {name: number of calls}; a call in a
    loop counts REPEATED times.
    """

    names: tuple[str, ...]
    calls: Mapping[str, int]


@cache
def examine(text: str) -> ExpressionUse:
    """Return the names that an expression reads and calls. Raises Refused if it uses something that is not allowed."""
    return _examined(_parsed(text))


def examine_tree(tree: ast.expr) -> ExpressionUse:
    """Return the same as :func:`examine` for a syntax tree."""
    return _examined(ast.Expression(tree))


def needs_of(text: str) -> list[str]:
    """Return the names that an expression reads and that neither LIBRARY nor Python defines. Raises Refused."""
    return [name for name in examine(text).names if name not in LIBRARY and name not in BUILTINS]


def compile_expression(text: str) -> CodeType:
    """Return an expression as a code object, in which :func:`_power` computes powers. Raises Refused.

    Evaluate it in a namespace with BUILTINS as ``__builtins__``.
    """
    examine(text)
    source = with_powers(_parsed(text)) if POWER in text else text.strip()
    with warnings.catch_warnings(action="ignore"):  # a mutant may index a number
        return compile(source, "<step>", "eval")


def source_to_compile(text: str) -> str:
    """Return the source of an expression in which :func:`_power` computes powers, to be compiled with others."""
    return ast.unparse(with_powers(_parsed(text)))


def is_missing(name: str) -> bool:
    """True if Python has a builtin of that name but expressions do not."""
    return name not in BUILTINS and hasattr(builtins, name)


def not_allowed(part: str) -> str:
    """Return the message for an expression that contains ``part``, which is not allowed."""
    return f"has {part}, which is not allowed; {ADVICE}"


def _parsed(text: str) -> ast.Expression:
    if len(text) > MAX_LENGTH:
        raise Refused(f"is longer than {MAX_LENGTH} characters; use several steps")
    try:
        return ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Refused(f"is not a Python expression ({error})") from error


def _examined(tree: ast.Expression) -> ExpressionUse:
    read_names: dict[str, None] = {}
    bound_names: set[str] = set()
    calls: Counter[str] = Counter()
    loops = 0
    # Each entry: node, how often it is computed, its depth, and its role. Outer nodes come first.
    waiting: list[tuple[ast.AST, int, int, Use]] = [(tree.body, 1, 0, "")]
    for node, times, depth, use in waiting:
        inner: Use = ""
        if depth > MAX_DEPTH:
            raise Refused("is nested too deep; use several steps")
        match node:
            case ast.Name(id=name):
                if name.startswith("__") or (name == "np" and use != "owner"):
                    raise Refused(not_allowed(f"'{name}'"))
                if type(node.ctx) is ast.Store:
                    bound_names.add(name)
                else:
                    read_names[name] = None
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
            case ast.BinOp() if (
                type(node.op) in SYNTAX
            ):  # same as the general case below but faster; most nodes are of this type
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
        raise Refused(f"has more than {MAX_LOOPS} loops; use arrays or several steps")
    return ExpressionUse(tuple(name for name in read_names if name not in bound_names), calls)


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
    """True for an allowed constant. A string is allowed only as an argument, as in ``np.einsum("ij,j", a, b)``."""
    if isinstance(value, str):
        return is_argument
    if type(value) is int:
        return value < MAX_INTEGER
    return value is None or value is Ellipsis or isinstance(value, bool | float | complex)


def _part(node: ast.AST) -> str:
    """Return the refused part as the author wrote it."""
    try:
        source = ast.unparse(node)
    except Exception:  # a node for an operator has no source text
        source = ""
    return f"'{source[:80]}'" if source else type(node).__name__


Tree = TypeVar("Tree", bound=ast.AST)


def with_powers(tree: Tree) -> Tree:
    """Let :func:`_power` compute every power of a syntax tree, which is changed and returned."""
    if not any(isinstance(node, ast.Pow) for node in ast.walk(tree)):
        return tree
    changed: Tree = ast.fix_missing_locations(_Powers().visit(tree))
    return changed


class _Powers(ast.NodeTransformer):
    """Lets :func:`_power` compute every power, since ``10**10**10`` would never end."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Pow):
            return node
        return ast.Call(ast.Name("__power__", ast.Load()), [node.left, node.right], [])


def _power(base: Any, exponent: Any) -> Any:
    if type(base) is int and type(exponent) is int and base.bit_length() * abs(exponent) > MAX_BITS:
        raise OverflowError("a power of integers is too large")
    if any(getattr(getattr(value, "dtype", None), "kind", "") == "O" for value in (base, exponent)):  # of an array
        raise TypeError("a power needs numbers of a fixed size")
    return base**exponent


def refuse_growth(value: Any) -> None:
    """Raise OverflowError for an integer or a list that has become too large."""
    size = value.bit_length() / 1000 if type(value) is int else len(value) / MAX_RANGE
    if size > 1:
        raise OverflowError("an integer or a list is too large")


def _import(name: str, *arguments: Any) -> Any:
    """Import a NumPy module. Only NumPy's compiled code calls this, on behalf of an expression, which cannot name it."""
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
