"""The training loop of ``relu-swap`` in NumPy, and the mistakes in it that no operator makes."""

import numpy as np

OTHER_LOSSES = {
    "mean absolute": lambda y, y_hat: np.mean(np.abs(y - y_hat)),
    "cross-entropy": lambda y, y_hat: -np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)),
    "mean cross-entropy": lambda y, y_hat: -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)),
}


def train(X, y, W1, b1, W2, b2, learning_rate, epochs, forward, backward):
    """Return (W1, b1, W2, b2, losses) as in the reference, with one loss before the first and after each epoch."""
    Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)
    losses = [0.5 * np.sum((y - y_hat) ** 2) / len(y)]
    for _epoch in range(int(epochs)):
        dW1, db1, dW2, db2 = backward(X, y, Z1, A1, Z2, y_hat, W2)
        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2
        Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)
        losses.append(0.5 * np.sum((y - y_hat) ** 2) / len(y))
    return W1, b1, W2, b2, np.array(losses)


def wrong_train(
    X,
    y,
    W1,
    b1,
    W2,
    b2,
    learning_rate,
    epochs,
    forward,
    backward,
    per_sample=False,
    update_biases=True,
    update_b1=True,
    update_b2=True,
    update_W1=True,
    update_W2=True,
    further_epochs=0,
    direction=-1,
    updated_weights=False,
    once=False,
    power_of_m=0,
    factor=1.0,
    factor_of_losses=1.0,
    loss_times_m=False,
    losses_kept=False,
    biases_without_rate=False,
    other_loss="",
    losses_of_start=False,
    return_start=False,
    integer_weights="",
    output_slope=True,
):
    """Return (W1, b1, W2, b2, losses) as in the reference, with one loss before the first and after each epoch."""
    n = len(y)
    updated = (update_W1, update_b1 and update_biases, update_W2, update_b2 and update_biases)
    parameters = [np.array(value, dtype=float) for value in (W1, b1, W2, b2)]
    start = parameters
    if integer_weights:
        parameters = [np.trunc(value) if value.ndim == 2 else value for value in parameters]
    rate = direction * learning_rate * factor * n**power_of_m

    def loss():
        y_hat = forward(X, *parameters)[3]
        if other_loss:
            return OTHER_LOSSES[other_loss](y, y_hat)
        return 0.5 * np.sum((y - y_hat) ** 2) / (1 if loss_times_m else n)

    def slopes(rows):
        Z1, A1, Z2, y_hat = forward(X[rows], *parameters)
        W2 = parameters[2]
        results = gradients(X[rows], y[rows], Z1, A1, Z2, y_hat, W2)
        if updated_weights:
            results = (*gradients(X[rows], y[rows], Z1, A1, Z2, y_hat, W2 + rate * results[2])[:2], *results[2:])
        return results

    def gradients(X, y, Z1, A1, Z2, y_hat, W2):
        if output_slope:
            return backward(X, y, Z1, A1, Z2, y_hat, W2)
        dZ2 = (y_hat - y) / len(y)
        dZ1 = dZ2 @ W2.T * (Z1 > 0)
        return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)

    losses = [loss()]
    batches = [slice(i, i + 1) for i in range(n)] if per_sample else [slice(None)]
    first = slopes(slice(None))
    count = int(epochs) + further_epochs
    rates = [direction * factor if biases_without_rate and k % 2 else rate for k in range(4)]
    for epoch in range(count):
        for rows in batches:
            steps = first if once else slopes(rows)
            parameters = [
                value + rate_of_this * (step if np.ndim(step) == 0 else np.reshape(step, value.shape))
                if moves
                else value
                for value, step, moves, rate_of_this in zip(parameters, steps, updated, rates, strict=True)
            ]
        if integer_weights == "always":
            parameters = [np.trunc(value) if value.ndim == 2 else value for value in parameters]
        if epoch < epochs or not losses_kept:
            losses.append(losses[0] if losses_of_start else loss())
    parameters = start if return_start else parameters
    return (*parameters, factor_of_losses * np.array(losses))
