"""The rules of an exercise are those of an assignment, with the due date of the exercise."""

from datetime import UTC, datetime

from grader.assignment.policy import Policy
from grader.service import policies
from grader.service.tables import Exercise


def test_rules_are_stored_without_the_due_date_of_the_exercise():
    due = datetime(2026, 10, 1, tzinfo=UTC)
    rules = Policy(due=due, grace_hours=2, percent_a_day=10, attempts="best")
    stored = policies.stored(rules)
    assert "2026" not in stored
    assert policies.policy_of(Exercise(policy=stored, due=due)) == rules
    assert policies.policy_of(Exercise(policy=stored, due=None)).due is None
