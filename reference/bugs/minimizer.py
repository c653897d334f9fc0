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
    batches="",
    divisor="",
    batch_costs="",
    costs_after=False,
    each_step=False,
    from_start=False,
    updated_weights=False,
):
    """Return the same as :func:`minimise` with a mistake.

    ``batches`` is "one" for all points at once, "full" for the full batches only, "first" for the first batch only, or
    "everything" for all points in each batch. ``divisor`` is what the sum over a batch is divided by: "batch_size", "n",
    "twice" for its own size and n, or "batches" for its own size and the number of batches. ``batch_costs`` is "mean",
    "last" or "each": the costs are those of the batches before their steps, or after them. With ``each_step`` there is a
    cost of all points after each step. With ``from_start`` all
    gradients of an epoch belong to the parameters at its start.
    """
    n = len(x)
    size = n if batch_size is None or batches == "one" else int(batch_size)
    starts = range(0, n - size + 1 if batches == "full" else n, size)
    costs = [] if batch_costs else [cost(w, b, x, y)]
    for _epoch in range(int(epochs)):
        own_costs = []
        old_w, old_b = w, b
        for start in starts[:1] if batches == "first" else starts:
            part = (x, y) if batches == "everything" else (x[start : start + size], y[start : start + size])
            points = len(part[0])
            shares = {"batch_size": points / size, "n": points / n, "twice": 1 / n, "batches": 1 / len(starts)}
            rate = learning_rate * shares.get(divisor, 1)
            own_costs += [] if costs_after else [cost(w, b, *part)]
            dw, db = gradient(old_w, old_b, *part) if from_start else gradient(w, b, *part)
            w = w - rate * dw
            if updated_weights:
                dw, db = gradient(w, b, *part)
            b = b - rate * db
            own_costs += [cost(w, b, *part)] if costs_after else []
            costs += [cost(w, b, x, y)] if each_step else []
        if batch_costs == "mean":
            own_costs = [np.mean(own_costs)]
        elif batch_costs == "last":
            own_costs = own_costs[-1:]
        costs += own_costs if batch_costs else [] if each_step else [cost(w, b, x, y)]
    return w, b, np.array(costs)
