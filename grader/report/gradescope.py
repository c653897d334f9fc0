"""The ``results.json`` of Gradescope."""

from __future__ import annotations

import json
from typing import Any

from ..assignment.spec import AssignmentSpec
from ..support.i18n import _
from ..support.text import clean
from . import wording
from .model import CheckResult, Report

PLACE = 4
SUFFIX = ".gradescope.json"


def render(report: Report, content: AssignmentSpec) -> str:
    """Return the document.

    ``report`` has only the checks that students may see. Of the other checks, only the points are included.
    A submission that could not be graded gets neither score nor tests, so Gradescope reports that the autograder failed.
    """
    document: dict[str, Any] = {
        "output": wording.verdict(report, content.pass_mark),
        "output_format": "text",
        "execution_time": report.seconds,
        "stdout_visibility": "hidden",
        "extra_data": {
            "schema": report.schema_,
            "sha256": report.submission.sha256,
            "file": report.submission.file,
            "grader": report.grader.version,
            "assignment_digest": report.assignment.digest,
            "seed_fingerprint": report.seed_fingerprint,
            "isolation": report.isolation.model_dump(),
        },
    }
    if report.score is not None:
        tests = [_test(number, check) for number, check in enumerate(report.checks, start=1)]
        score, points = wording.rest(report)
        if points or score:
            tests.append({"name": _("Further checks"), "score": score, "max_score": points})
        document |= {"score": report.score, "tests": tests}
    return json.dumps(document, indent=2)


def _test(number: int, check: CheckResult) -> dict[str, Any]:
    """Return the entry of one check. Gradescope adds up ``max_score``; a bonus is not part of the assignment's points."""
    sentences = wording.sentences(check) if check.status != "passed" else []
    name = f"{clean(check.name)}: {clean(check.title)}"
    status = {"status": "passed" if check.status == "passed" else "failed"}
    return {
        "number": str(number),
        "name": f"{name} ({wording.label(check)})" if check.is_unmarked else name,
        "name_format": "text",
        "score": check.score or 0.0,
        "max_score": 0.0 if wording.is_bonus(check) else check.max_score,
        **({} if check.is_unmarked else status),
        "output": "\n".join([*sentences, *filter(None, [wording.spot(check)])]),
        "output_format": "text",
        "visibility": "visible",
    }
