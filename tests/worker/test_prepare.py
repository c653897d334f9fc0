"""Repeatable random numbers for student code."""

from __future__ import annotations

import os
import random
import secrets

import numpy as np
import pytest

from grader.worker import prepare


@pytest.fixture(autouse=True)
def _restored():
    states = random.getstate(), np.random.get_state(), prepare._seeds[0]
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])
    prepare._seeds[0] = states[2]


def numbers():
    default_rng = prepare._repeatable(np.random.default_rng)
    return [random.random(), np.random.rand(), default_rng().random(), os.urandom(4), secrets.token_hex(4)]


def test_all_sources_are_repeatable_within_a_seed():
    with prepare.seeded(3):
        first = numbers()
    with prepare.seeded(3):
        assert numbers() == first
    with prepare.seeded(4):
        assert not set(numbers()) & set(first)


def test_system_entropy_is_restored():
    urandom = os.urandom
    with pytest.raises(ZeroDivisionError), prepare.seeded(3):
        assert os.urandom is not urandom
        raise ZeroDivisionError
    assert os.urandom is urandom


def test_without_a_seed_nothing_changes():
    state = random.getstate()
    with prepare.seeded(None):
        assert random.getstate() == state


def test_own_seed_of_a_generator_is_used():
    default_rng = prepare._repeatable(np.random.default_rng)
    assert default_rng(5).random() == np.random.default_rng(5).random()
    assert default_rng().random() != default_rng().random()
