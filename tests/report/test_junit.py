"""Tests of the JUnit XML, read by a program that reads such files."""

from __future__ import annotations

import junitparser


def test_junit_is_read_by_junitparser(report, rendered):
    read = junitparser.JUnitXml.fromstring(rendered("junit").encode())
    (suite,) = read
    read_back = {case.name: case for case in suite}
    assert list(read_back) == [check.name for check in report.checks]
    kinds = {name: [type(result).__name__ for result in case.result] for name, case in read_back.items()}
    for check in report.checks:
        assert kinds[check.name] == {
            "passed": [],
            "skipped": ["Skipped"],
            "failed": ["Failure"],
            "partial": ["Failure"],
        }.get(check.status, ["Error"])
        if kinds[check.name]:
            assert read_back[check.name].result[0].message == check.message
    counts = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()
    assert counts == (suite.tests, suite.failures, suite.errors, suite.skipped)
