"""Changes of signs and factors."""

from __future__ import annotations

import pytest

from grader.mutation import arithmetic

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("X @ w + b", ["X @ w - b"]),
        ("a - y", ["a + y"]),
        ("-np.log(p)", ["np.log(p)"]),
        ("1 / (1 + np.exp(-z))", ["1 / (1 - np.exp(-z))", "1 / (1 + np.exp(z))"]),
        ("x * 2", []),
        ("-1", []),
    ],
)
def test_sign_of_a_term_is_flipped(made, text, wrong):
    assert made(arithmetic.sign, text) == dict.fromkeys(wrong, "sign-flipped")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2 * (a - y)", {"a - y": "missing-factor-two"}),
        ("(a - y) * 2.0", {"a - y": "missing-factor-two"}),
        ("0.5 * np.sum(x)", {"np.sum(x)": "stray-factor-two"}),
        ("np.sum(x) / 2", {"np.sum(x)": "stray-factor-two"}),
        ("3 * x", {}),
    ],
)
def test_factor_two_is_left_out(made, text, wrong):
    assert made(arithmetic.factor_two, text) == wrong
