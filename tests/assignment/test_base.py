"""The models of functions, probes, variables and limits check their own values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from grader.assignment.base import FunctionSpec, Limits, Policy, RandomInput, ScoreBand, VariableSpec
from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("draw", ["normal, shape: [2]", "uniform, high: 300", "choice, of: [-1, 3]"])
def test_random_numbers_for_uint8_must_be_bytes(tmp_path, draw):
    with pytest.raises(UsageError, match="uint8 holds 0 to 255"):
        load(tmp_path, GOOD.replace("draw: normal", f"dtype: uint8, draw: {draw.replace(', shape: [2]', '')}"))


def test_signature_gives_arguments_and_defaults():
    function = FunctionSpec(signature="(X, w, b=0.5)", returns=["y"], may_ask=["m"], conventions={"half": 0.5})
    assert [(item.name, item.optional, item.default) for item in function.arguments] == [
        ("X", False, None),
        ("w", False, None),
        ("b", True, 0.5),
    ]
    assert function.inputs() == ["X", "w", "b", "m"]
    assert function.factors == [1.0, 0.5]
    assert function.complete({"X": 1, "m": 2}) == {"X": 1, "b": 0.5}


@pytest.mark.parametrize("signature", ["X", "(X", "(*X)", "(X, /)", "(X, **y)", "(X=f())", "(class)"])
def test_other_signatures_are_refused(signature):
    with pytest.raises(ValidationError, match="is not a Python signature"):
        FunctionSpec(signature=signature, returns=["y"])


def test_widths_of_a_submission_replace_those_of_the_task():
    function = FunctionSpec(signature="()", returns=["W"], shapes={"W": ["h", 3]}, widths={"h": 16})
    assert function.sizes() == {"W": (16, 3)}
    assert function.sizes({"h": 5}) == {"W": (5, 3)}


def test_memory_for_honest_work_is_at_most_the_limit():
    assert Limits(memory_mb=512).honest_mb == 512
    assert Limits(memory_mb=512, needed_mb=300).honest_mb == 300
    assert Limits(memory_mb=512, needed_mb=900).honest_mb == 512


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-24 23:59 Europe/Berlin", datetime(2026, 10, 24, 21, 59, tzinfo=UTC)),
        (
            "2026-10-25 02:30 Europe/Berlin",
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ),  # the repeated hour: the later one
        ("2026-11-20 23:59:00+01:00", datetime(2026, 11, 20, 22, 59, tzinfo=UTC)),
    ],
)
def test_due_date_has_a_time_zone(text, moment):
    assert Policy(due=text).due.timestamp() == moment.timestamp()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-10-24 23:59", "timezone"),
        ("2026-10-24 23:59 Europe/Nowhere", "is not the name of a time zone"),
        ("2026-10-24 23:59+01:00 Europe/Berlin", "not both"),
    ],
)
def test_other_due_dates_are_refused(text, message):
    with pytest.raises(ValidationError, match=message):
        Policy(due=text)


@pytest.mark.parametrize("keys", [{}, {"at_least": 0.5, "deviations": 2.0}])
def test_band_has_exactly_one_threshold(keys):
    with pytest.raises(ValidationError, match="either at_least or deviations"):
        ScoreBand(share=1, **keys)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"type": "array", "result_of": "f"}, "belong together"),
        ({"type": "model", "equals": ["a"]}, "only for the type strings"),
        ({"type": "history", "low": 0.0}, "only for arrays"),
        ({"type": "array", "low": 1.0, "high": 0.0}, "swap them"),
    ],
)
def test_keys_of_a_variable_must_match_its_type(keys, message):
    with pytest.raises(ValidationError, match=message):
        VariableSpec(**keys)


def test_random_bytes_may_be_0_to_255():
    assert RandomInput(random="uniform", low=0, high=256, dtype="uint8").high == 256
