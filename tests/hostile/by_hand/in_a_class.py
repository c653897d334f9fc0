"""Hides the differences in a class that multiplies instead of dividing."""

# gradients: failed
# bug: numerical-gradient


class Checker:
    def __init__(self, f, h=1e-6):
        self.f, self.h = f, h

    def run(self, p):
        g = np.empty_like(p)
        for i in np.ndindex(p.shape):
            old = p[i]
            p[i] = old + self.h
            hi = self.f(p)
            p[i] = old - self.h
            lo = self.f(p)
            p[i] = old
            diff = hi - lo
            g[i] = diff * (0.5 / self.h)
        return g


def gradients(X, y, w, b=0.0):
    p = np.append(w, b).astype(float)
    g = Checker(lambda q: loss(y, predict(X, q[:-1], q[-1]))).run(p)
    return g[:-1], g[-1]
