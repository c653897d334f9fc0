"""Extrapolates two central differences to a step of zero."""

# gradients: failed
# bug: numerical-gradient


def cost(X, y, w, b):
    return loss(y, predict(X, w, b))


def c(f, h):
    return (f(h) - f(-h)) / (2 * h)


def d(f, h=1e-3):
    return (4 * c(f, h / 2) - c(f, h)) / 3


def gradients(X, y, w, b=0.0):
    dw = np.array([d(lambda t: cost(X, y, w + t * e, b)) for e in np.eye(len(w))])
    return dw, d(lambda t: cost(X, y, w, b + t))
