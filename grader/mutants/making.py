"""Makes the mutants of a solution: each is its source with one change, as a student could write it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from ..assignment.check import BandedCheck
from ..assignment.sequences import methods_of
from ..assignment.spec import AssignmentSpec
from ..mutation import changes
from ..student.signatures import match
from ..submission.python_code import program
from ..support.reachable import reachable


@dataclass(frozen=True)
class MutantSolution:
    """A wrong solution: its ``source``, and the ``function``, the line and the texts before and after the change."""

    bug: str
    function: str
    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.function}, line {self.line}: {self.before} -> {self.after}"


def mutants(source: str, content: AssignmentSpec) -> list[MutantSolution]:
    """Return the mutants of all functions whose numbers the assignment judges, in the order of the lines."""
    result: dict[str, MutantSolution | None] = {program(source): None}  # by program: two changes may make the same one
    for function in _definitions(source).keys() - left_out(source, content):
        for change in changes.of_function(source, function):
            before, after = _changed_line(source, change.text) or map(_in_one_line, (change.before, change.after))
            mutant = MutantSolution(change.bug, function, change.line, before, after, change.text)
            result.setdefault(program(change.text), mutant)
    return sorted(filter(None, result.values()), key=lambda mutant: (mutant.line, mutant.after))


def left_out(source: str, content: AssignmentSpec) -> list[str]:
    """Return the functions of a solution that only checks of trained models use: there many numbers are right."""
    parts = _parts(source, content)
    uses = _uses(source)
    in_banded, in_others = set[str](), set[str]()
    for check in content.checks:
        if isinstance(check, BandedCheck):
            in_banded.update(check.functions())
        else:
            in_others.update(check.called_on_probes())
    trained = {name for name, part in parts.items() if part in in_banded - in_others}
    others = _reached({*parts} - trained, uses)
    return [name for name in uses if name in _reached(trained, uses) - others]


def functions_only(source: str) -> str:
    """Return a program without the statements at the top level that may take long: the rest defines the functions."""
    module = ast.parse(source)
    module.body = [statement for statement in module.body if _is_definition(statement)]
    return ast.unparse(module)


def _is_definition(statement: ast.stmt) -> bool:
    """True for imports, functions, classes and constants."""
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
        return True
    calls = any(isinstance(node, ast.Call) for node in ast.walk(statement))
    return isinstance(statement, ast.Assign | ast.AnnAssign) and not calls


def is_called(function: str, source: str, content: AssignmentSpec) -> bool:
    """True if checks call this function of a solution, directly or by another one; else only its own code calls it."""
    return function in _reached(_parts(source, content), _uses(source))


def affects(function: str, check: BandedCheck, source: str, content: AssignmentSpec) -> bool:
    """True if the models that a check judges may depend on this function of the solution."""
    if [*check.variables()]:
        return True  # a model that was trained at the top level
    functions = {content.written_name(name) for name in check.functions()}
    called = {name for name, part in _parts(source, content).items() if part in functions}
    return function in _reached(called, _uses(source))


def _parts(source: str, content: AssignmentSpec) -> dict[str, str]:
    """Return {function of the solution: function of the task}; a method belongs to the first check of its class."""
    definitions = _definitions(source)
    aliases = {content.written_name(name): function.aliases for name, function in content.functions.items()}
    parts: dict[str, str] = {}
    classes = {name: [item.class_name for item in each.objects.values()] for name, each in content.sequences.items()}
    for name, own_classes in {**classes, **content.judged_classes}.items():
        for class_name in own_classes:
            methods = methods_of(content.classes, class_name)
            own = match(definitions, methods, {method: spec.aliases for method, spec in methods.items()})
            for method in [*own, *({"__init__"} & definitions.keys())]:
                parts.setdefault(method, name)
    return {**parts, **match(definitions, aliases, aliases)}


def _uses(source: str) -> dict[str, set[str]]:
    """Return {function of the solution: other functions of the solution that it uses}."""
    definitions = _definitions(source)
    return {name: _names(node) & {*definitions} for name, node in definitions.items()}


def _definitions(source: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}


def _reached(names: Iterable[str], uses: dict[str, set[str]]) -> set[str]:
    """Return functions and everything that they use, directly or indirectly."""
    return {*reachable(names, uses.__getitem__)}


def _names(definition: ast.FunctionDef) -> set[str]:
    """Return all names and attributes that a function reads."""
    nodes = [*ast.walk(definition)]
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def _changed_line(before: str, after: str) -> tuple[str, str] | None:
    """Return the line that differs, before and after; None if several lines differ."""
    old, new = before.splitlines(), after.splitlines()
    pairs = [pair for pair in zip(old, new, strict=False) if pair[0] != pair[1]]
    if len(old) != len(new) or len(pairs) != 1:
        return None
    return pairs[0][0].strip(), pairs[0][1].strip()


def _in_one_line(text: str) -> str:
    """Return statements in one line; it need not be Python."""
    return "; ".join(line.strip() for line in text.splitlines()).replace(":; ", ": ")
