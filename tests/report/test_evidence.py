"""Tests of the evidence of a check."""

import json

import pytest
from pydantic import ValidationError

from grader.report.evidence import Evidence, Location
from grader.report.model import CheckResult
from grader.report.picture_data import Gap, Gaps


def as_json(evidence):
    result = CheckResult(name="a", title="A", status="failed", score=0, max_score=1, message="", evidence=evidence)
    return json.loads(result.model_dump_json(by_alias=True))["evidence"]


def test_a_field_that_is_not_set_is_absent():
    assert as_json(Evidence()) == {}
    assert as_json(Evidence(max_abs_error=None, index=[], nan=2)) == {"NaN": 2, "max_abs_error": None, "index": []}


def test_numbers_of_a_kind_are_further_keys_and_survive_a_round_trip():
    document = {"case": "small", "factor": 2.0, "scores": [0.5, None], "NaN": 3}
    assert as_json(Evidence.model_validate(as_json(Evidence.model_validate(document)))) == document


def test_tuples_of_a_kind_become_lists():
    assert as_json(Evidence(layers=[{"shape": (2, 3)}])) == {"layers": [{"shape": [2, 3]}]}


def test_numbers_of_a_kind_must_fit_into_json():
    with pytest.raises(ValidationError):
        Evidence(model=object())


def test_fields_of_both_are_joined_and_the_second_replaces_the_first():
    first = Evidence(case="small", notes=["One."], factor=2.0)
    both = first | Evidence(case="large", where="dW")
    assert as_json(both) == {"case": "large", "where": "dW", "notes": ["One."], "factor": 2.0}
    assert as_json(first) == {"case": "small", "notes": ["One."], "factor": 2.0}


def test_no_notes_leave_no_key():
    assert as_json(Evidence().with_notes([])) == {}
    assert as_json(Evidence().with_notes(["One."])) == {"notes": ["One."]}


def test_a_field_can_be_removed():
    evidence = Evidence(nan=1, for_instructor=["Odd."], factor=2.0)
    assert as_json(evidence.without("for_instructor")) == {"NaN": 1, "factor": 2.0}
    assert evidence.for_instructor == ["Odd."]


def test_strings_of_the_submission_are_cleaned_at_any_depth():
    evidence = Evidence(
        nan=1,
        location=Location(file="a.py", cell=None, line=1, file_line=1),
        notes=["a\x1bb"],
        wrong={"t\nitle": ["x\u202ey"]},
    ).cleaned()
    content = as_json(evidence)
    assert (content["notes"], content["wrong"]) == (["a?b"], {"t itle": ["x?y"]})
    assert (content["NaN"], content["location"]["line"]) == (1, 1)


def test_entries_that_are_not_finite_are_counted():
    assert (Evidence(nan=2).not_finite, Evidence(infinite=3).not_finite, Evidence(entries=4).not_finite) == (2, 3, 0)


def test_pictures_of_another_version_are_left_out():
    gaps = Gaps(models=[Gap(model="m", training=1.0, held_out=0.5)])
    evidence = Evidence.model_validate({"pictures": [{"kind": "hologram"}, gaps.model_dump(), "text"]})
    assert evidence.pictures == [gaps]
