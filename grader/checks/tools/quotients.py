"""Finds out from the source whether a function may compute difference quotients.

Only the code of the function and of the functions that it uses is inspected. A comparison by differences next to a
derivation looks the same, so the source alone is never a finding; see :mod:`differences`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from ...submission.python_code import Source, nodes_below
from .imports import imports

Sign = Literal["nothing", "calls", "quotient"]
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
# Functions of libraries that use differences to differentiate.
DIFFERENTIATING = {"approx_fprime", "approx_derivative", "approx_jacobian", "derivative", "jacobian", "numdifftools"}
# Calls whose computation is not in the source.
UNREADABLE = {"eval", "exec", "compile", "getattr", "globals", "locals", "vars", "__import__", "import_module"}
LOOPS = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
MOST_FUNCTIONS = 200
MOST_SUBSTITUTED = 4  # length of a chain of names that are replaced by their assigned values
LARGEST_STEP = 0.1


def facts(sources: Sequence[Source], function: str) -> Sign:
    """Return the strongest sign of difference quotients in the code of ``function`` and of the functions that it uses.

    ``quotient``: a difference of two calls of one function is divided, or a library computes differences. ``calls``: a
    function is called several times, a difference is divided, or the source does not show the computation.
    """
    definitions = _definitions(sources)
    library = DIFFERENTIATING | {
        item.name
        for source in sources
        for item in imports(source)
        if DIFFERENTIATING & {item.module.partition(".")[0], item.bound.rpartition(".")[2]}
    }
    result: Sign = "nothing" if function in definitions else "calls"  # its definition is not in the source
    for definition in _used(definitions, function):
        inner = nodes_below(definition)
        if library & set(names(inner)) or any(_is_numpy_gradient(node) for node in inner):
            return "quotient"
        assigned = _assigned(inner)
        for node in inner:
            difference = _divided(node, assigned)
            if difference is not None:
                both = (set(_called(side, assigned)) for side in (difference.left, difference.right))
                if set.intersection(*both):
                    return "quotient"
                result = "calls"
        if UNREADABLE & set(names(inner)) or _calls_again(definition, definitions):
            result = "calls"
    return result


def called(sources: Sequence[Source], function: str | None = None) -> set[str]:
    """Return the last names of all functions that ``function`` and its helpers call, or the whole code; without the
    submission's own functions."""
    definitions = _definitions(sources)
    if function is None or function not in definitions:
        calls = (node for source in sources for node in source.of(ast.Call))
    else:
        inner = (node for definition in _used(definitions, function) for node in nodes_below(definition))
        calls = (node for node in inner if isinstance(node, ast.Call))
    return {*map(_callee, calls)} - definitions.keys()


def calls(sources: Sequence[Source], function: str | None, of_these: Iterable[str]) -> bool:
    """True if ``function`` and its helpers, or the whole code, call a function with one of these names, also if it was imported
    under another name."""
    names_wanted = set(of_these)
    local = {item.name for each in sources for item in imports(each) if item.bound.rpartition(".")[2] in names_wanted}
    return not (names_wanted | local).isdisjoint(called(sources, function))


def constants(sources: Iterable[Source]) -> set[float]:
    """Return the numbers in the code that may be steps of a difference quotient: written as a number or as a power."""
    numbers: set[float] = set()
    for source in sources:
        for node in source.nodes:
            value = _number(node)
            if value is not None and 0 < abs(value) <= LARGEST_STEP:
                numbers.add(abs(value))
    return numbers


def _number(node: ast.AST) -> float | None:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _number(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.Div | ast.Mult):
        left, right = _number(node.left), _number(node.right)
        if left is None or right is None or abs(left) > 1e6 or abs(right) > 1e6:
            return None
        try:
            if isinstance(node.op, ast.Pow):
                value = left**right if left > 0 and abs(right) <= 64 else None
            else:
                value = left / right if isinstance(node.op, ast.Div) else left * right
        except ArithmeticError:
            return None
        return value
    return None


def _definitions(sources: Iterable[Source]) -> dict[str, list[Definition]]:
    definitions: dict[str, list[Definition]] = {}
    for source in sources:
        for node in source.of(ast.FunctionDef, ast.AsyncFunctionDef, ast.Assign):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                definitions.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        definitions.setdefault(target.id, []).append(node.value)
    return definitions


def _used(definitions: dict[str, list[Definition]], function: str) -> list[Definition]:
    """Return the definitions of ``function`` and of all functions that they use, directly or indirectly."""
    waiting = [function] if function in definitions else []
    seen_names = set(waiting)
    used: list[Definition] = []
    while waiting and len(used) < MOST_FUNCTIONS:
        for definition in definitions[waiting.pop()]:
            used.append(definition)
            further = {name for name in names(nodes_below(definition)) if name in definitions} - seen_names
            seen_names |= further
            waiting += further
    return used


def used(sources: Iterable[Source], function: str) -> list[Definition]:
    """Return the definitions of ``function`` and of all functions of the submission that it uses."""
    return _used(_definitions(sources), function)


def names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield each name in these nodes, and the name of each attribute."""
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _is_numpy_gradient(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "gradient"
        and isinstance(node.value, ast.Name)
        and node.value.id in ("np", "numpy")
    )


def _assigned(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """Return the values that are assigned to each plain name in these nodes."""
    values: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for name, value in zip(target.elts, node.value.elts, strict=False):
                        if isinstance(name, ast.Name):
                            values.setdefault(name.id, []).append(value)
    return values


def _divided(node: ast.AST, assigned: dict[str, list[ast.expr]]) -> ast.BinOp | None:
    """Return the difference in the numerator of a division, or None."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        parts = [node.left]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        parts = [node.left, node.right]
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Div) and isinstance(node.target, ast.Name):
        parts = assigned.get(node.target.id, [])
    else:
        return None
    for part in _substituted(parts, assigned):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
            return part
    return None


def _called(side: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Yield the functions that are called in an expression, or in the values assigned to its names."""
    for part in _substituted([side], assigned):
        if isinstance(part, ast.Call):
            yield ast.dump(part.func)


def _substituted(parts: Sequence[ast.expr], assigned: dict[str, list[ast.expr]]) -> Iterator[ast.AST]:
    """Yield all nodes of some expressions, then of the values assigned to their names, and so on."""
    seen_names: set[str] = set()
    level: list[ast.expr] = [*parts]
    for _ in range(MOST_SUBSTITUTED):
        names: set[str] = set()
        for part in level:
            for node in nodes_below(part):
                yield node
                if isinstance(node, ast.Name):
                    names.add(node.id)
        level = [value for name in sorted(names - seen_names) for value in assigned.get(name, ())]
        seen_names |= names


def _calls_again(definition: Definition, definitions: dict[str, list[Definition]]) -> bool:
    """True if it calls a function of the submission, or one of its parameters, several times or in a loop, or passes one on."""
    own = definitions.keys() | {argument.arg for argument in definition.args.args}
    sites: set[str] = set()
    for node in nodes_below(definition):
        if isinstance(node, LOOPS) and any(
            _callee(part) in own for part in nodes_below(node) if isinstance(part, ast.Call)
        ):
            return True
        if isinstance(node, ast.Call):
            name = _callee(node)
            if name in own and name in sites:
                return True
            sites.add(name)
            if any(
                isinstance(argument, ast.Lambda) or getattr(argument, "id", "") in definitions for argument in node.args
            ):
                return True
    return False


def _callee(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
