"""Tests of the list of submissions in a Gradescope export."""

from __future__ import annotations

import pytest

from grader.batch.layouts import METADATA, students

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("metadata", ["", "- 1", "{", "a: ]"])
def test_metadata_without_submissions_is_an_error(metadata):
    with pytest.raises(ValueError, match="yml"):
        students([METADATA, "submission_1/a.py"], metadata=metadata)


def test_bomb_of_yaml_aliases_in_the_metadata_is_ignored():
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    bomb = "\n".join(["a0: &a0 [x, x]", *levels, "submission_1:", "  :submitters:", "  - :name: *a8", "    :sid: 5"])
    (student,) = students(["submission_1/a.py", METADATA], metadata=bomb).students
    assert (student.name, student.identity) == ("submission_1", "5")


def test_gradescope_id_keeps_its_leading_zeros():
    metadata = "submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: 0123\n"
    (student,) = students(["submission_1/a.py"], "gradescope", metadata=metadata).students
    assert student.identity == "0123"
