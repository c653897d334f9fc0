"""GitLab's code quality report: each finding at its line, shown in a merge request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from ..report import wording
from ..report.model import CheckResult
from ..support.text import clean
from .repository import RESULTS, GradedTask

FILE = f"{RESULTS}/code-quality.json"


def code_quality(tasks: Sequence[GradedTask]) -> str:
    """Return the code quality report on all assignments as JSON."""
    findings = []
    for task in tasks:
        levels = wording.levels(task.report)
        findings += [_not_graded(task)] if task.report.score is None else []
        findings += [_finding(task, check, levels[check.name]) for check in task.report.checks if check.name in levels]
    return json.dumps(findings, indent=2)


def _not_graded(task: GradedTask) -> dict[str, Any]:
    name = f"{clean(task.report.assignment.name)}/not-graded"
    path = wording.path(task.report)
    return {
        "description": clean(wording.not_graded(task.report), wording.LONGEST),
        "check_name": name,
        "fingerprint": hashlib.sha256(f"{name} {path}".encode()).hexdigest(),
        "severity": "blocker",
        "location": {"path": path, "lines": {"begin": 1}},
    }


def _finding(task: GradedTask, check: CheckResult, level: str) -> dict[str, Any]:
    """Return a finding. Its fingerprint has no line number, so that it stays the same finding if the line moves."""
    file, line = wording.place(task.report, check)
    name = f"{clean(task.report.assignment.name)}/{clean(check.name)}"
    return {
        "description": " ".join([f"{clean(check.title)}:", *wording.sentences(check)]),
        "check_name": name,
        "fingerprint": hashlib.sha256(f"{name} {file}".encode()).hexdigest(),
        "severity": "minor" if level == "warning" else "major",
        "location": {"path": file, "lines": {"begin": line or 1}},
    }
