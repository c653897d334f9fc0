"""Computes forward differences, with unit vectors from an identity matrix."""

# gradients: failed
# bug: numerical-gradient


def cost(X, y, w, b):
    return loss(y, predict(X, w, b))


def gradients(X, y, w, b=0.0):
    h = 1e-7
    base = cost(X, y, w, b)
    dw = np.array([(cost(X, y, w + h * e, b) - base) / h for e in np.eye(len(w))])
    return dw, (cost(X, y, w, b + h) - base) / h
