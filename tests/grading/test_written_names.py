"""Reports name functions with lists as the task does."""

from __future__ import annotations

from grader.grading import written_names
from grader.report.model import CheckResult
from tests.assignment.test_lists import NETS
from tests.assignment.tiny import load


def test_the_number_of_layers_is_no_part_of_a_name(tmp_path):
    content = load(tmp_path, NETS).content
    result = CheckResult(
        name="a", title="a", status="failed", score=0, max_score=1, message="`forward_2` and `x_forward_2`"
    )
    result.evidence.notes = ["forward_1()"]
    written_names.in_all([result], content)
    assert result.message == "`forward` and `x_forward_2`"
    assert result.evidence.notes == ["forward()"]
