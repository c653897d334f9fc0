"""Finds the assignments inside a function from which a result is computed, by reading the code; it is not executed.

A *place* is a variable, or a part of one: ``("dW",)``, ``("self", "dW")`` or ``("grads", "'dW'")``. Whatever the text
leaves open counts as possible: both branches of an ``if``, every round of a loop, a function that may change its argument.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .python_code import nodes_below

Place = tuple[str, ...]
Path = tuple[str | int, ...]  # the way to a part of a value: indices of tuples and keys of dicts

MOST_ASSIGNMENTS = 200  # in a function; following them takes time with the square of their number
SHOWING = {"print", "display", "len", "range", "type", "isinstance"}  # functions that change no argument
FAITHFUL_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.MatMult, ast.UAdd, ast.USub)
FAITHFUL_CALLS = {"dot", "matmul", "sum", "mean", "multiply", "add", "subtract", "divide", "transpose"}


@dataclass(frozen=True)
class AssignStatement:
    """A statement, or a part of one, that gives places a value.

    ``reads`` are all places in its value, and ``shown`` those whose every entry shows in it, as in a sum or a product.
    ``keeps`` is True if the former value goes into the new one. ``tests`` are the assignments that decide whether it
    runs; ``is_certain`` is False in a branch or a loop and for a call that may change its argument, and ``loop`` is the line of the outermost loop around it.
    """

    line: int
    defines: tuple[Place, ...]
    reads: frozenset[Place]
    shown: frozenset[Place] = frozenset()
    value: ast.expr | None = None
    keeps: bool = False
    is_certain: bool = True
    loop: int | None = None
    tests: tuple[int, ...] = ()


class NotFollowed(Exception):
    """The code does not show how its results are computed."""


@dataclass
class _Flow:
    """The state while the statements of a function are read in order."""

    local_names: frozenset[str]
    changing: frozenset[str]
    assignments: list[AssignStatement] = field(default_factory=list)
    is_certain: bool = True
    loop: int | None = None
    tests: tuple[int, ...] = ()

    def add(self, line: int, defines: Iterable[Place], values: Sequence[ast.expr], keeps: bool = False) -> int:
        """Add an assignment of places to the values that it reads, and return its number.

        A function that may change its arguments adds an assignment of these.
        """
        reads = frozenset(place for value in values for place in places_in(value))
        entries = frozenset(place for value in values for place in _shown(value))
        single = values[0] if len(values) == 1 else None
        self.assignments.append(
            AssignStatement(line, tuple(defines), reads, entries, single, keeps, self.is_certain, self.loop, self.tests)
        )
        changed = {
            place for value in values for place in _changed(value, self.changing) if place[0] in self.local_names
        }
        number = len(self.assignments) - 1
        if changed:
            self.add_possible(line, changed, reads)
        return number

    def add_possible(self, line: int, defines: Iterable[Place], reads: Iterable[Place]) -> None:
        """Add an assignment that a call may make."""
        self.assignments.append(
            AssignStatement(
                line, tuple(defines), frozenset(reads), keeps=True, is_certain=False, loop=self.loop, tests=self.tests
            )
        )


class Body:
    """The assignments in the body of a function. Raises NotFollowed if its code does not show how results are computed.

    There must be one ``return`` at the end, or none. ``changing`` are the functions that may change their arguments.
    """

    def __init__(self, function: ast.FunctionDef, changing: Iterable[str] = ()) -> None:
        inner = nodes_below(function)
        self.parameters = {node.arg for node in inner if isinstance(node, ast.arg)}
        stored = {node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        self.instance = function.args.args[0].arg if function.args.args else ""  # of a method
        self.local_names = frozenset(self.parameters | stored)
        flow = _Flow(self.local_names, frozenset(changing))
        self.returned: ast.expr | None = None
        statements = function.body
        if statements and isinstance(statements[-1], ast.Return):
            self.returned, statements = statements[-1].value, statements[:-1]
        _read(statements, flow)
        if len(flow.assignments) > MOST_ASSIGNMENTS:
            raise NotFollowed
        self.assignments = flow.assignments

    def result(self, path: Path) -> int:
        """Return the number of the assignment that gives the part ``path`` of the returned value; NotFollowed without one.

        An expression in the ``return`` statement becomes another assignment.
        """
        if self.returned is None:
            raise NotFollowed
        return self._part(self.returned, path, len(self.assignments))

    def last(self, place: Place) -> int:
        """Return the number of the last assignment of ``place``; NotFollowed if several may be the last one."""
        return self._last(place, len(self.assignments))

    def sources(self, start: int) -> set[int]:
        """Return the numbers of all assignments from which ``start`` may be computed, with itself."""
        reached: set[int] = set()
        waiting = [start]
        while waiting:
            number = waiting.pop()
            if number not in reached:
                reached.add(number)
                waiting += self.assignments[number].tests
                for place in self._all_reads(number):
                    waiting += self._reaching(place, number)
        return reached

    def certain_sources(self, start: int) -> set[int]:
        """Return the numbers of the assignments from which ``start`` is certainly computed, so that an error in one of
        them would show."""
        reached: set[int] = set()
        waiting = [start]
        while waiting:
            number = waiting.pop()
            item = self.assignments[number]
            if number in reached or not item.is_certain:
                continue
            reached.add(number)
            places = {*item.shown, *(item.defines if item.keeps else ())}
            for place in places:
                reaching = self._reaching(place, number)
                if all(self.assignments[each].is_certain for each in reaching):
                    waiting += reaching
        return reached

    def _part(self, value: ast.expr, path: Path, before: int) -> int:
        """Return the number of the assignment for a part of an expression that is computed after ``before`` assignments."""
        if path:
            part = _entry(value, path[0])
            if part is not None:
                return self._part(part, path[1:], before)
            place = place_of(value)
            if place is None:
                raise NotFollowed
            entry = (*place, repr(path[0]))
            if len(path) == 1 and any(entry in item.defines for item in self.assignments[:before]):
                return self._last(entry, before)
            number = self._last(place, before)
            item = self.assignments[number]
            if item.value is None or item.keeps or len(item.defines) > 1:
                raise NotFollowed
            return self._part(item.value, path, number)
        place = place_of(value)
        if place is not None and place[0] in self.local_names:
            return self._last(place, before)
        flow = _Flow(self.local_names, frozenset(), self.assignments)
        return flow.add(value.lineno, (), [value])

    def _last(self, place: Place, before: int) -> int:
        """Return the last assignment of a place. In branches and loops it must be the only one."""
        reaching = self._reaching(place, before)
        if not reaching or not (self.assignments[reaching[0]].is_certain or len(reaching) == 1):
            raise NotFollowed
        return reaching[0]

    def _all_reads(self, number: int) -> set[Place]:
        item = self.assignments[number]
        return {*item.reads, *(item.defines if item.keeps or not item.is_certain else ())}

    def _reaching(self, place: Place, number: int) -> list[int]:
        """Return the assignments that may give ``place`` its value before assignment ``number``, the last one first."""
        numbers = []
        loop = self.assignments[number].loop if number < len(self.assignments) else None
        for index in range(min(number, len(self.assignments)) - 1, -1, -1):
            item = self.assignments[index]
            overlapping = [other for other in item.defines if other[: len(place)] == place[: len(other)]]
            if overlapping:
                numbers.append(index)
                if item.is_certain and not item.keeps and any(len(other) <= len(place) for other in overlapping):
                    break
        if loop is not None:  # in the next round
            for index in range(number, len(self.assignments)):
                item = self.assignments[index]
                if item.loop == loop and any(other[: len(place)] == place[: len(other)] for other in item.defines):
                    numbers.append(index)
        return numbers


def place_of(node: ast.expr) -> Place | None:
    """Return the place that an expression names: a variable, its attribute, or its entry with a constant key."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute) and node.attr != "T":
        owner = place_of(node.value)
        return (*owner, node.attr) if owner else None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        owner = place_of(node.value)
        return (*owner, repr(node.slice.value)) if owner else None
    return None


