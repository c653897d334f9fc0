"""The training record comes from a worker that runs student code: records that do not fit the models are refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.checks.tools import losses
from grader.sandbox import observations

CALL = {"method": "fit", "model": ["model"], "inputs": {"shape": [100, 784]}}
MODEL = {"built": True, "sequential": True, "layers": [], "loss": None, "optimizer": ""}


@pytest.mark.parametrize(
    "inputs",
    [
        {"shape": [-28, -28]},
        {"pairs": {"mnist": [[1, 10**30]]}},
        {"pairs": {"mnist": [[1, 2, 3]]}},
        {"pairs": {"mnist": [[1, 2]] * 5000}},
        {"pairs": {"mnist": [[1, 2.5]]}},
    ],
)
def test_impossible_descriptions_of_data_are_refused(inputs):
    observations.CALLS.validate_python([CALL])
    with pytest.raises(ValidationError):
        observations.CALLS.validate_python([{**CALL, "inputs": inputs}])


def test_huge_model_sizes_are_harmless():
    with pytest.raises(ValidationError):
        observations.MODEL.validate_python({**MODEL, "outputs": [-1]})
    loss = {"name": "own", "from_logits": False, "settings": "", "values": [float("nan")]}
    for size in (0, 1 << 40):
        model = observations.MODEL.validate_python({**MODEL, "outputs": [size], "loss": loss})
        assert losses.input_of(model).of is None
