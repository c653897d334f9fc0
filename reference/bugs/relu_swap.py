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
    averaged_twice=False,
    loss_times_m=False,
    other_loss="",
    losses_of_start=False,
    integer_weights=False,
    output_slope=True,
):
    """Return the same as :func:`train` with a mistake."""
    n = len(y)
    parameters = [np.array(value, dtype=float) for value in (W1, b1, W2, b2)]
    rate = learning_rate / (n if averaged_twice else 1)

    def truncated():
        return [np.trunc(value) if value.ndim == 2 and integer_weights else value for value in parameters]

    def loss():
        y_hat = forward(X, *parameters)[3]
        if other_loss:
            return OTHER_LOSSES[other_loss](y, y_hat)
        return 0.5 * np.sum((y - y_hat) ** 2) / (1 if loss_times_m else n)

    def slopes(X, y):
        Z1, A1, Z2, y_hat = forward(X, *parameters)
        W2 = parameters[2]
        if output_slope:
            return backward(X, y, Z1, A1, Z2, y_hat, W2)
        dZ2 = (y_hat - y) / len(y)
        dZ1 = dZ2 @ W2.T * (Z1 > 0)
        return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)

    parameters = truncated()
    losses = [loss()]
    batches = [slice(i, i + 1) for i in range(n)] if per_sample else [slice(None)]
    for _epoch in range(int(epochs)):
        for rows in batches:
            steps = slopes(X[rows], y[rows])
            parameters = [
                value - rate * (step if np.ndim(step) == 0 else np.reshape(step, value.shape))
                for value, step in zip(parameters, steps, strict=True)
            ]
        parameters = truncated()
        losses.append(losses[0] if losses_of_start else loss())
    return (*parameters, np.array(losses))
