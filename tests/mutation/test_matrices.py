"""Changes of transposes and products."""

from __future__ import annotations

import pytest

from grader.mutation import matrices

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("X.T @ d", "X @ d"),
        ("np.dot(d, A1.T)", "np.dot(d, A1)"),
        ("w3.T.dot(d)", "w3.dot(d)"),
        ("np.transpose(X) @ d", "X @ d"),
        ("X.transpose() @ d", "X @ d"),
    ],
)
def test_transpose_is_left_out(made, text, wrong):
    assert made(matrices.transpose, text)[wrong] == "transpose-forgotten"
