"""Tests of GitLab's code quality report."""

from __future__ import annotations

import json

import junitparser

from .conftest import MARKED, ONE, WRONG


def test_gitlab_gets_junit_and_code_quality(repository, ci):
    folder = repository({"work.py": WRONG, ".grader.yml": ONE})
    result = ci(folder, GITLAB_CI="true")
    assert result.returncode == 1
    suite = junitparser.JUnitXml.fromfile(str(folder / "grader-results" / "single-neuron.junit.xml"))
    assert sum(not case.is_passed and not case.is_skipped for each in suite for case in each) == 4
    findings = json.loads((folder / "grader-results" / "code-quality.json").read_text())
    assert len({finding["fingerprint"] for finding in findings}) == len(findings) == 4
    for finding in findings:  # docs.gitlab.com, "Code Quality report format"
        assert finding.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert finding["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert finding["location"]["path"] == "work.py"
        line = WRONG.splitlines()[finding["location"]["lines"]["begin"] - 1]
        assert line in MARKED
