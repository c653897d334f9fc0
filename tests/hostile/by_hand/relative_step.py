"""Uses a step that grows with the weight."""

# gradients: failed
# bug: numerical-gradient


def cost(X, y, w, b):
    return loss(y, predict(X, w, b))


def gradients(X, y, w, b=0.0):
    p = np.append(w, b)
    f = lambda q: cost(X, y, q[:-1], q[-1])
    g = []
    for i in range(p.size):
        h = 1e-3 * max(abs(p[i]), 1.0)
        e = np.zeros(p.size)
        e[i] = h
        g.append((f(p + e) - f(p - e)) / (2 * h))
    return np.array(g[:-1]), g[-1]
