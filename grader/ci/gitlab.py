"""GitLab's code quality report: each finding at its line, shown in a merge request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from ..report import said
from ..text import clean
from .run import RESULTS, Graded

FILE = f"{RESULTS}/code-quality.json"


def code_quality(graded: Sequence[Graded]) -> str:
    """The report on all assignments."""
    findings = [
        _finding(item, check) for item in graded for check in item.report.checks if check.status in said.FINDINGS
    ]
    return json.dumps(findings, indent=2)


def _finding(graded: Graded, check: Any) -> dict[str, Any]:
    """The fingerprint says that two reports mean the same finding, which moves with its line."""
    file, line = said.place(graded.report, check)
    name = f"{clean(graded.report.assignment.name)}/{clean(check.name)}"
    return {
        "description": " ".join([f"{clean(check.title)}:", *said.sentences(check)]),
        "check_name": name,
        "fingerprint": hashlib.sha256(f"{name} {file}".encode()).hexdigest(),
        "severity": "minor" if check.status == "partial" else "major",
        "location": {"path": file, "lines": {"begin": line or 1}},
    }
