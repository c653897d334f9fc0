"""The training loop of ``single-neuron`` in NumPy, with switches for what goes wrong in it."""

import numpy as np


def train(
    X,
    y,
    w,
    b,
    learning_rate,
    epochs,
    fit_bias,
    predict,
    loss,
    gradients,
    per_sample=False,
    update_bias=True,
    update_weights=True,
    ignore_fit_bias=False,
    further_epochs=0,
    direction=-1,
    average=False,
    average_bias=False,
    average_losses=False,
    factor=1.0,
    factor_of_losses=1.0,
    updated_weights=False,
    once=False,
    start_without_bias=False,
):
    """Gradient descent as in the reference: (w, b, losses), losses with an entry before and after each epoch."""
    w, b = np.array(w, dtype=float), 0.0 * b if start_without_bias else b
    divide_losses = len(y) if average_losses else 1
    fit_bias = (fit_bias or ignore_fit_bias) and update_bias
    count = int(epochs) + further_epochs
    losses = [loss(y, predict(X, w, b))]
    batches = [slice(i, i + 1) for i in range(len(y))] if per_sample else [slice(None)]
    rate = factor * learning_rate / (len(y) if average else 1)
    rate_of_bias = rate / (len(y) if average_bias else 1)
    first = gradients(X, y, w, b)
    for _ in range(count):
        for rows in batches:
            dw, db = first if once else gradients(X[rows], y[rows], w, b)
            w = w + direction * rate * dw if update_weights else w
            if updated_weights:
                _, db = gradients(X[rows], y[rows], w, b)
            if fit_bias:
                b = b + direction * rate_of_bias * db
        losses.append(loss(y, predict(X, w, b)))
    return w, b, factor_of_losses * np.array(losses) / divide_losses
