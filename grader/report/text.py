"""Text for people: the output of ``grader check``."""

from __future__ import annotations

from ..assignment.spec import AssignmentSpec
from . import terminal
from .model import Report

PLACE = 1
SUFFIX = ".txt"


def render(report: Report, content: AssignmentSpec) -> str:
    """Return the report as lines of text."""
    return terminal.as_text(report, content.pass_mark, content.hints)
