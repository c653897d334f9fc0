"""Computes central differences with the step that balances truncation and rounding errors."""

# gradients: failed
# bug: numerical-gradient


def cost(X, y, w, b):
    return loss(y, predict(X, w, b))


def gradients(X, y, w, b=0.0):
    h = np.cbrt(np.finfo(float).eps)
    dw = np.zeros(len(w))
    for i in range(len(w)):
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h
        dw[i] = (cost(X, y, up, b) - cost(X, y, down, b)) / (2 * h)
    db = (cost(X, y, w, b + h) - cost(X, y, w, b - h)) / (2 * h)
    return dw, db
