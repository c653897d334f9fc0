"""Computes differences with np.gradient."""

# gradients: failed
# bug: numerical-gradient


def gradients(X, y, w, b=0.0):
    h = 1e-4

    def slope(f):
        t = np.array([-h, 0.0, h])
        return np.gradient(np.array([f(s) for s in t]), h)[1]

    dw = np.array([slope(lambda s: loss(y, predict(X, w + s * e, b))) for e in np.eye(len(w))])
    return dw, slope(lambda s: loss(y, predict(X, w, b + s)))
