"""Signs of difference quotients in the source of a function."""

from __future__ import annotations

import pytest

from grader.checks.tools import quotients
from grader.submission.python_code import Source

pytestmark = pytest.mark.quick

TWO_SIDED = "def slope(w, h=1e-5):\n    return (cost(w + h) - cost(w - h)) / (2 * h)"
# (source, strongest sign)
SIGNS = {
    "a formula": ("def slope(w):\n    return 2 * w", "nothing"),
    "a difference that is not divided": ("def slope(w):\n    return cost(w + 1) - cost(w)", "nothing"),
    "a division without a difference": ("def slope(w):\n    return cost(w) / len(w)", "nothing"),
    "an unused helper": ("def slope(w):\n    return 2 * w\n" + TWO_SIDED.replace("slope", "other"), "nothing"),
    "an error that is divided": ("def slope(w, y):\n    return (w - y) / len(y)", "calls"),
    "a missing definition": ("def other(w):\n    return w", "calls"),
    "an unreadable call": ("def slope(w):\n    return eval('2 * w')", "calls"),
    "its own function, twice": ("def cost(w):\n    return w\ndef slope(w):\n    return cost(w) * cost(w + 1)", "calls"),
    "its own function, in a loop": ("def cost(w):\n    return w\ndef slope(w):\n    return [cost(v) for v in w]", "calls"),
    "its own function, passed on": ("def cost(w):\n    return w\ndef slope(w):\n    return tool(cost, w)", "calls"),
    "a parameter that is called twice": ("def slope(w, f):\n    return f(w) + f(2 * w)", "calls"),
    "two sides": (TWO_SIDED, "quotient"),
    "multiplied by the inverse": ("def slope(w):\n    return 5e4 * (cost(w + 1e-5) - cost(w - 1e-5))", "quotient"),
    "divided in place": ("def slope(w):\n    d = cost(w + 1) - cost(w)\n    d /= 1e-5\n    return d", "quotient"),
    "through names": ("def slope(w):\n    a, b = cost(w + 1), cost(w)\n    d = a - b\n    return d / 1e-5", "quotient"),
    "in a helper": ("def slope(w):\n    return helper(w)\n" + TWO_SIDED.replace("slope", "helper"), "quotient"),
    "in a lambda": ("slope = lambda w: (cost(w + 1e-5) - cost(w)) / 1e-5", "quotient"),
    "of SciPy": ("from scipy.optimize import approx_fprime as ap\ndef slope(w):\n    return ap(w, cost)", "quotient"),
    "of NumPy": ("import numpy as np\ndef slope(w):\n    return np.gradient(cost(w))", "quotient"),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNS)
def test_strongest_sign_is_returned(name):
    source, sign = SIGNS[name]
    assert quotients.facts([Source(source)], "slope") == sign


def test_helper_in_another_cell_is_inspected():
    cells = ["def slope(w):\n    return helper(w)", "this is no Python", TWO_SIDED.replace("slope", "helper")]
    assert quotients.facts([*map(Source, cells)], "slope") == "quotient"
    assert quotients.facts([*map(Source, cells[:2])], "slope") == "nothing"


def test_chain_of_names_is_followed_only_a_few_times():
    def chain(length):
        names = [f"    d{number + 1} = d{number}\n" for number in range(length)]
        body = "".join(["    d0 = cost(w + 1) - cost(w)\n", *names, f"    return d{length} / 1e-5\n"])
        return quotients.facts([Source("def slope(w):\n" + body)], "slope")

    assert chain(quotients.MOST_SUBSTITUTED - 3) == "quotient"
    assert chain(quotients.MOST_SUBSTITUTED + 1) == "nothing"


def test_called_functions_are_those_of_libraries():
    source = "import numpy as np\ndef cost(w):\n    return np.sum(w)\ndef slope(w):\n    return cost(w)\nprint(len([]))"
    assert quotients.called([Source(source)], "slope") == {"sum"}
    assert quotients.called([Source(source)]) == {"sum", "print", "len"}
    assert quotients.called([Source(source)], "missing") == {"sum", "print", "len"}


def test_constants_are_possible_steps():
    source = (
        "h = 1e-5; k = -0.01; n = 10 ** -3; e = 2 ** -1000; half = 0.25 / 1000; big = 3.0; flag = True; s = '0.001'"
    )
    assert quotients.constants([Source(source), Source("1 +")]) >= {1e-5, 0.01, 1e-3, 0.25 / 1000}
    assert max(quotients.constants([Source(source)])) <= quotients.LARGEST_STEP
    assert 2.0**-1000 not in quotients.constants([Source(source)])


def test_division_by_zero_is_not_a_constant():
    assert quotients.constants([Source("h = 1e-9 / 0")]) == {1e-9}
