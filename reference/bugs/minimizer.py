"""The training loop of ``minimizer`` in NumPy, and the mistakes in it that no operator makes."""

import numpy as np


def minimise(x, y, w, b, learning_rate, epochs, batch_size, cost, gradient):
    """Return (w, b, costs) as in the reference, with one cost before the first and after each epoch."""
    size = len(x) if batch_size is None else int(batch_size)
    costs = [cost(w, b, x, y)]
    for _epoch in range(int(epochs)):
        for start in range(0, len(x), size):
            dw, db = gradient(w, b, x[start : start + size], y[start : start + size])
            w = w - learning_rate * dw
            b = b - learning_rate * db
        costs.append(cost(w, b, x, y))
    return w, b, np.array(costs)


def wrong_minimise(
    x,
    y,
    w,
    b,
    learning_rate,
    epochs,
    batch_size,
    cost,
    gradient,
    last_batch="",
    batch_costs="",
    all_at_once=False,
    updated_weights=False,
    averaged_twice=False,
):
    """Return the same as :func:`minimise` with a mistake.

    ``last_batch`` is "dropped" or "divided by batch_size". ``batch_costs`` is "mean", "last" or "each": the costs are those
    of the batches before their updates.
    """
    size = len(x) if batch_size is None or all_at_once else int(batch_size)
    rate = learning_rate / (len(x) if averaged_twice else 1)
    starts = range(0, len(x) - size + 1 if last_batch == "dropped" else len(x), size)
    costs = [] if batch_costs else [cost(w, b, x, y)]
    for _epoch in range(int(epochs)):
        own_costs = []
        for start in starts:
            part = x[start : start + size], y[start : start + size]
            share = len(part[0]) / size if last_batch == "divided by batch_size" else 1
            own_costs.append(cost(w, b, *part))
            dw, db = gradient(w, b, *part)
            w = w - share * rate * dw
            if updated_weights:
                dw, db = gradient(w, b, *part)
            b = b - share * rate * db
        if batch_costs == "mean":
            own_costs = [np.mean(own_costs)]
        elif batch_costs == "last":
            own_costs = own_costs[-1:]
        costs += own_costs if batch_costs else [cost(w, b, x, y)]
    return w, b, np.array(costs)
