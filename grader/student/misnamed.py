"""Says of a function that is missing which one was probably meant: one with a similar name, one in another place, or
one that takes the same arguments."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator, Sequence

from ..assignment.spec import AssignmentSpec
from ..sandbox.loading import UNKNOWN_NAME
from ..sandbox.session import Found
from ..submission import Code
from ..submission.python_code import bound_names, parse
from ..support.i18n import _, joined
from .signatures import SIMILAR, find_function, found_signature, match, normal, signature

# Words in the names of functions that work on the same things and do something else with them.
OTHER_WORK = (
    *("accura", "check", "debug", "demo", "display", "draw", "eval", "main", "plot", "print", "score", "show", "test"),
    *("valid", "visual"),
)
SIMILAR_VARIABLE = 0.6  # of two names of variables, from 0 to 1
FEWEST = 2  # arguments by which a function can be recognised


def missing(
    content: AssignmentSpec, name: str, defined: dict[str, Found], others: dict[str, str], code: Sequence[Code] = ()
) -> str:
    """The sentences about a function that is not there.

    ``defined`` are the functions that are, ``others`` maps the names that are bound to something else to the types of
    that; ``code`` is the submission's.
    """
    if name in others:
        return _(
            "`{name}` is no function when all has run, but a value ({type}): a later line uses the name again; rename that variable."
        ).format(name=name, type=others[name])
    sentence = _("The function `{function}` is missing: define it under this name.")
    told = sentence.format(function=signature(name, content.functions[name]))
    close = _close(content, name, defined)
    if close:
        lines = {label: spot for part in code for label, spot in _spots(part)}
        shown = joined([f"`{found_signature(found)}`{lines.get(found.label, '')}" for found in close])
        return told + " " + _("Found {names}: did you mean `{function}`?").format(names=shown, function=name)
    names = {normal(known) for known in (name, *content.functions[name].aliases)}
    elsewhere = next((place for part in code if (place := _elsewhere(part, names))), None)
    if elsewhere is not None:
        return f"{told} {elsewhere}"
    alike = _of_the_same_arguments(content, name, defined)
    if alike is not None:
        lines = {label: spot for part in code for label, spot in _spots(part)}
        sentence = _("`{found}`{line} takes the same arguments: if it is this function, rename it to `{function}`.")
        shown = found_signature(alike)
        return f"{told} {sentence.format(found=shown, line=lines.get(alike.label, ''), function=name)}"
    return told


def similar(name: str, known: Iterable[str]) -> list[str]:
    """At most three of the names that may be another spelling of ``name``, the closest first."""
    spelt = {normal(other): other for other in known}
    return [spelt[found] for found in difflib.get_close_matches(normal(name), spelt, n=3, cutoff=SIMILAR_VARIABLE)]


def in_a_name_error(raised: str, known: Iterable[str]) -> str:
    """The question whether another name was meant, for the text of a NameError; "" where none is near."""
    found = UNKNOWN_NAME.match(raised)
    near = difflib.get_close_matches(found[1], [*known], n=1, cutoff=SIMILAR) if found else []
    return _("Did you mean `{name}`?").format(name=near[0]) if near else ""


def _spots(part: Code) -> Iterator[tuple[str, str]]:
    """Each name that is bound at the top level, with its place in brackets."""
    for name, line in bound_names(part.text):
        yield name, f" ({_line(part, line)})"


def _line(part: Code, line: int) -> str:
    return ", ".join(filter(None, [part.place, _("line {line}").format(line=line)]))


def _close(content: AssignmentSpec, name: str, defined: dict[str, Found]) -> list[Found]:
    """At most two functions whose names are nearly that of ``name``, the closest first, and that play no other part."""
    known = {normal(alias) for alias in [name, *content.functions[name].aliases] if len(alias) > 3}
    taken = _taken(content, defined)

    def likeness(found: Found) -> float:
        written = normal(found.name)
        alike = max(difflib.SequenceMatcher(None, written, wanted).ratio() for wanted in known)
        within = any(wanted in written or (len(written) > 3 and written in wanted) for wanted in known)
        return max(alike, SIMILAR) if within and not _does_other_work(written) else alike

    rated = [(likeness(found), found) for found in defined.values() if found.name not in taken] if known else []
    rated = [(value, found) for value, found in rated if value >= SIMILAR]
    return [found for _, found in sorted(rated, key=lambda pair: -pair[0])[:2]]


def _does_other_work(name: str) -> bool:
    return any(word in name for word in OTHER_WORK)


def _taken(content: AssignmentSpec, defined: dict[str, Found]) -> set[str]:
    """The names of the functions that play a part of the assignment."""
    return {found.name for other in content.functions if (found := find_function(content, other, defined))}


def _elsewhere(part: Code, names: set[str]) -> str | None:
    """The sentence about a function of one of these names where a call does not find it; None if there is none."""
    tree = parse(part.text)
    waiting: list[tuple[ast.AST, str]] = [] if tree is None else [(tree, "")]
    while waiting:
        node, within = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and within and normal(child.name) in names:
                return within.format(function=child.name, line=_line(part, child.lineno))
            waiting.append((child, _place(child) or within))
    return None


def _place(node: ast.AST) -> str:
    """The sentence for a function that is defined inside ``node``, with blanks for its name and line; "" for most nodes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inside = _(
            "`{function}` ({line}) is defined inside `{outer}`, where it cannot be called: define it at the top level."
        )
    elif isinstance(node, ast.ClassDef):
        inside = _(
            "`{function}` ({line}) is a method of `{outer}`: define it at the top level, or as a method of the class that has the others."
        )
    elif isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
        return _("`{function}` ({line}) is defined below `if __name__ ...`, which is not run here: define it above.")
    else:
        return ""
    return inside.replace("{outer}", node.name)


def _of_the_same_arguments(content: AssignmentSpec, name: str, defined: dict[str, Found]) -> Found | None:
    """The one function that plays no part, has every argument of ``name`` as a parameter and no other; None if unclear."""
    arguments = content.functions[name].argument_names()
    if len(arguments) < FEWEST:
        return None
    taken = _taken(content, defined)
    found = [
        function
        for function in defined.values()
        if function.name not in taken
        and not _does_other_work(normal(function.name))
        and _has_exactly(content, [parameter for parameter, _kind, _default in function.parameters], arguments)
    ]
    return found[0] if len(found) == 1 else None


def _has_exactly(content: AssignmentSpec, parameters: list[str], arguments: list[str]) -> bool:
    return len(parameters) == len(arguments) == len(match(parameters, arguments, content.names))
