"""Submissions in the style of real students, with real mistakes, get the expected marks and messages.

The files are not part of the repository: GRADER_CASES names their folder.
"""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

CASES = Path(os.environ.get("GRADER_CASES", ROOT.parent / "shared" / "cases"))
TABLE = yaml.safe_load(Path(__file__).with_name("table.yaml").read_text())
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="no collected submissions: set GRADER_CASES to their folder")


def exercise_of(name, expected):
    group = max((group for group in TABLE["groups"] if name.startswith(group)), key=len, default="")
    return expected.get("exercise") or TABLE["groups"][group]


def rows():
    for name, expected in TABLE["cases"].items():
        for package, instead in expected.get("without", {}).items():
            if find_spec(package) is None:
                expected = instead
        marks = [pytest.mark.long] if expected.get("long") else []
        yield pytest.param(name, expected, id=name, marks=marks)


def words_of(report):
    """Return all sentences of a report as one text."""
    said = []
    for check in report["checks"]:
        said += [check["message"], check["hint"] or "", *check["evidence"].get("notes", [])]
        if check["diagnosis"]:
            said += [check["diagnosis"]["title"], *(other["title"] for other in check["diagnosis"].get("also") or [])]
    return "\n".join(said)


def bugs_of(report):
    """Return [(name, alternative names)] of all diagnoses."""
    found = []
    for diagnosis in filter(None, (check["diagnosis"] for check in report["checks"])):
        others = [other["bug"] for other in diagnosis.get("or") or []]
        found.append({diagnosis["bug"], *others})
        found += [{other["bug"]} for other in diagnosis.get("also") or []]
    return found


@pytest.mark.table
@pytest.mark.parametrize(("name", "expected"), list(rows()))
def test_submission_gets_the_expected_marks_and_words(grader, name, expected):
    (path,) = CASES.glob(name)
    done = grader("check", exercise_of(name, expected), path, "--json", *expected.get("options", []), timeout=400)
    assert "Traceback" not in done.stderr
    bugs = expected.get("bugs", [])
    wrong = bool(bugs or expected.get("wrong"))
    if not done.stdout:  # there is nothing to grade
        assert "score" in expected and expected["score"] is None, done.stderr
        report = {"score": None, "passed": False, "checks": [], "submission": {}}
        words = done.stderr
    else:
        report = json.loads(done.stdout)
        words = words_of(report)
    told = f"{report['score']}: {words}"
    score = expected.get("score", [0, 99.99] if wrong else 100)
    if isinstance(score, list):
        assert report["score"] is not None and score[0] <= report["score"] <= score[1], told
    else:
        assert report["score"] == score, told
    if "passed" in expected:
        assert report["passed"] == expected["passed"], told
    if "file" in expected:
        assert report["submission"]["file"] == expected["file"]
    found = bugs_of(report)
    names = set().union(*found)
    for bug in bugs:
        assert names & set(bug.split("|")), (bug, names, told)
    right = {name for bug in bugs for name in bug.split("|")} | set(expected.get("may", []))
    assert [sorted(names) for names in found if not names & right] == [], told
    for pattern in expected.get("says", []):
        assert re.search(pattern, words), (pattern, told)
    for pattern in expected.get("never", []):
        assert not re.search(pattern, words), (pattern, told)
