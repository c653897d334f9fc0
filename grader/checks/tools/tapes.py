"""Finds out why a GradientTape gives None: the type of the answer shows that, and the source shows the reason.

A tape gives None if it has not recorded how a result depends on a variable. The reasons have names; if the source shows none
of them, or several, the bug is only that the gradient is None.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...assignment.check import Check, ProbedCheck
from ...assignment.probes import ArrayInput
from ...diagnosis import findings_of_check
from ...sandbox.failures import CallError
from ...submission.python_code import nodes_below
from ...support.i18n import _
from ..context import Context
from ..outcome import Outcome
from . import quotients
from .attempts import Tried

DIFFERENTIATES = ("gradient", "jacobian", "batch_jacobian")
USED_TWICE = "A non-persistent GradientTape can only be used to compute one set of gradients"
# Exceptions of code that gets None where it needs a number.
OF_NONE = ("NoneType", "(None)", "received None", "None values not supported", "No gradients provided")
OF_NUMPY = re.compile(r"'numpy\.\w+' object has no attribute '_id'")  # of a tape that is asked for an array
NUMPY = "numpy-inside-the-tape"
NOT_WATCHED = "tape-does-not-watch"
OUTSIDE = "computed-outside-the-tape"
UNKNOWN_REASON = "gradient-is-none"
INTEGERS = {"int", "int8", "int16", "int32", "int64"}


def unrecorded(context: Context, check: ProbedCheck, outcome: Outcome, attempt: Tried) -> Outcome | None:
    """Return the outcome of a function that returns None instead of a gradient; None for any other outcome."""
    nothing = [
        (case.name, name)
        for case, answers in zip(attempt.cases, attempt.answered, strict=True)
        for name, value in answers.items()
        if value is None
    ]
    reason = reason_for_none(context, check.function, check.probes) if nothing else ""
    if not reason:
        return None
    case, name = nothing[0]
    sentence = _(
        "`{function}`, case '{case}': {name} is None, because the tape has not recorded how the result depends on this variable."
    )
    message = sentence.format(function=check.function, case=case, name=name)
    return replace(outcome, message=message, bugs=findings_of_check(reason, name), diagnose=None, hint_fits=True)


def reason_for_none(context: Context, function: str, probes: Iterable[str]) -> str:
    """Return the bug of a function that returns None on these probes; "" unless it returns what a tape gives."""
    definitions = _definitions(context, function)
    returns = any(isinstance(node, ast.Return) and node.value for each in definitions for node in nodes_below(each))
    return reason_in(definitions, _gets_variables(context, probes)) if returns else ""


def reason_for_failure(context: Context, check: Check, failure: CallError) -> str:
    """Return the bug of a function that raised an exception because of a tape; "" if that is not the reason."""
    if USED_TWICE in failure.raised:
        return "tape-used-twice"
    of_numpy = OF_NUMPY.search(failure.raised) is not None
    if not of_numpy and not any(text in failure.raised for text in OF_NONE):
        return ""
    gets_variables = _gets_variables(context, check.probe_names())
    reasons = {reason_in(_definitions(context, name), gets_variables) for name in check.functions()} - {UNKNOWN_REASON}
    reasons &= {NUMPY} if of_numpy else reasons
    return reasons.pop() if len(reasons) == 1 else ""


def _gets_variables(context: Context, probes: Iterable[str]) -> bool:
    """True if an input is passed as a Variable, which every tape watches."""
    inputs = [value for probe in probes for value in context.content.probes[probe].inputs.values()]
    return any(isinstance(value, ArrayInput) and value.passed_as == "variable" for value in inputs)


def _definitions(context: Context, function: str) -> list[quotients.Definition]:
    target = context.student.find(function)
    sources = [code.source for code in context.student.code]
    return [] if target is None else quotients.used(sources, target.name)


@dataclass(frozen=True)
class _Gradient:
    """A call such as ``tape.gradient(target, sources)``, and the ``with`` blocks of its tape."""

    call: ast.Call
    blocks: list[ast.With]

    @property
    def tape(self) -> ast.expr:
        """The name of the tape."""
        assert isinstance(self.call.func, ast.Attribute)
        return self.call.func.value

    @property
    def target(self) -> ast.expr | None:
        return _argument(self.call, 0, "target")

    @property
    def variables(self) -> list[str]:
        """The names of the variables of the derivative."""
        sources = _argument(self.call, 1, "sources")
        items = sources.elts if isinstance(sources, ast.List | ast.Tuple) else [sources]
        return [item.id for item in items if isinstance(item, ast.Name)]


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return named[0] if named else call.args[place] if len(call.args) > place else None


def _gradients(definition: quotients.Definition) -> list[_Gradient]:
    """Return the calls that ask a tape of this function, if the ``with`` of the tape is in it as well."""
    inner = nodes_below(definition)
    blocks: dict[str, list[ast.With]] = {}
    for node in inner:
        for item in node.items if isinstance(node, ast.With) else []:
            if isinstance(item.optional_vars, ast.Name) and isinstance(item.context_expr, ast.Call):
                blocks.setdefault(item.optional_vars.id, []).append(node)  # type: ignore[arg-type]
    return [
        _Gradient(node, blocks[node.func.value.id])
        for node in inner
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in DIFFERENTIATES
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in blocks
    ]


def reason_in(definitions: Sequence[quotients.Definition], gets_variables: bool) -> str:
    """Return the only reason that the source shows for a gradient that is None, or UNKNOWN_REASON; "" without a tape.

    ``gets_variables`` is True if arguments that are differentiated by are Variables.
    """
    reasons: set[str] = set()
    if not any(_gradients(each) for each in definitions):
        return ""
    for definition in definitions:
        inner = nodes_below(definition)
        assigned = _assigned(inner)
        for gradient in _gradients(definition):
            within = {id(node) for block in gradient.blocks for node in nodes_below(block)}
            if _is_outside(gradient, assigned, within):
                reasons.add(OUTSIDE)
            elif any(
                not _is_watched(name, definition, assigned, within, gradient)
                for name in gradient.variables
                if name in assigned or not gets_variables
            ):
                reasons.add(NOT_WATCHED)
            else:
                reasons |= _inside(node for block in gradient.blocks for node in nodes_below(block))
    if not reasons and any(INTEGERS & _words(nodes_below(each)) for each in definitions):
        reasons.add("integers-have-no-gradient")
    return reasons.pop() if len(reasons) == 1 else UNKNOWN_REASON


def _words(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names and the strings in these nodes."""
    return {*quotients.names(nodes)} | {str(node.value) for node in nodes if isinstance(node, ast.Constant)}


