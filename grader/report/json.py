"""JSON for scripts: the whole report, ``grader.report/1``."""

from __future__ import annotations

from ..assignment.spec import AssignmentSpec
from .model import Report

PLACE = 2
SUFFIX = ".json"
ALWAYS_NAMES_BUGS = True  # whatever the level of hints: scripts need the names


def render(report: Report, content: AssignmentSpec) -> str:
    """Return the report as one JSON document."""
    return report.to_json()
