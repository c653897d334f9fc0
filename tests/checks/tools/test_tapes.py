"""The reasons for which a tape gives None, read from the source."""

from __future__ import annotations

import pytest

from grader.checks.tools import quotients, tapes
from grader.submission.python_code import Source

pytestmark = pytest.mark.quick

TAPE = """
    with tf.GradientTape() as tape:
        y = f(x)
    return tape.gradient(y, x)
"""
NESTED = """
    x = tf.Variable(x)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(x)
        slope = inner.gradient(y, x)
    return outer.gradient(slope, x)
"""


def reason(body, gets_variables=False):
    source = Source(f"def derivative(f, x):{body}")
    return tapes.reason_in(quotients.used([source], "derivative"), gets_variables)


REASONS = {
    "an argument": (TAPE, "tape-does-not-watch"),
    "a constant": (f"\n    x = tf.constant(x){TAPE}", "tape-does-not-watch"),
    "a Variable that is not trainable": (f"\n    x = tf.Variable(x, trainable=False){TAPE}", "tape-does-not-watch"),
    "watched too late": (TAPE.replace("f(x)\n", "f(x)\n        tape.watch(x)\n"), "tape-does-not-watch"),
    "watched by another tape": (
        NESTED.replace("x = tf.Variable(x)", "pass").replace("as inner:", "as inner:\n            inner.watch(x)"),
        "tape-does-not-watch",
    ),
    "after the block": (
        f"\n    x = tf.Variable(x){TAPE}".replace("        y = f(x)", "        pass\n    y = f(x)"),
        "computed-outside-the-tape",
    ),
    "in the question": (
        f"\n    x = tf.Variable(x){TAPE}".replace("gradient(y", "gradient(f(x)"),
        "computed-outside-the-tape",
    ),
    "outside of the outer block": (NESTED.replace("        slope", "    slope"), "computed-outside-the-tape"),
    "an integer": (f"\n    x = tf.Variable(int(x)){TAPE}", "integers-have-no-gradient"),
    "the name of a type": (f"\n    x = tf.Variable(x, dtype='int32'){TAPE}", "integers-have-no-gradient"),
    "NumPy": (f"\n    x = tf.Variable(x){TAPE}".replace("f(x)", "np.mean(f(x))"), "numpy-inside-the-tape"),
    "an array": (f"\n    x = tf.Variable(x){TAPE}".replace("f(x)", "f(x).numpy()"), "numpy-inside-the-tape"),
    "an assignment": (
        f"\n    x = tf.Variable(x){TAPE}".replace("y = f(x)", "y.assign(f(x))"),
        "assign-inside-the-tape",
    ),
    "nothing wrong": (f"\n    x = tf.Variable(x){TAPE}", "gradient-is-none"),
    "two tapes": (NESTED, "gradient-is-none"),
    "watched": (TAPE.replace("y = ", "tape.watch([x])\n        y = "), "gradient-is-none"),
    "two reasons": (
        TAPE.replace("        y = f(x)", "        pass\n    y = f(x)").replace(
            "return", "z = tape.gradient(x, x)\n    return"
        ),
        "gradient-is-none",
    ),
    "no tape": ("\n    return int(f(x))", ""),
}


@pytest.mark.parametrize(("body", "bug"), REASONS.values(), ids=REASONS)
def test_reason_is_read_from_the_source(body, bug):
    assert reason(body) == bug


def test_variables_of_the_grader_are_watched_by_every_tape():
    assert reason(TAPE, gets_variables=True) == "gradient-is-none"
