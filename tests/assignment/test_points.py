"""Bands of a measured value check their own values."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.points import ScoreBand

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("keys", [{}, {"at_least": 0.5, "deviations": 2.0}])
def test_band_has_exactly_one_threshold(keys):
    with pytest.raises(ValidationError, match="either at_least or deviations"):
        ScoreBand(share=1, **keys)
