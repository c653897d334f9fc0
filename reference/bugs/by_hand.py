"""The update of ``by-hand`` in NumPy, and the mistakes in it that no operator makes."""

import numpy as np


def update(i, W1, W2, target, a, forward, delta):
    """Return W1 and W2 after one step against the gradient of the error."""
    h, pred = forward(i, W1, W2)
    d = delta(pred, target)
    new_W2 = W2 - a * d * np.reshape(h, W2.shape)
    new_W1 = W1 - a * d * np.outer(i, W2)
    return new_W1, new_W2


def wrong_update(
    i,
    W1,
    W2,
    target,
    a,
    forward,
    delta,
    updated=False,
    uphill=False,
    hidden_inputs=False,
    inputs_twice=False,
    steps_only=False,
    cut=False,
    kept="",
):
    """Return the same with a mistake; ``kept`` names a parameter that does not change."""
    h, pred = forward(i, W1, W2)
    step = (-a if uphill else a) * delta(pred, target)
    start = 0.0 if steps_only else 1.0
    new_W2 = start * W2 - step * np.reshape(i if inputs_twice else h, W2.shape)
    carried = np.ones_like(W2) if cut else new_W2 if updated else W2
    new_W1 = start * W1 - step * np.outer(h if hidden_inputs else i, carried)
    return W1 if kept == "W1" else new_W1, W2 if kept == "W2" else new_W2
