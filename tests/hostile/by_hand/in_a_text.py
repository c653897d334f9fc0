"""Defines the function in a string that is executed."""

# gradients: failed
# bug: numerical-gradient

exec(
    "\ndef cost(X, y, w, b):\n    return loss(y, predict(X, w, b))\n\n\ndef gradients(X, y, w, b=0.0):\n    h = 1e-5\n    dw = np.zeros(len(w))\n    for i in range(len(w)):\n        up, down = w.copy(), w.copy()\n        up[i] += h\n        down[i] -= h\n        dw[i] = (cost(X, y, up, b) - cost(X, y, down, b)) / (2 * h)\n    db = (cost(X, y, w, b + h) - cost(X, y, w, b - h)) / (2 * h)\n    return dw, db\n\n"
)
