"""The rule about validation data."""

from __future__ import annotations

import pytest

from grader.checks.tools.validation import undecided, validation
from grader.sandbox.observations import RecordedCall


def fit(**parts):
    call = {"method": "fit", "model": ["model"], "number": 0, "inputs": {}}
    return RecordedCall.model_validate(call | ({"parts": parts} if parts else {}))


@pytest.mark.parametrize(
    ("parts", "bug"),
    [
        ({"training": [[0, 500], [1, 300]], "validation": [[1, 200]]}, "validation-split-not-shuffled"),
        ({"training": [[0, 500]], "validation": [[1, 500]]}, "validation-split-not-shuffled"),
        (
            {"training": [[0, 9], [1, 9]], "validation": [[0, 9], [1, 9]], "repeated": 1.0},
            "validation-data-are-training-data",
        ),
        ({"training": [[0, 500], [1, 300]], "validation": [[0, 2], [1, 198]]}, None),
        ({"training": [[0, 8], [1, 8]], "validation": [[1, 4]]}, None),  # by chance
        ({"training": [[0, 500]], "validation": [[0, 100]]}, None),
        ({"training": [], "validation": []}, None),
        ({}, None),
    ],
)
def test_validation_data_have_all_classes_and_are_new(parts, bug):
    broken = validation([fit(), fit(**parts)])
    assert (broken.bug if broken else None) == bug


def test_validation_data_of_an_own_loop_are_not_known():
    loop = RecordedCall.model_validate({"method": "GradientTape", "model": ["net"], "number": 1, "inputs": {}})
    assert "`net`" in undecided([fit(), loop])
    assert undecided([fit()]) is None
    assert undecided([fit(), loop.model_copy(update={"number": 0})]) is None  # fit() has validation data of its own
