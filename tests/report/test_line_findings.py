"""Findings at lines have the wording of the report, and one that all checks share comes once."""

from __future__ import annotations

from grader.report.line_findings import findings
from tests.service.kept_results import report_with


def test_each_check_without_all_points_is_a_finding_with_its_loss():
    report = report_with(0.5, "answer.py", "a" * 64)
    checks = [check.model_copy(update={"message": f"It is wrong in {check.name}."}) for check in report.checks]
    losses = {
        finding.title.partition(":")[0]: finding.points_lost
        for finding in findings(report.model_copy(update={"checks": checks}))
    }
    worth = {check.name: check.max_score for check in checks if check.max_score}
    assert losses["single-neuron, trajectory"] == worth["trajectory"] / 2 and {*losses} >= {
        f"single-neuron, {name}" for name in worth
    }


def test_correct_work_has_none_and_a_shared_one_comes_once():
    assert [*findings(report_with(1.0, "answer.py", "a" * 64))] == []
    assert len([*findings(report_with(0.0, "answer.py", "a" * 64))]) == 1
