"""What to type instead of a command line that is missing an argument, has two of them swapped, or names no command."""

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
}  # what stands behind an assignment, and an example
USUAL = "single-neuron"


def load(ctx: click.Context, assignment: str, submission: Path) -> Assignment:
    """The assignment; raises UsageError, which says so where the two arguments are swapped."""
    from .. import assignment as assignments

    try:
        return assignments.load(assignment)
    except assignments.NoAssignment as error:
        second = str(submission)
        name = second if _is_assignment(second) else assignments.meant(second)
        if name is None or _is_submission(second) or not (error.meant is None or _is_submission(assignment)):
            raise
        message = _("The assignment comes first, then what is to be graded: {command}")
        raise UsageError(message.format(command=_command(ctx, name, assignment))) from None


def missing(error: click.MissingParameter) -> click.UsageError:
    """The same error, with what to type if an assignment or the submission behind it is missing."""
    ctx, param = error.ctx, error.param
    if ctx is None or not isinstance(param, click.Argument) or param.name not in ("assignment", *PAIRED):
        return error
    second = next((str(each.name) for each in ctx.command.params if each.name in PAIRED), None)
    given = ctx.params.get("assignment")
    from ..assignment import bundled_names, meant

    if second is None:
        message = _("Name an assignment, one of {names}, or a folder with an assignment.yaml: {command}")
        return click.UsageError(message.format(command=_command(ctx, USUAL), names=", ".join(bundled_names())), ctx)
    if given is None:
        message = _("Name an assignment ('grader list' shows them) and what is to be graded: {command}")
        return click.UsageError(message.format(command=_command(ctx, USUAL, PAIRED[second])), ctx)
    name = given if _is_assignment(given) else meant(given)
    if _is_submission(given):
        message = _("The assignment is missing ('grader list' shows them): {command}")
        return click.UsageError(message.format(command=_command(ctx, name or "ASSIGNMENT", given)), ctx)
    message = _("What is to be graded is missing: {command}")
    example = (second == "submission" and _file_here(given)) or PAIRED[second]
    return click.UsageError(message.format(command=_command(ctx, name or given, example)), ctx)


def no_command(name: str, arguments: list[str], known: Iterable[str]) -> str | None:
    """What to say of a command that does not exist; None where nothing near it does."""
    from ..assignment import meant
    from ..support.similar_names import nearest

    near = nearest(name, [*known, "--help", "--version"])
    if near is not None:
        return _("There is no command '{name}': did you mean 'grader {near}'?").format(name=name, near=near)
    words = [name, *arguments]
    if len(words) > 1 and _is_submission(words[0]) and not _is_submission(words[1]):
        words[:2] = words[1], words[0]
    if _is_submission(words[0]):  # and nothing else
        words.insert(0, meant(name) or "ASSIGNMENT")
    elif not _is_assignment(words[0]):
        found = meant(words[0])
        if found is None:
            return None
        words[0] = found
    message = _("There is no command '{name}': did you mean this? {command}")
    return message.format(name=name, command=command_line(["grader", "check", *words]))


def _command(ctx: click.Context, *arguments: str) -> str:
    return command_line(["grader", str(ctx.info_name), *arguments])


def _is_assignment(text: str) -> bool:
    """Whether there is such an assignment."""
    from ..assignment import bundled_names

    return text in bundled_names() or Path(text, "assignment.yaml").is_file()


def _is_submission(text: str) -> bool:
    """Whether this looks like a file to grade, or is a file or folder."""
    path = Path(text)
    return text.lower().endswith(SUBMITTED) or (path.exists() and not _is_assignment(text))


def _file_here(assignment: str) -> str | None:
    """A file in this folder that is called like the assignment."""
    from ..support.similar_names import nearest

    return next((path.name for path in sorted(Path().glob("*.[ip][py]*")) if nearest(path.name, [assignment])), None)
