"""Computes all shifted costs at once, without calling a function twice."""

# gradients: failed
# bug: numerical-gradient


def gradients(X, y, w, b=0.0, h=1e-5):
    theta = np.append(w, b)
    A = np.column_stack([X, np.ones(len(X))])
    shifted = np.concatenate([theta + h * np.eye(theta.size), theta - h * np.eye(theta.size)])
    out = 1 / (1 + np.exp(-A @ shifted.T))
    costs = 0.5 * ((y[:, None] - out) ** 2).sum(axis=0)
    plus, minus = np.split(costs, 2)
    g = (plus - minus) / (2 * h)
    return g[:-1], g[-1]
