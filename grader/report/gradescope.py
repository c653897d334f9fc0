"""The report as Gradescope's ``results.json``."""

from __future__ import annotations

import json
from typing import Any

from ..assignment.content import AssignmentFile
from ..batch.visible import for_student
from ..report.model import CheckResult, Report


def render(report: Report, content: AssignmentFile) -> str:
    """What students may see, and instructors' checks as hidden tests; a report without a score is not for Gradescope."""
    shown = {check.name: check for check in for_student(report, content).checks}
    tests = [
        _test(number, shown.get(check.name, check), check.name in shown)
        for number, check in enumerate(report.checks, start=1)
    ]
    document = {
        "score": report.score,
        "execution_time": report.seconds,
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "schema": report.schema_,
            "sha256": report.submission.sha256,
            "isolation": report.isolation.model_dump(),
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _test(number: int, check: CheckResult, visible: bool) -> dict[str, Any]:
    bug = f"Bug: {check.diagnosis.title} ({check.diagnosis.bug})" if check.diagnosis is not None else ""
    hint = f"Hint: {check.hint}" if check.hint else ""
    said = "" if check.status == "passed" else check.message
    return {
        "number": str(number),
        "name": f"{check.name}: {check.title}",
        "score": check.score,
        "max_score": 0 if check.evidence.get("bonus") else check.max_score,  # Gradescope adds these up
        "status": "passed" if check.status == "passed" else "failed",
        "output": "\n".join(line for line in (said, bug, hint) if line),
        "output_format": "text",
        "name_format": "text",
        "visibility": "visible" if visible else "hidden",
    }
