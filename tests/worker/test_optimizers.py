"""The optimizer of a training loop is found by the variables that it changed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.worker import optimizers


class BaseOptimizer:
    def __init__(self):
        self.iterations = 0

    def apply(self, grads, trainable_variables=None):
        self.iterations += 1
        return len(grads)


@pytest.fixture
def optimizer(monkeypatch):
    monkeypatch.setattr(optimizers, "_used", {})
    optimizers._record(SimpleNamespace(BaseOptimizer=BaseOptimizer))
    return BaseOptimizer()


def test_optimizer_of_a_loop_is_found(optimizer):
    net = SimpleNamespace(trainable_variables=[object(), object()], optimizer=BaseOptimizer())
    assert optimizers.of(net) is net.optimizer
    assert optimizer.apply([0, 0], net.trainable_variables) == 2
    assert optimizers.of(net) is optimizer
    net.optimizer.iterations = 1  # fit() has trained it too
    assert optimizers.of(net) is net.optimizer
    assert optimizers.of(SimpleNamespace(trainable_variables=[object()])) is None
