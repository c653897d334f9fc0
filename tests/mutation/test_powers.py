"""Changes of powers, roots and logarithms."""

from __future__ import annotations

import pytest

from grader.mutation import powers

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("(y - a) ** 2", {"y - a": "square-missing", "np.abs(y - a)": "absolute-error"}),
        ("np.square(e)", {"e": "square-missing", "np.abs(e)": "absolute-error"}),
        ("x / np.sqrt(v)", {"x / v": "root-missing"}),
        ("v ** -1.5", {"v ** (-0.5)": "another-constant", "v ** 1.5": "another-constant"}),
        ("beta ** t", {"beta": "exponent-missing", "beta * t": "product-instead-of-power"}),
    ],
)
def test_power_is_forgotten(made, text, wrong):
    assert made(powers.power, text).items() >= wrong.items()


def test_logarithm_has_another_base(made):
    assert set(made(powers.logarithm, "-np.log(p)")) == {"-np.log2(p)", "-np.log10(p)"}


def test_function_is_left_out_or_another_one_is_called(made):
    assert made(powers.function, "y * np.log(p)") == {"y * p": "function-missing"}
    assert made(powers.function, "np.tanh(z)")["np.sinh(z)"] == "another-function"
    assert made(powers.function, "np.expm1(z)")["np.exp2(z) - 1"] == "another-function"
    assert made(powers.function, "np.exp(z)")["np.exp(2 * z)"] == "stray-factor-two"


def test_sum_or_mean_is_taken_too_early(made):
    assert made(powers.order_of_reduction, "np.mean((y - a) ** 2, axis=0)") == {
        "np.mean(y - a, axis=0) ** 2": "reduced-too-early"
    }
    assert made(powers.order_of_reduction, "-np.sum(np.log(p))") == {"-np.log(np.sum(p))": "reduced-too-early"}
