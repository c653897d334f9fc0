"""Uses the formula with five points."""

# gradients: failed
# bug: numerical-gradient


def cost(X, y, w, b):
    return loss(y, predict(X, w, b))


def d(f, x, h=1e-3):
    return (-f(x + 2 * h) + 8 * f(x + h) - 8 * f(x - h) + f(x - 2 * h)) / (12 * h)


def gradients(X, y, w, b=0.0):
    dw = np.array([d(lambda t: cost(X, y, w + t * e, b), 0.0) for e in np.eye(len(w))])
    return dw, d(lambda t: cost(X, y, w, b + t), 0.0)
