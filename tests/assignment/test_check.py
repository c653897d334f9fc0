"""A check reports everything that it needs but the assignment does not have."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.check import BandedCheck, Check, ProbedCheck, Problem, unknown
from grader.assignment.declarations import Declarations

pytestmark = pytest.mark.quick

DECLARATIONS = Declarations.model_validate(
    {
        "reference": "reference.py",
        "datasets": {"mnist": {}},
        "functions": {
            "double": {"signature": "(x)", "returns": ["y"]},
            "total": {"signature": "(y, scale)", "returns": ["sum"]},
            "start": {"signature": "()", "returns": ["w"]},
        },
        "probes": {"numbers": {"inputs": {"x": 1.0}}},
    }
)
WITHOUT_REFERENCE = DECLARATIONS.model_copy(update={"reference": None})
KEYS = {"name": "some-check", "title": "T", "points": 1, "kind": "some"}


class NeedsReference(Check):
    needs_reference = True


def sentences(check, declarations=DECLARATIONS):
    return [problem.sentence for problem in check.problems(declarations)]


def test_unknown_names_list_the_allowed_ones():
    assert [*unknown("probe", ["a", "b"], ["b", "c"])] == [Problem("a", "'a' is not a known probe; allowed are b, c.")]
    assert [item.sentence for item in unknown("probe", ["a"], [])] == ["'a' is not a known probe; there are none."]


def test_check_without_needs_has_no_problem():
    assert sentences(Check(**KEYS)) == []
    assert sentences(ProbedCheck(**KEYS, function="double", probes=["numbers"])) == []


def test_missing_reference_is_a_problem():
    (sentence,) = sentences(NeedsReference(**KEYS), WITHOUT_REFERENCE)
    assert "add 'reference:' at the top" in sentence


def test_missing_input_of_a_probe_is_a_problem():
    check = ProbedCheck(**KEYS, function="total", probes=["numbers"])
    assert sentences(check) == ["the probe 'numbers' has no y and scale, which total needs; add it."]


def test_result_of_a_given_function_is_an_input():
    check = ProbedCheck(**KEYS, function="total", probes=["numbers"], given=["double"])
    assert sentences(check) == ["the probe 'numbers' has no scale, which total needs; add it."]


def banded(**keys):
    return BandedCheck(**KEYS, dataset="mnist", **{"bands": [{"share": 1, "at_least": 0.9}], **keys})


def test_banded_check_needs_the_module_of_its_reference():
    assert sentences(banded(reference=["other.train"]), WITHOUT_REFERENCE) == []
    (sentence,) = sentences(banded(reference=["train"]), WITHOUT_REFERENCE)
    assert "does not name its module" in sentence


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ([{"share": 0.5, "at_least": 0.9}], "full marks are impossible"),
        ([{"share": 1, "at_least": 0.8}, {"share": 0.5, "at_least": 0.9}], "a better value of at_least"),
        ([{"share": 1, "deviations": 6}, {"share": 0.5, "deviations": 3}], "need the reference's spread"),
    ],
)
def test_wrong_bands_are_refused(bands, message):
    with pytest.raises(ValidationError, match=message):
        banded(bands=bands)
