"""Decides from the results of earlier checks which later checks are skipped because they have nothing to judge."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from functools import cached_property
from weakref import WeakKeyDictionary

from .. import submission as submissions
from ..assignment import Assignment
from ..assignment.check import Check
from ..checks.context import Context
from ..report.model import CheckResult
from ..submission import Code
from ..support.i18n import _, joined, ngettext

MOST_KILLED = 2  # such calls of a function; after that it is not called again


class StarterFunctions:
    """The functions of a submission that are unchanged from the starter."""

    def __init__(self, assignment: Assignment, code: Sequence[Code]) -> None:
        self._assignment = assignment
        self._code = code

    def __contains__(self, label: str) -> bool:
        """Return whether the function of this name (``Class.method`` for a method) is unchanged from the starter."""
        own = self._own.get(label)
        return own is not None and own in (starter.get(label) for starter in self._of_starters)

    @cached_property
    def _own(self) -> dict[str, str]:
        return _definitions(self._code)

    @property
    def _of_starters(self) -> list[dict[str, str]]:
        if self._assignment not in _STARTERS:
            files = (self._assignment.folder / name for name in self._assignment.content.starters)
            codes = [submissions.read(file, self._assignment.name).code for file in files if file.is_file()]
            _STARTERS[self._assignment] = [*map(_definitions, codes)]
        return _STARTERS[self._assignment]


_STARTERS: WeakKeyDictionary[Assignment, list[dict[str, str]]] = WeakKeyDictionary()


def _definitions(code: Sequence[Code]) -> dict[str, str]:
    """Return each function as a string that does not depend on comments and docstrings."""
    functions: dict[str, str] = {}
    for part in code:
        tree = part.source.tree
        for node in tree.body if tree else ():
            inner = node.body if isinstance(node, ast.ClassDef) else [node]
            owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            for item in inner:
                if isinstance(item, ast.FunctionDef):
                    if ast.get_docstring(item) is not None:
                        item = copy.copy(item)  # others use the tree
                        item.body = item.body[1:]
                    functions[owner + item.name] = ast.dump(item)
    return functions


class Progress:
    """The results so far, from which it follows whether a check is run."""

    def __init__(
        self, context: Context, starter_functions: StarterFunctions, earlier_results: Mapping[str, CheckResult]
    ) -> None:
        """``earlier_results`` are results of an earlier grading that are still valid."""
        self._context = context
        self._starter_functions = starter_functions
        self._results: dict[str, CheckResult] = {}
        self._roots_of: dict[str, list[str]] = {}  # for a skipped check: the checks that ran and failed
        self._missing: set[str] = set()  # checks of a function or variable that the submission lacks
        self._killed: dict[str, list[str]] = {}  # for a function: the checks in which a call of it did not end
        self._correct: set[str] = set()  # functions that passed their own checks
        for check in context.content.checks:
            if check.name in earlier_results:
                self.add(check, earlier_results[check.name])

    def add(self, check: Check, result: CheckResult) -> None:
        """Add the result of a check."""
        self._results[check.name] = result
        for name in check.functions() if result.properties.ends_worker else ():
            self._killed.setdefault(name, []).append(check.name)
        if not self._is_defined(check):
            self._missing.add(check.name)
        if check.judges_function:
            if result.status == "passed":
                self._correct |= {*check.functions()}
            elif result.properties.is_wrong_answer:  # a function that raises has no result to carry forward
                self._context.log.mistaken_functions |= {*check.functions()}
            if result.status != "passed":
                self._correct -= {*check.functions()}

    def reason_to_skip(self, check: Check) -> str:
        """Return the sentence that says why the check is skipped; "" if the check is run.

        A missing function or variable is not a reason to skip: the check itself reports it if it needs it.
        """
        killed = [self._killed.get(name, []) for name in check.functions()]
        wrong = [root for name in check.requires if self._is_wrong(name) for root in self._roots_of.get(name, [name])]
        roots = list(
            dict.fromkeys([*wrong, *(name for names in killed if len(names) >= MOST_KILLED for name in names)])
        )
        if roots:
            self._roots_of[check.name] = roots
            return _("Skipped because {checks} did not pass. Fix that first.").format(
                checks=joined(f"`{name}`" for name in roots)
            )
        functions = list(check.functions())
        if functions and all(map(self._is_unchanged, functions)):
            sentence = ngettext(
                "Skipped because {functions} is unchanged from the starter, and none of the functions that it uses is correct yet.",
                "Skipped because {functions} are unchanged from the starter, and none of the functions that they use is correct yet.",
                len(functions),
            )
            return sentence.format(functions=joined(f"`{name}`" for name in functions))
        if check.accepts_empty() and not self._has_earned():
            return _("Skipped because no other check has earned points yet.")
        return ""

    def roots(self, check: Check) -> list[str]:
        """Return the checks that did not pass, if they are the reason to skip ``check``."""
        return self._roots_of.get(check.name, [])

    def _has_earned(self) -> bool:
        return any(result.score for result in self._results.values())

    def _is_wrong(self, name: str) -> bool:
        """Return whether a check failed although the submission defines everything that it is about."""
        result = self._results.get(name)
        if result is None or result.properties.is_enough or result.status == "not_gradable":
            return False
        return name in self._roots_of if result.status == "skipped" else name not in self._missing

    def _is_defined(self, check: Check) -> bool:
        context = self._context
        functions = all(
            context.student.defines(name) and name not in context.log.unwritten_functions for name in check.functions()
        )
        return functions and all(context.student.find_variable(name) is not None for name, _type in check.variables())

    def _is_unchanged(self, name: str) -> bool:
        """Return whether a function is unchanged from the starter and uses functions, none of which is correct."""
        dependencies = self._context.mutations.uses(name)
        function = self._context.student.find(name)
        if not dependencies or dependencies & self._correct or function is None:
            return False
        return function.label in self._starter_functions
