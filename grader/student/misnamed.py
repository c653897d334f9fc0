"""Suggests a function for a missing one: with a similar name, defined in the wrong place, or with the same arguments."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Sequence

from ..assignment.spec import AssignmentSpec
from ..sandbox.calls import SubmittedFunction
from ..sandbox.loading import UNKNOWN_NAME
from ..submission import Code
from ..submission.python_code import bound_names
from ..support.i18n import _, joined
from ..support.similar_names import normal
from .signatures import SIMILAR, find_function, match, signature, submitted_signature

# Words in the names of functions that use the same data for another purpose.
OTHER_WORK = (
    *("accura", "check", "debug", "demo", "display", "draw", "eval", "main", "plot", "print", "score", "show", "test"),
    *("valid", "visual"),
)
SIMILAR_VARIABLE = 0.6  # similarity of two variable names, from 0 to 1
FEWEST = 2  # with fewer arguments, a function cannot be recognised by them


def missing(
    content: AssignmentSpec,
    name: str,
    defined: dict[str, SubmittedFunction],
    others: dict[str, str],
    code: Sequence[Code] = (),
) -> str:
    """Return the sentences about a missing function.

    ``defined`` are the submission's functions; ``others`` maps its other names to the types of their values; ``code``
    is its source code.
    """
    if name in others:
        return _(
            "`{name}` is a value ({type}) at the end, not a function: a later line reassigns the name. Rename that variable."
        ).format(name=name, type=others[name])
    sentence = _("The function `{function}` is missing: define it under this name.")
    beginning = sentence.format(function=signature(name, content.functions[name]))
    near = _similar_functions(content, name, defined)
    if near:
        lines = {label: spot for part in code for label, spot in _spots(part)}
        names = joined([f"`{submitted_signature(function)}`{lines.get(function.label, '')}" for function in near])
        return beginning + " " + _("Found {names}: did you mean `{function}`?").format(names=names, function=name)
    spellings = {normal(spelling) for spelling in (content.written_name(name), *content.functions[name].aliases)}
    misplaced = next((place for part in code if (place := _misplaced(part, spellings))), None)
    if misplaced is not None:
        return f"{beginning} {misplaced}"
    candidate = _with_same_arguments(content, name, defined)
    if candidate is not None:
        lines = {label: spot for part in code for label, spot in _spots(part)}
        sentence = _("`{found}`{line} takes the same arguments: if it is this function, rename it to `{function}`.")
        line = lines.get(candidate.label, "")
        return f"{beginning} {sentence.format(found=submitted_signature(candidate), line=line, function=name)}"
    return beginning


def similar(name: str, others: Iterable[str]) -> list[str]:
    """Return at most three of the ``others`` that may be another spelling of ``name``, the most similar first."""
    by_spelling = {normal(other): other for other in others}
    matches = difflib.get_close_matches(normal(name), by_spelling, n=3, cutoff=SIMILAR_VARIABLE)
    return [by_spelling[spelling] for spelling in matches]


def in_a_name_error(text: str, names: Iterable[str]) -> str:
    """Return the question whether another name was meant, for the text of a NameError; "" if no name is similar."""
    unknown = UNKNOWN_NAME.match(text)
    near = difflib.get_close_matches(unknown[1], [*names], n=1, cutoff=SIMILAR) if unknown else []
    return _("Did you mean `{name}`?").format(name=near[0]) if near else ""


def _spots(part: Code) -> Iterator[tuple[str, str]]:
    """Yield each name that is bound at the top level, with its place in brackets."""
    for name, line in bound_names(part.source):
        yield name, f" ({_line(part, line)})"


def _line(part: Code, line: int) -> str:
    return ", ".join(filter(None, [part.place, _("line {line}").format(line=line)]))


def _similar_functions(
    content: AssignmentSpec, name: str, defined: dict[str, SubmittedFunction]
) -> list[SubmittedFunction]:
    """Return at most two functions with a name similar to ``name`` and no other role, the most similar first."""
    targets = {
        normal(alias) for alias in [content.written_name(name), *content.functions[name].aliases] if len(alias) > 3
    }
    used_names = _used_names(content, defined)

    def similarity(function: SubmittedFunction) -> float:
        actual = normal(function.name)
        ratio = max(difflib.SequenceMatcher(None, actual, target).ratio() for target in targets)
        is_part = any(target in actual or (len(actual) > 3 and actual in target) for target in targets)
        return max(ratio, SIMILAR) if is_part and not _does_other_work(actual) else ratio

    if not targets:
        return []
    ratings = [(similarity(function), function) for function in defined.values() if function.name not in used_names]
    ratings = [(value, function) for value, function in ratings if value >= SIMILAR]
    return [function for _, function in sorted(ratings, key=lambda pair: -pair[0])[:2]]


def _does_other_work(name: str) -> bool:
    return any(word in name for word in OTHER_WORK)


def _used_names(content: AssignmentSpec, defined: dict[str, SubmittedFunction]) -> set[str]:
    """Return the names of the functions that have a role in the assignment."""
    return {function.name for other in content.functions if (function := find_function(content, other, defined))}


def _misplaced(part: Code, names: set[str]) -> str | None:
    """Return the sentence about a function with one of these names that a call cannot reach, or None."""
    tree = part.source.tree
    queue: list[tuple[ast.AST, str]] = [] if tree is None else [(tree, "")]
    while queue:
        node, sentence = queue.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and sentence and normal(child.name) in names:
                return sentence.format(function=child.name, line=_line(part, child.lineno))
            queue.append((child, _sentence_inside(child) or sentence))
    return None


def _sentence_inside(node: ast.AST) -> str:
    """Return the sentence about a function inside ``node``, with placeholders for name and line; "" for most nodes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        sentence = _(
            "`{function}` ({line}) is defined inside `{outer}`, where it cannot be called: define it at the top level."
        )
    elif isinstance(node, ast.ClassDef):
        sentence = _(
            "`{function}` ({line}) is a method of `{outer}`: define it at the top level, or in the class with the other functions."
        )
    elif isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
        return _("`{function}` ({line}) is defined below `if __name__ ...`, which is not run here: define it above.")
    else:
        return ""
    return sentence.replace("{outer}", node.name)


def _with_same_arguments(
    content: AssignmentSpec, name: str, defined: dict[str, SubmittedFunction]
) -> SubmittedFunction | None:
    """Return the function without a role whose parameters are exactly the arguments of ``name``; None if not unique."""
    arguments = content.functions[name].argument_names()
    if len(arguments) < FEWEST:
        return None
    used_names = _used_names(content, defined)
    candidates = [
        function
        for function in defined.values()
        if function.name not in used_names
        and not _does_other_work(normal(function.name))
        and _has_exactly(content, [parameter for parameter, _kind, _default in function.parameters], arguments)
    ]
    return candidates[0] if len(candidates) == 1 else None


def _has_exactly(content: AssignmentSpec, parameters: list[str], arguments: list[str]) -> bool:
    return len(parameters) == len(arguments) == len(match(parameters, arguments, content.aliases))
