"""Findings keep the bug, the place, and the function that has the bug."""

from __future__ import annotations

import pytest

from grader.diagnosis.findings import Finding, Findings, findings_of_check

pytestmark = pytest.mark.quick


def test_bugs_and_alternatives_belong_to_one_function():
    findings = Findings((Finding("one", "dw"),), (Finding("other", "dw"),)).of("gradients")
    assert [bug.function for bug in (*findings.bugs, *findings.alternatives)] == ["gradients"] * 2


def test_check_without_arrays_names_one_bug_at_each_place():
    findings = findings_of_check("layers-shared", "model", "other")
    assert [(bug.bug, bug.where) for bug in findings.bugs] == [("layers-shared", "model"), ("layers-shared", "other")]


def test_parameters_do_not_distinguish_findings():
    assert Finding("one", "dw", {"c": 1.0}) == Finding("one", "dw", {"c": 2.0})
