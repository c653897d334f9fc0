"""What the checks so far say about those that follow: which of these have nothing to judge."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from functools import cached_property

from .. import submission as submissions
from ..assignment import Assignment
from ..assignment.check import Check
from ..checks.context import Context
from ..report.model import CheckResult
from ..submission import Code
from ..submission.python_code import parse
from ..support.i18n import _, joined

RIGHT = ("passed", "partial")  # a check that requires one that ended so is run
KILLED = ("timeout", "memory", "crashed")  # a call that took the worker with it
MOST_KILLED = 2  # such calls of a function; then it is not called again


class Untouched:
    """Functions that a submission has left as the starter has them."""

    def __init__(self, assignment: Assignment, code: Sequence[Code]) -> None:
        self._assignment = assignment
        self._code = code

    def __contains__(self, label: str) -> bool:
        """Whether the function of this name, ``Class.method`` for a method, is the starter's."""
        own = self._own.get(label)
        return own is not None and own in (starter.get(label) for starter in self._of_starters)

    @cached_property
    def _own(self) -> dict[str, str]:
        return _definitions(self._code)

    @cached_property
    def _of_starters(self) -> list[dict[str, str]]:
        files = (self._assignment.folder / name for name in self._assignment.content.starters)
        return [_definitions(submissions.read(file, self._assignment.name).code) for file in files if file.is_file()]


def _definitions(code: Sequence[Code]) -> dict[str, str]:
    """Each function as a text that neither comments nor docstrings change."""
    found: dict[str, str] = {}
    for part in code:
        tree = parse(part.text)
        for node in tree.body if tree else ():
            inner = node.body if isinstance(node, ast.ClassDef) else [node]
            owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            for item in inner:
                if isinstance(item, ast.FunctionDef):
                    if ast.get_docstring(item) is not None:
                        item.body = item.body[1:]
                    found[owner + item.name] = ast.dump(item)
    return found


class Progress:
    """The results so far, for the decision whether a check is run."""

    def __init__(self, context: Context, untouched: Untouched, kept: Mapping[str, CheckResult]) -> None:
        """``kept`` are results of an earlier grading that still hold."""
        self._context = context
        self._untouched = untouched
        self._results: dict[str, CheckResult] = {}
        self._roots_of: dict[str, list[str]] = {}  # of a check that was skipped: those that did run and failed
        self._missing: set[str] = set()  # checks of something that is not there
        self._killed: dict[str, list[str]] = {}  # the checks in which a function did not come to its end
        self._right: set[str] = set()  # functions that passed in their own checks
        for check in context.content.checks:
            if check.name in kept:
                self.add(check, kept[check.name])

    def add(self, check: Check, result: CheckResult) -> None:
        """Take in how a check ended."""
        self._results[check.name] = result
        for name in check.functions() if result.status in KILLED else ():
            self._killed.setdefault(name, []).append(check.name)
        if not self._is_there(check):
            self._missing.add(check.name)
        if check.judges_function:
            if result.status == "passed":
                self._right |= {*check.functions()}
            elif result.status in ("failed", "partial"):  # one that raises has nothing that could be carried forward
                self._context.log.mistaken_functions |= {*check.functions()}
            if result.status != "passed":
                self._right -= {*check.functions()}

    def reason_to_skip(self, check: Check) -> str:
        """Why there is nothing to judge, as a sentence; "" where the check is run.

        A prerequisite that is missing is no reason: the check itself says whether it can do without.
        """
        killed = [self._killed.get(name, []) for name in check.functions()]
        wrong = [root for name in check.requires if self._is_wrong(name) for root in self._roots_of.get(name, [name])]
        roots = list(
            dict.fromkeys([*wrong, *(name for names in killed if len(names) >= MOST_KILLED for name in names)])
        )
        if roots:
            self._roots_of[check.name] = roots
            return _("Skipped because {checks} did not pass. Fix that first.").format(checks=joined(roots))
        functions = list(check.functions())
        if functions and all(map(self._is_handed_out, functions)):
            sentence = _(
                "Skipped because {functions} is unchanged from the starter, and none of the functions that it uses is correct yet."
            )
            return sentence.format(functions=joined(f"`{name}`" for name in functions))
        if check.accepts_empty() and not self._has_earned():
            return _("Skipped because no other check has earned points yet.")
        return ""

    def _has_earned(self) -> bool:
        return any(result.score for result in self._results.values())

    def _is_wrong(self, name: str) -> bool:
        """Whether a check failed on something that is there."""
        result = self._results.get(name)
        if result is None or result.status in (*RIGHT, "not_gradable"):
            return False
        return name in self._roots_of if result.status == "skipped" else name not in self._missing

    def _is_there(self, check: Check) -> bool:
        context = self._context
        functions = all(
            context.student.defines(name) and name not in context.log.unwritten_functions for name in check.functions()
        )
        return functions and all(context.student.find_variable(name) is not None for name, _type in check.variables())

    def _is_handed_out(self, function: str) -> bool:
        """Whether a function is the starter's, and uses functions of which none is right."""
        used = self._context.mutations.uses(function)
        found = self._context.student.find(function)
        return bool(used) and not used & self._right and found is not None and found.label in self._untouched
