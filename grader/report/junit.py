"""JUnit XML, which Jenkins, GitLab and most other CI systems read. Each check is a test case."""

from __future__ import annotations

from xml.etree import ElementTree

from ..assignment.spec import AssignmentSpec
from ..support.text import clean
from . import wording
from .model import CheckResult, Report

PLACE = 3
SUFFIX = ".junit.xml"


def render(report: Report, content: AssignmentSpec) -> str:
    """Return the document. A check with a wrong answer is a failure; a check without an answer is an error."""
    kinds = [_kind(check) for check in report.checks]
    counts = {"tests": len(kinds), **{f"{kind}s": kinds.count(kind) for kind in ("failure", "error")}}
    counts["skipped"] = kinds.count("skipped")
    about = {"name": content.name, **{key: str(count) for key, count in counts.items()}, "time": f"{report.seconds:g}"}
    root = ElementTree.Element("testsuites", about)
    suite = ElementTree.SubElement(root, "testsuite", about)
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in (
        ("verdict", wording.verdict(report, content.pass_mark)),
        ("score", "" if report.score is None else f"{report.score:g}"),
        ("max_score", f"{report.max_score:g}"),
        ("file", report.submission.file),
        ("grader", report.grader.version),
        ("assignment_digest", report.assignment.digest),
        ("seed_fingerprint", report.seed_fingerprint),
        ("isolation", report.isolation.level),
        ("data", report.environment.data or ""),
    ):
        ElementTree.SubElement(properties, "property", {"name": name, "value": clean(value, wording.LONGEST)})
    for check, kind in zip(report.checks, kinds, strict=True):
        _add(suite, report, check, kind)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}'


def _kind(check: CheckResult) -> str:
    if check.properties.is_fine:
        return check.status
    return "failure" if check.properties.is_wrong_answer else "error"


def _add(suite: ElementTree.Element, report: Report, check: CheckResult, kind: str) -> None:
    file, _ = wording.place(report, check)
    case = ElementTree.SubElement(
        suite, "testcase", {"classname": clean(report.assignment.name), "name": clean(check.name), "file": file}
    )
    sentences = wording.sentences(check)
    text = "\n".join(
        [f"{clean(check.title)} ({wording.points(check)})", *filter(None, [wording.spot(check)]), *sentences]
    )
    if kind == "skipped":
        ElementTree.SubElement(case, "skipped", {"message": sentences[0]})
    elif kind != "passed":
        ElementTree.SubElement(case, kind, {"type": wording.status(check), "message": sentences[0]}).text = text
    else:
        ElementTree.SubElement(case, "system-out").text = text
