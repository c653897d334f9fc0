"""SARIF 2.1.0 for code scanning. Each check that did not pass is a finding at a line of the submission."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ..assignment.spec import AssignmentSpec
from ..support.text import clean
from ..version import __version__
from . import wording
from .model import CheckResult, Report

PLACE = 6
SUFFIX = ".sarif"

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, content: AssignmentSpec) -> str:
    """Return the document."""
    findings = [check for check in report.checks if check.properties.is_finding]
    levels = wording.levels(report)
    invocation: dict[str, Any] = {"executionSuccessful": report.ending == "graded"}
    if report.ending != "graded":
        message = clean(wording.verdict(report, content.pass_mark), wording.LONGEST)
        invocation["toolExecutionNotifications"] = [{"level": "error", "message": {"text": message}}]
    rules = [
        {
            "id": clean(check.name),
            "shortDescription": {"text": clean(check.title)},
            "help": {"text": clean(check.title)},
        }
        for check in findings
    ]
    run = {
        "tool": {"driver": {"name": "grader", "semanticVersion": __version__, "rules": rules}},
        "automationDetails": {"id": f"{clean(report.assignment.name)}/"},
        "invocations": [invocation],
        "properties": {"tags": wording.provenance(report).split("; ")},
        "results": [_result(report, check, index, levels[check.name]) for index, check in enumerate(findings)],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(report: Report, check: CheckResult, index: int, level: str) -> dict[str, Any]:
    file, line = wording.place(report, check)
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(file)}}
    if line is not None:
        physical["region"] = {"startLine": line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if check.evidence.location is not None and check.evidence.location.cell is not None:
        location["logicalLocations"] = [{"name": wording.spot(check), "kind": "cell"}]
    text = "\n".join([f"{clean(check.title)} ({wording.points(check)})", *wording.sentences(check)])
    result = {
        "ruleId": clean(check.name),
        "ruleIndex": index,
        "level": level,
        "message": {"text": text},
        "locations": [location],
    }
    if check.diagnosis is not None:
        result["properties"] = {"tags": [check.diagnosis.bug]}
    return result
