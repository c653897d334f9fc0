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
        ("beta ** t", {"beta": "exponent-missing"}),
    ],
)
def test_power_is_forgotten(made, text, wrong):
    assert made(powers.power, text).items() >= wrong.items()


def test_logarithm_has_another_base(made):
    assert set(made(powers.logarithm, "-np.log(p)")) == {"-np.log2(p)", "-np.log10(p)"}
