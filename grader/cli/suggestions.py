"""Suggests the correct command line if an argument is missing, two arguments are swapped, or the command is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import command_line

if TYPE_CHECKING:
    from ..assignment import Assignment

SUBMITTED = (".ipynb", ".py", ".zip", ".tar", ".tgz", ".gz", ".txt")
PAIRED = {
    "submission": "solution.ipynb",
    "submissions": "submissions/",
}  # the argument that follows an assignment, and an example
USUAL = "single-neuron"


def load(ctx: click.Context, assignment: str, submission: Path, outline: bool = False) -> Assignment:
    """Return the assignment; see :func:`grader.assignment.load`.

    Raise UsageError with the correct command line if the two arguments are swapped.
    """
    from .. import assignment as assignments

    try:
        return assignments.load(assignment, outline)
    except assignments.NoAssignment as error:
        second = str(submission)
        name = second if _is_assignment(second) else assignments.most_similar(second)
        if name is None or _is_submission(second) or not (error.suggestion is None or _is_submission(assignment)):
            raise
        message = _("The assignment comes first, then the files to grade: {command}")
        raise UsageError(message.format(command=_command(ctx, name, assignment))) from None


def missing(error: click.MissingParameter) -> click.UsageError:
    """Return the error; with the command line to type if an assignment or its submission is missing."""
    ctx, param = error.ctx, error.param
    if ctx is None or not isinstance(param, click.Argument) or param.name not in ("assignment", *PAIRED):
        return error
    second = next((str(each.name) for each in ctx.command.params if each.name in PAIRED), None)
    assignment = ctx.params.get("assignment")
    from ..assignment import bundled_names, most_similar

    if second is None:
        message = _("Name an assignment ({names}) or a folder with an assignment.yaml: {command}")
        return click.UsageError(message.format(command=_command(ctx, USUAL), names=", ".join(bundled_names())), ctx)
    if assignment is None:
        message = _("Name an assignment ('grader list' shows them) and the files to grade: {command}")
        return click.UsageError(message.format(command=_command(ctx, USUAL, PAIRED[second])), ctx)
    name = assignment if _is_assignment(assignment) else most_similar(assignment)
    if _is_submission(assignment):
        message = _("The assignment is missing ('grader list' shows them): {command}")
        return click.UsageError(message.format(command=_command(ctx, name or "ASSIGNMENT", assignment)), ctx)
    message = _("The files to grade are missing: {command}")
    example = (second == "submission" and _file_here(assignment)) or PAIRED[second]
    return click.UsageError(message.format(command=_command(ctx, name or assignment, example)), ctx)


def no_command(name: str, arguments: list[str], commands: Iterable[str]) -> str | None:
    """Return a sentence that suggests a command for an unknown one; None if nothing similar exists."""
    from ..assignment import most_similar
    from ..support.similar_names import nearest

    near = nearest(name, [*commands, "--help", "--version"])
    if near is not None:
        return _("There is no command '{name}': did you mean 'grader {near}'?").format(name=name, near=near)
    words = [name, *arguments]
    if len(words) > 1 and _is_submission(words[0]) and not _is_submission(words[1]):
        words[:2] = words[1], words[0]
    if _is_submission(words[0]):  # and nothing else
        words.insert(0, most_similar(name) or "ASSIGNMENT")
    elif not _is_assignment(words[0]):
        assignment = most_similar(words[0])
        if assignment is None:
            return None
        words[0] = assignment
    message = _("There is no command '{name}': did you mean this? {command}")
    return message.format(name=name, command=command_line(["grader", "check", *words]))


def _command(ctx: click.Context, *arguments: str) -> str:
    return command_line(["grader", str(ctx.info_name), *arguments])


def _is_assignment(text: str) -> bool:
    """Return whether an assignment of this name or in this folder exists."""
    from ..assignment import bundled_names

    return text in bundled_names() or Path(text, "assignment.yaml").is_file()


def _is_submission(text: str) -> bool:
    """Return whether this looks like a file to grade, or is a file or folder."""
    path = Path(text)
    return text.lower().endswith(SUBMITTED) or (path.exists() and not _is_assignment(text))


def _file_here(assignment: str) -> str | None:
    """Return the name of a file in this folder that is similar to the assignment's name, or None."""
    from ..support.similar_names import nearest

    return next((path.name for path in sorted(Path().glob("*.[ip][py]*")) if nearest(path.name, [assignment])), None)
