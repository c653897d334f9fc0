"""Tests of scores in the format of an nbgrader export."""

from __future__ import annotations

from grader.batch.nbgrader import grades
from tests.batch.rows import row


def test_scores_have_the_format_of_an_nbgrader_export():
    """Compared with nbgrader 0.9.6: the header, and the format of numbers and unknown values."""
    rows = [
        row("x", "erika", 8.5, raw=9.5, penalty=1.0),
        row("x", "=max", None),
        row("x", "max", 0.0),
    ]
    assert grades(rows, "ps1").decode().splitlines() == [
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score",
        "ps1,,,erika,,,,9.5,1.0,8.5,10.0",
        "ps1,,,'=max,,,,,0.0,,10.0",
        "ps1,,,max,,,,0.0,0.0,0.0,10.0",
    ]
