"""``random``: the statistics of a submission's random numbers."""

from __future__ import annotations

import pytest

from grader.checks.context import context_of
from grader.checks.random import TOGETHER
from grader.expected.reference import Oracle
from grader.submission import read_file
from tests.assignment.tiny import load
from tests.checks.one_check import bugs
from tests.student.in_process import InProcess

TEXT = """\
name: tiny
version: 1
title: Random numbers
functions:
  init: {signature: "(n_in, n_out)", returns: [W]}
  dropout: {signature: "(a, p, seed)", returns: [out]}
  dropout_of_rng: {called: dropout, signature: "(a, p, rng)", returns: [out]}
probes:
  wide: {inputs: {n_in: 30, n_out: 20}}
  generators: {inputs: {a: {random: normal, shape: [5, 4]}, p: 0.25, rng: {generator: 0}}}
  activations: {inputs: {a: {random: normal, shape: [5, 4]}, p: 0.25}}
checks:
  - name: init
    title: The weights are uniform
    kind: random
    function: init
    probes: [wide]
    expect:
      shape: {W: [n_in, n_out]}
      range: {W: [-np.sqrt(6 / (n_in + n_out)), np.sqrt(6 / (n_in + n_out))]}
      deviation: {W: np.sqrt(2 / (n_in + n_out))}
      uniform: {W: [-np.sqrt(6 / (n_in + n_out)), np.sqrt(6 / (n_in + n_out))]}
      independent: [W]
    bugs:
      - {name: transposed, expect: {shape: {W: [n_out, n_in]}}}
      - {name: missing-factor-two, expect: {deviation: {W: np.sqrt(1 / (n_in + n_out))}}}
    points: 1
  - name: dropout
    title: Dropout keeps the mean
    kind: random
    function: dropout
    probes: [activations]
    calls: 200
    vary: seed
    repeatable: true
    expect:
      shape: {out: [len(a), "a.shape[1]"]}
      share: {out == 0: p}
      mean: {out / a: 1}
      independent: [out == 0]
    points: 1
  - name: dropout-of-rng
    title: Dropout uses the generator
    kind: random
    function: dropout_of_rng
    probes: [generators]
    calls: 100
    vary: rng
    repeatable: true
    expect: {shape: {out: [len(a), "a.shape[1]"]}, share: {out == 0: p}, independent: [out == 0]}
    points: 1
"""
INIT = """
import numpy as np
def init(n_in, n_out):
    limit = np.sqrt(6 / (n_in + n_out))
    return np.random.uniform(-limit, limit, (n_in, n_out))
"""
DROPOUT = """
import numpy as np
def dropout(a, p, seed):
    mask = np.random.default_rng(seed).random(a.shape) >= p
    return a * mask / (1 - p)
"""


@pytest.fixture
def outcome(tmp_path):
    loaded = load(tmp_path, TEXT)

    def run(name, source, seed=0, session=None):
        check = next(check for check in loaded.content.checks if check.name == name)
        submission = read_file("submission.py", source.encode())
        session = session or InProcess(source)
        return check.run(context_of(loaded, submission, session, Oracle(loaded), seed, {}, None))

    return run


@pytest.mark.parametrize(("name", "source"), [("init", INIT), ("dropout", DROPOUT)])
def test_correct_functions_pass(outcome, name, source):
    for seed in range(5):
        assert outcome(name, source, seed).share == 1


def test_generator_differs_from_call_to_call_and_repeats_itself(outcome):
    of_generator = DROPOUT.replace("np.random.default_rng(seed)", "rng").replace("seed", "rng")
    assert outcome("dropout-of-rng", of_generator).share == 1
    failed = outcome("dropout-of-rng", of_generator.replace("rng.random", "np.random.random"))
    assert "also the same rng, give different results: out" in failed.message and bugs(failed) == ["not-deterministic"]


@pytest.mark.parametrize("last_right", [0, 5])
def test_no_more_calls_are_made_after_results_of_another_shape(outcome, last_right):
    """Results may be as large as the channel allows; all of them together would not fit into memory."""
    source = INIT.replace(
        "return ", f"count.append(0)\n    if len(count) > {last_right}: return np.zeros(10**5)\n    return "
    )
    session = InProcess(f"count = []\n{source}")
    failed = outcome("init", source, session=session)
    assert failed.share == 0 and "W has the shape (100000,), expected an array of shape (30, 20)" in failed.message
    assert len(session.namespace["count"]) <= 1 + TOGETHER


def test_complex_numbers_are_named(outcome):
    failed = outcome("init", INIT.replace("return ", "return 1j * "))
    assert "W contains complex numbers (complex128), expected decimals (float64)" in failed.message


@pytest.mark.parametrize(
    ("old", "new", "message", "bug"),
    [
        ("sqrt(6", "sqrt(3", "The standard deviation of W is", ["missing-factor-two"]),
        ("(n_in, n_out))", "(n_out, n_in))", "expected an array of shape (30, 20)", ["transposed"]),
        ("-limit, limit", "0, limit", "too small", []),
        ("return ", "np.random.seed(1)\n    return ", "W is the same in every call", ["same-random-numbers"]),
        ("np.random.uniform(-limit, limit, (n_in, n_out))", "np.random.normal(0, limit / 3**.5, (n_in, n_out))", "outside the range", []),
        ("np.random.uniform(-limit, limit, (n_in, n_out))", "np.tile(np.random.uniform(-limit, limit, n_out), (n_in, 1))", "depend on each other", ["units-start-alike"]),
        ("np.random.uniform(-limit, limit, (n_in, n_out))", "np.full((n_in, n_out), np.nan)", "NaN", []),
        ("np.random.uniform(-limit, limit, (n_in, n_out))", "'weights'", "W is", []),
    ],
)  # fmt: skip
def test_mistakes_in_weights_are_noticed(outcome, old, new, message, bug):
    assert old in INIT
    failed = outcome("init", INIT.replace(old, new))
    assert failed.share == 0 and message in failed.message and bugs(failed) == bug
    assert "0.2" not in failed.message or "deviation" in failed.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (" / (1 - p)", "", "The mean of `out / a` is 0.7"),
        (">= p", "< p", "The share of `out == 0` is"),
        ("(seed)", "()", "Two calls with the same arguments"),
        ("(seed)", "(7)", "`out == 0` is the same in every call, although each call gets another seed"),
        ("random(a.shape)", "random((len(a), 1))", "The entries of `out == 0` depend on each other"),
    ],
)
def test_mistakes_in_dropout_are_noticed(outcome, old, new, message):
    assert old in DROPOUT
    failed = outcome("dropout", DROPOUT.replace(old, new))
    assert failed.share == 0 and message in failed.message


def test_messages_have_no_expected_number(outcome):
    failed = outcome("init", INIT.replace("sqrt(6", "sqrt(3"))
    assert "0.14" in failed.message and "0.2" not in failed.message
    assert failed.evidence.content["low"] < failed.evidence.content["value"] < failed.evidence.content["high"]
