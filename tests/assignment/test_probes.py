"""Inputs of probes check their own values."""

from __future__ import annotations

import pytest

from grader.assignment.probes import RandomInput
from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("draw", ["normal, shape: [2]", "uniform, high: 300", "choice, of: [-1, 3]"])
def test_random_numbers_for_uint8_must_be_bytes(tmp_path, draw):
    with pytest.raises(UsageError, match="uint8 holds 0 to 255"):
        load(tmp_path, GOOD.replace("draw: normal", f"dtype: uint8, draw: {draw.replace(', shape: [2]', '')}"))


def test_random_bytes_may_be_0_to_255():
    assert RandomInput(random="uniform", low=0, high=256, dtype="uint8").high == 256