def places_in(node: ast.AST) -> Iterator[Place]:
    """Yield the places that an expression reads, each as long as possible."""
    place = place_of(node) if isinstance(node, ast.expr) else None
    if place is not None:
        yield place
        return
    for child in ast.iter_child_nodes(node):
        yield from places_in(child)


def _shown(node: ast.expr) -> Iterator[Place]:
    """Yield the places whose every entry shows in the value of an expression."""
    place = place_of(node)
    if place is not None:
        yield place
    elif isinstance(node, ast.BinOp) and isinstance(node.op, FAITHFUL_OPERATORS):
        yield from _shown(node.left)
        yield from _shown(node.right)
    elif isinstance(node, ast.UnaryOp):
        yield from _shown(node.operand)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield from _shown(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FAITHFUL_CALLS:
        for part in (node.func.value, *node.args):
            yield from _shown(part)


def _entry(value: ast.expr, key: str | int) -> ast.expr | None:
    """Return the part of a tuple or dict in the source; None if another expression does not show its parts."""
    if isinstance(value, ast.Tuple | ast.List) and isinstance(key, int) and key < len(value.elts):
        is_plain = not any(isinstance(item, ast.Starred) for item in value.elts)
        return value.elts[key] if is_plain else None
    if isinstance(value, ast.Dict):
        values = [
            item
            for name, item in zip(value.keys, value.values, strict=True)
            if isinstance(name, ast.Constant) and name.value == key
        ]
        return values[-1] if values and None not in value.keys else None
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict" and not value.args:
        return next((item.value for item in value.keywords if item.arg == key), None)
    return None


def _read(statements: Sequence[ast.stmt], flow: _Flow) -> None:
    for statement in statements:
        _read_one(statement, flow)


def _read_one(statement: ast.stmt, flow: _Flow) -> None:
    """Add the assignments of a statement. Raises NotFollowed for a kind of statement that this module does not follow."""
    for node in nodes_below(statement):
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom | ast.Await | ast.Nonlocal | ast.NamedExpr):
            raise NotFollowed
    match statement:
        case ast.Assign(targets=targets, value=value):
            _assign(targets, value, flow)
        case ast.AnnAssign(target=target, value=value):
            if value is not None:
                _assign([target], value, flow)
        case ast.AugAssign(target=target, value=value):
            flow.add(statement.lineno, _defined(target), [target, value], keeps=True)
        case ast.Expr(value=value):
            changed = [place for place in _changed(value) if place[0] in flow.local_names]
            if changed:
                flow.add_possible(statement.lineno, changed, places_in(value))
        case ast.If(test=test, body=body, orelse=orelse):
            _branches([body, orelse], test, flow)
        case ast.For(target=target, iter=values, body=body, orelse=orelse):
            _loop(statement.lineno, _defined(target), values, [*body, *orelse], flow)
        case ast.While(test=test, body=body, orelse=orelse):
            _loop(statement.lineno, [], test, [*body, *orelse], flow)
        case ast.With(items=items, body=body):
            for item in items:
                names = [] if item.optional_vars is None else _defined(item.optional_vars)
                flow.add(statement.lineno, names, [item.context_expr])
            _read(body, flow)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            blocks = [body, *(handler.body for handler in handlers), orelse, finalbody]
            _branches(blocks, None, flow)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            flow.add(statement.lineno, [((name.asname or name.name).partition(".")[0],) for name in names], [])
        case ast.Pass() | ast.Global() | ast.Assert() | ast.Raise():
            pass
        case _:
            raise NotFollowed


