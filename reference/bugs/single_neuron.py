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
    losses_kept=False,
    invert_fit_bias=False,
    bias_without_rate=False,
    weights_without_rate=False,
    bias_only_with_fit=False,
    other_loss="",
    losses_of_start=False,
    return_start=False,
    integer_weights="",
    label_column=None,
):
    """Return (w, b, losses) as in the reference, with one loss before the first and after each epoch."""
    start = w, b
    y = y if label_column is None else X[:, label_column]
    forgotten = start_without_bias or (bias_only_with_fit and not fit_bias)
    w, b = np.array(w, dtype=float), 0.0 * b if forgotten else b
    w = np.trunc(w) if integer_weights else w
    divide_losses = len(y) if average_losses else 1
    fit_bias = ((fit_bias != invert_fit_bias) or ignore_fit_bias) and update_bias
    count = int(epochs) + further_epochs

    def loss_now():
        y_hat = predict(X, w, b)
        return OTHER_LOSSES[other_loss](y, y_hat) if other_loss else loss(y, y_hat)

    losses = [loss_now()]
    batches = [slice(i, i + 1) for i in range(len(y))] if per_sample else [slice(None)]
    rate = factor * learning_rate / (len(y) if average else 1)
    rate_of_bias = factor if bias_without_rate else rate / (len(y) if average_bias else 1)
    rate = factor if weights_without_rate else rate
    first = gradients(X, y, w, b)
    for epoch in range(count):
        for rows in batches:
            dw, db = first if once else gradients(X[rows], y[rows], w, b)
            w = w + direction * rate * dw if update_weights else w
            w = np.trunc(w) if integer_weights == "always" else w
            if updated_weights:
                _, db = gradients(X[rows], y[rows], w, b)
            if fit_bias:
                b = b + direction * rate_of_bias * db
        if epoch < epochs or not losses_kept:
            losses.append(losses[0] if losses_of_start else loss_now())
    w, b = start if return_start else (w, b)
    return w, b, factor_of_losses * np.array(losses) / divide_losses
