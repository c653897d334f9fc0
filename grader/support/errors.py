"""Errors that end a command with one sentence. The command line turns them into exit codes."""

from __future__ import annotations


class GraderError(Exception):
    """An error whose message says in one sentence what happened, where, and what to do."""

    exit_code = 2

    def lines(self) -> list[str]:
        """Return the message, one line per sentence."""
        return [str(self)]


class UsageError(GraderError):
    """Wrong usage, an unreadable submission path or a broken assignment: exit code 2."""


class NotGradable(GraderError):
    """The fault of the grader (isolation, data or reference missing), never a zero for the student: exit code 3."""

    exit_code = 3
    cause = ""


class InternalFailure(NotGradable):
    """The code of the grader or of the assignment failed. The message may contain hidden inputs; only instructors see it."""

    cause = "internal"


class NoIsolation(NotGradable):
    """This machine cannot isolate a worker at the required level."""

    cause = "isolation"


class NoMemory(NotGradable):
    """The machine or its container has too little memory, or ran out of memory without the submission's fault."""

    cause = "memory"


class Stopped(GraderError):
    """Ctrl-C, with a message about the work that is already done: exit code 130."""

    exit_code = 130
