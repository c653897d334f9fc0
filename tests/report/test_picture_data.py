"""Tests of the models of a report's pictures."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.report.evidence import Evidence
from grader.report.picture_data import MOST_EPOCHS, Gap, Gaps, Line

pytestmark = pytest.mark.quick


def test_names_are_short_and_clean():
    assert Gap(model="a\u202e\n" + "x" * 500, training=0.5, held_out=0.5).model.startswith("a? x")
    with pytest.raises(ValidationError):
        Line(of="yours", values=[0.0] * (MOST_EPOCHS + 1))


def test_numbers_that_cannot_be_drawn_are_none():
    values = [1.0, float("nan"), float("inf"), 1e300, 1e-300, 1.234567]
    assert Line(of="yours", values=values).values == [1.0, None, None, None, 0.0, 1.2346]


def test_pictures_are_read_back_and_unknown_ones_left_out():
    picture = Gaps(models=[Gap(model="net", training=1.0, held_out=0.5)])
    documents = [picture.model_dump(), {"kind": "hologram"}, 3]
    assert Evidence.model_validate({"pictures": documents}).pictures == [picture]
    assert Evidence.model_validate({"pictures": "none"}).pictures == []
