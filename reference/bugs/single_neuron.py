"""The training loop of ``single-neuron`` in NumPy, and the mistakes in it that no operator makes."""

import numpy as np

OTHER_LOSSES = {
    "absolute": lambda y, y_hat: np.sum(np.abs(y - y_hat)),
    "mean absolute": lambda y, y_hat: np.mean(np.abs(y - y_hat)),
    "cross-entropy": lambda y, y_hat: -np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)),
    "mean cross-entropy": lambda y, y_hat: -np.mean(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)),
    "mean squared": lambda y, y_hat: np.mean((y - y_hat) ** 2),
}


def forward_difference(X, y, w, b, predict, loss, step):
    """Return (dw, db) as difference quotients of the loss over one step, which may be negative."""
    return _quotients(lambda w, b: loss(y, predict(X, w, b)), w, b, 0.0, step)


def central_difference(X, y, w, b, predict, loss, step):
    """Return (dw, db) as difference quotients of the loss between one step backward and one step forward."""
    return _quotients(lambda w, b: loss(y, predict(X, w, b)), w, b, -step, step)


def _quotients(cost, w, b, back, ahead):
    moves = np.eye(len(w))
    dw = [(cost(w + ahead * move, b) - cost(w + back * move, b)) / (ahead - back) for move in moves]
    return np.array(dw), (cost(w, b + ahead) - cost(w, b + back)) / (ahead - back)


def train(X, y, w, b, learning_rate, epochs, fit_bias, predict, loss, gradients):
    """Return (w, b, losses) as in the reference, with one loss before the first and after each epoch."""
    losses = [loss(y, predict(X, w, b))]
    for _epoch in range(int(epochs)):
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
        losses.append(loss(y, predict(X, w, b)))
    return w, b, np.array(losses)


def wrong_train(
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
    integer_weights=False,
    bias_only_with_fit=False,
    average_losses=False,
    other_loss="",
    losses_of_start=False,
):
    """Return the same as :func:`train` with a mistake."""
    b = 0.0 * b if bias_only_with_fit and not fit_bias else b
    w = np.trunc(w) if integer_weights else w

    def loss_now():
        y_hat = predict(X, w, b)
        return OTHER_LOSSES[other_loss](y, y_hat) if other_loss else loss(y, y_hat)

    losses = [loss_now()]
    for _epoch in range(int(epochs)):
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        w = np.trunc(w) if integer_weights else w
        if fit_bias:
            b = b - learning_rate * db
        losses.append(losses[0] if losses_of_start else loss_now())
    return w, b, np.array(losses) / (len(y) if average_losses else 1)
