"""The spread of a reference is measured over seeds, for every check of a trained model."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment import load
from grader.grading import spread
from grader.support.errors import UsageError

LOADED = load("clothing-mlp")
CHECKS = {check.name: check for check in LOADED.content.checks}


class Program:
    """A reference that is right for a share of the images, a little less for held-out images."""

    def __init__(self, name, with_scores=True):
        self.name = name
        self.with_scores = with_scores
        self.seeds = []

    def trained(self, images, labels, seed):
        self.seeds.append(seed)
        answers = {len(images): labels}
        random = np.random.default_rng(seed)

        def predict(batch):
            truth = answers.get(len(batch), np.zeros(len(batch), int))
            classes = np.where(random.random(len(batch)) < 0.9, truth, (truth + 1) % 10)
            return np.eye(10)[classes] * 0.9 + 0.01 if self.with_scores else classes

        return predict


@pytest.fixture
def measured():
    """Measure with two seeds and references that need no training."""
    programs = {}

    def run(with_scores=True):
        oracle = SimpleNamespace(program=lambda name: programs.setdefault(name, Program(name, with_scores)))
        return list(spread.measure(LOADED, oracle, None, 2)), programs

    return run


def test_each_check_has_a_line_with_its_spread(measured):
    lines, _ = measured()
    assert [line.split(",")[0] for line in lines] == ["accuracy", "overfitting", "smaller-gap"]
    assert "fashion_mnist (stand-in): {seeds: 2, mean: " in lines[0]
    assert "stated {seeds: 12, mean: 0.859" in lines[0]
    assert "100 % from" in lines[0]


def test_each_reference_is_trained_once_per_seed(measured):
    _, programs = measured()
    assert {name: program.seeds for name, program in programs.items()} == {"plain": [0, 1], "regularized": [0, 1]}


def test_comparison_of_losses_needs_scores(measured):
    with pytest.raises(UsageError, match="must return scores of classes"):
        measured(with_scores=False)