def _assign(targets: Sequence[ast.expr], value: ast.expr, flow: _Flow) -> None:
    """Add an assignment; ``a, b = x, y`` becomes two, unless one of them reads the other's variable."""
    target = targets[0]
    line = target.lineno
    if len(targets) == 1 and isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        line = value.lineno
        parts = [*target.elts, *value.elts]
        names = {place[0] for one in target.elts for place in _defined(one)}
        read_names = {place[0] for one in value.elts for place in places_in(one)}
        is_plain = len(target.elts) == len(value.elts) and not any(isinstance(part, ast.Starred) for part in parts)
        if is_plain and not names & read_names:
            for one, part in zip(target.elts, value.elts, strict=True):
                _assign([one], part, flow)
            return
    defines = [place for each in targets for place in _defined(each)]
    is_partial = any(
        isinstance(node, ast.Subscript) and place_of(node) is None for each in targets for node in nodes_below(each)
    )
    values = [value, *(each for each in targets if is_partial)]
    flow.add(line, defines, values, keeps=is_partial)


def _branches(blocks: Sequence[Sequence[ast.stmt]], test: ast.expr | None, flow: _Flow) -> None:
    before = flow.is_certain, flow.tests
    if test is not None:
        flow.tests = (*flow.tests, flow.add(test.lineno, (), [test]))
    flow.is_certain = False
    for block in blocks:
        _read(block, flow)
    flow.is_certain, flow.tests = before


def _loop(line: int, defines: Sequence[Place], values: ast.expr, body: Sequence[ast.stmt], flow: _Flow) -> None:
    before = flow.is_certain, flow.tests, flow.loop
    flow.is_certain, flow.loop = False, flow.loop or line
    flow.tests = (*flow.tests, flow.add(line, defines, [values]))
    _read(body, flow)
    flow.is_certain, flow.tests, flow.loop = before


def _defined(target: ast.expr) -> list[Place]:
    """Return the places that an assignment to ``target`` changes."""
    if isinstance(target, ast.Tuple | ast.List):
        return [place for item in target.elts for place in _defined(item)]
    if isinstance(target, ast.Starred):
        return _defined(target.value)
    place = place_of(target)
    if place is None and isinstance(target, ast.Subscript | ast.Attribute):
        return _defined(target.value)
    if place is None:
        raise NotFollowed
    return [place]


def _changed(value: ast.expr, changing: Collection[str] | None = None) -> Iterator[Place]:
    """Yield the places that calls in an expression may change: their objects and their arguments.

    ``changing`` are the names of the functions that may do so, by default all except those that only show a value.
    """
    for call in nodes_below(value):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in changing if changing is not None else name not in SHOWING:
            if isinstance(call.func, ast.Attribute):
                yield from (place[:1] for place in places_in(call.func.value))
            for argument in (*call.args, *(item.value for item in call.keywords)):
                yield from (place[:1] for place in places_in(argument))


def may_change_arguments(function: ast.FunctionDef) -> bool:
    """True if the code of a function, without those that it calls, may change an argument or an attribute in place."""
    for node in nodes_below(function):
        if isinstance(node, ast.AugAssign | ast.Global) or (isinstance(node, ast.keyword) and node.arg == "out"):
            return True
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and any(True for _ in _changed(node.value)):
            return True
    return False
