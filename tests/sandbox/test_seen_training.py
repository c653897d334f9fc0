"""The record of training comes from a worker in which student code runs: what does not fit is refused."""

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
def test_data_that_no_worker_describes_are_refused(inputs):
    observations.CALLS.validate_python([CALL])
    with pytest.raises(ValidationError):
        observations.CALLS.validate_python([{**CALL, "inputs": inputs}])


def test_sizes_of_a_model_cost_nothing_here():
    with pytest.raises(ValidationError):
        observations.MODEL.validate_python({**MODEL, "outputs": [-1]})
    loss = {"name": "own", "from_logits": False, "settings": "", "values": [float("nan")]}
    for size in (0, 1 << 40):
        model = observations.MODEL.validate_python({**MODEL, "outputs": [size], "loss": loss})
        assert losses.expected(model).of is None
