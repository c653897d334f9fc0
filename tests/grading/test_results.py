"""Tests of the result of a check."""

from grader.assignment import load
from grader.grading.results import MAX_MESSAGE, check_result, not_graded
from grader.report.evidence import Evidence, Location
from grader.support.errors import NoMemory, NotGradable


def check_of(folder, **changes):
    return load(str(folder)).content.checks[0].model_copy(update=changes)


def test_share_of_the_points_is_the_score(doubling):
    result = check_result(check_of(doubling, points=50), "partial", "Half.", 1 / 3)
    assert (result.score, result.max_score, result.evidence) == (16.67, 50, Evidence())


def test_bonus_and_location_are_in_the_evidence(doubling):
    location = Location(file="a.py", cell=None, line=3, file_line=3)
    result = check_result(check_of(doubling, bonus=True), "failed", "No.", location=location)
    assert result.evidence == Evidence(bonus=True, location=location)


def test_message_is_one_short_line(doubling):
    message = check_result(check_of(doubling), "failed", "a\nb" + 2 * MAX_MESSAGE * "c").message
    assert message.startswith("a b") and len(message) == MAX_MESSAGE


def test_check_that_was_not_graded_has_no_score_and_its_reason(doubling):
    result = not_graded(check_of(doubling), NoMemory("No memory is left."))
    assert (result.status, result.score, result.message) == ("not_gradable", None, "No memory is left.")
    assert result.evidence == Evidence(not_graded_for="memory")
    assert not_graded(check_of(doubling), NotGradable("No data.")).evidence == Evidence()
