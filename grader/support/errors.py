"""Errors that end a command with one sentence; the command line turns them into exit codes."""

from __future__ import annotations


class GraderError(Exception):
    """What happened, where, and what to do about it, in one sentence."""

    exit_code = 2

    def lines(self) -> list[str]:
        """The sentence; a list where there are several, each with a line of its own."""
        return [str(self)]


class UsageError(GraderError):
    """Wrong usage, an unreadable submission path or a broken assignment: exit code 2."""


class NotGradable(GraderError):
    """The grader's own fault (isolation, data or reference missing): exit code 3, never a zero."""

    exit_code = 3
    cause = ""


class InternalFailure(NotGradable):
    """The grader's or the assignment's own code failed: its message may hold hidden inputs, and is for instructors."""

    cause = "internal"


class NoIsolation(NotGradable):
    """This machine cannot confine a worker as it should."""

    cause = "isolation"


class NoMemory(NotGradable):
    """This machine or its container has too little memory, or it ran out through no fault of the submission."""

    cause = "memory"


class Stopped(GraderError):
    """Ctrl-C, where something is worth saying about what is done so far: exit code 130."""

    exit_code = 130
