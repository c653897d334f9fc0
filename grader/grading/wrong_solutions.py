"""The source of each known-wrong solution: a file of the assignment, or the solution with a small change."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..assignment import Assignment, known_wrong
from ..machine import distribution
from ..submission import Submission, read, read_file
from ..submission.python_code import program
from ..support.errors import UsageError
from ..support.similar_names import nearest

BETWEEN_CELLS = "\n\0\n"
LONGEST = 100  # characters of a text in a message


class BrokenChange(UsageError):
    """A change that makes no wrong solution; ``sentence`` says why."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
        self.sentence = sentence


@dataclass(frozen=True)
class WrongSolution:
    """A known-wrong solution of an assignment, the check that it must fail and the bug that this check must find.

    It is the file ``file``; if there is a ``change``, the solution in this file with these replacements.
    """

    assignment: Assignment
    name: str
    file: str
    change: Mapping[str, str]
    fails: str
    bug: str | None

    def content(self) -> bytes:
        """Return the content of the file. Raises BrokenChange if a text of the change does not occur exactly once."""
        path = self.assignment.file(self.file)
        if not self.change:
            return path.read_bytes()
        solution = read(path, self.assignment)
        if solution.nothing or solution.problem:
            raise UsageError(f"{path}: {solution.nothing or solution.problem}")
        text = solution.files[solution.entry].decode()
        try:
            return (_changed_cells if solution.kind == "notebook" else changed)(text, self.change, self.file).encode()
        except ValueError as error:
            raise BrokenChange(self.name, str(error)) from error

    def submission(self) -> Submission:
        """Return it as a submission.

        Raises BrokenChange as :meth:`content`, and if the changed source does not compile or differs from the solution
        only in comments and spaces.
        """
        path = self.assignment.file(self.file)
        if not self.change:
            return read(path, self.assignment)
        submission = read_file(path.name, self.content())
        problem = next(_without_effect(submission, read(path, self.assignment)), None)
        if problem is not None:
            raise BrokenChange(self.name, problem)
        return submission


def wrong_solutions(assignment: Assignment) -> list[WrongSolution]:
    """Return the known-wrong solutions of an assignment, in the order of the file.

    Raises NotGradable if they are not installed, and UsageError if their list is missing or has a mistake.
    """
    content = assignment.content
    if assignment.lacks_solution:
        raise distribution.left_out(f"assignments/{assignment.name}/{content.solution}")
    if isinstance(content.known_wrong, str):
        assignment.file(content.known_wrong)
    entries = assignment.known_wrong()
    return [
        WrongSolution(assignment, name, entry.file or content.solution, entry.change, entry.fails, entry.bug)
        for name, entry in zip(known_wrong.names(entries), entries, strict=True)
    ]


def named(assignment: Assignment, name: str) -> WrongSolution:
    """Return the known-wrong solution of that name; underscores, folders and file extensions do not matter.

    Raises UsageError with the names, or with the most similar one.
    """
    solutions = wrong_solutions(assignment)
    for spelling in (str, _without_path):
        for solution in solutions:
            if spelling(solution.name) == spelling(name):
                return solution
    names = {_without_path(solution.name): solution.name for solution in solutions}
    match = nearest(name, names)
    if match is not None:
        raise UsageError(f"{assignment.name} has no known-wrong solution '{name}': did you mean '{names[match]}'?")
    others = f"use one of {', '.join(names.values())}" if names else "it has none at all"
    raise UsageError(f"{assignment.name} has no known-wrong solution '{name}': {others}.")


def _without_path(name: str) -> str:
    return Path(name).stem.replace("_", "-").lower()


def changed(text: str, change: Mapping[str, str], file: str) -> str:
    """Return ``text`` with all replacements. Raises ValueError unless each text occurs once, apart from the others."""
    text = text.replace("\r\n", "\n")
    places = sorted((_only_place(text, old, file), old) for old in change)
    result, end, before = "", 0, ""
    for start, old in places:
        if start < end:
            raise ValueError(f"{_short(before)} and {_short(old)} overlap in {file}; replace them as one text.")
        result += text[end:start] + change[old]
        end, before = start + len(old), old
    return result + text[end:]


def _only_place(text: str, old: str, file: str) -> int:
    places = [start for start in range(len(text)) if text.startswith(old, start)]
    if not places:
        raise ValueError(f"{_short(old)} is not in {file}; copy a text from there, with its spaces.")
    if len(places) > 1:
        raise ValueError(f"{_short(old)} is {len(places)} times in {file}; add text around it until it occurs once.")
    return places[0]


def _short(text: str) -> str:
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}...")


def _changed_cells(document: str, change: Mapping[str, str], file: str) -> str:
    """Return a notebook with all replacements in its code cells."""
    notebook = json.loads(document)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    text = changed(BETWEEN_CELLS.join(cell["source"] for cell in cells), change, file)
    for cell, source in zip(cells, text.split(BETWEEN_CELLS), strict=True):
        cell["source"] = source
    return json.dumps(notebook, ensure_ascii=False, indent=1)


def _without_effect(submission: Submission, solution: Submission) -> Iterator[str]:
    """Yield the reasons why a changed solution is not a wrong one."""
    if submission.nothing or submission.problem:
        yield f"the changed source is not a submission: {submission.nothing or submission.problem}"
        return
    for code in submission.code:
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(code.text, code.place or submission.entry, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError) as error:
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            message = error.msg if isinstance(error, SyntaxError) else str(error)
            yield f"the changed source does not compile ({code.place or submission.entry}{line}: {message})."
    if [program(code.text) for code in submission.code] == [program(code.text) for code in solution.code]:
        yield "the change has no effect: only comments or spaces differ from the solution."