def _assigned(inner: Sequence[ast.AST]) -> dict[str, list[ast.Assign]]:
    """Return the assignments of each plain name."""
    assigned: dict[str, list[ast.Assign]] = {}
    for node in inner:
        for target in node.targets if isinstance(node, ast.Assign) else []:
            for name in nodes_below(target):
                if isinstance(name, ast.Name):
                    assigned.setdefault(name.id, []).append(node)  # type: ignore[arg-type]
    return assigned


def _is_outside(gradient: _Gradient, assigned: dict[str, list[ast.Assign]], within: set[int]) -> bool:
    """True if what is differentiated is computed outside of the block of the tape."""
    target = gradient.target
    if isinstance(target, ast.Name):
        values = assigned.get(target.id, [])
        return bool(values) and not any(id(node) in within for node in values)
    return isinstance(target, ast.Call | ast.BinOp | ast.Subscript) and id(gradient.call) not in within


def _is_watched(
    name: str,
    definition: quotients.Definition,
    assigned: dict[str, list[ast.Assign]],
    within: set[int],
    gradient: _Gradient,
) -> bool:
    """True if the tape watches a variable before the result is computed, as far as the source shows."""
    first = min((node.lineno for node in _computations(gradient, assigned, within)), default=0)
    watching = [
        node
        for node in nodes_below(definition)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "watch"
        if ast.dump(node.func.value) == ast.dump(gradient.tape)
    ]
    if any(name in quotients.names(nodes_below(call)) for call in watching if not first or call.lineno <= first):
        return True
    makers = [node.value for node in assigned.get(name, [])]  # none of an argument, which is then a tensor
    return any(
        isinstance(value, ast.Call)
        and "Variable" in quotients.names(nodes_below(value.func))
        and not any(keyword.arg == "trainable" for keyword in value.keywords)
        for value in makers
    )


def _computations(gradient: _Gradient, assigned: dict[str, list[ast.Assign]], within: set[int]) -> list[ast.Assign]:
    target = gradient.target
    names = assigned.get(target.id, []) if isinstance(target, ast.Name) else []
    return [node for node in names if id(node) in within]


def _inside(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the reasons in the block of a tape: NumPy, whose computations it does not see, and assignments to Variables."""
    reasons = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and node.attr.startswith("assign"):
            reasons.add("assign-inside-the-tape")
        if isinstance(node, ast.Attribute) and node.attr == "numpy":
            reasons.add(NUMPY)
        if isinstance(node, ast.Name) and node.id in ("np", "numpy"):
            reasons.add(NUMPY)
    return reasons
