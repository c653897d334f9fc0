import numpy as np

sigmoid = lambda z: 1 / (1 + np.exp(-z))
predict = lambda X, w, b=0.0: sigmoid(X @ w + b)
loss = lambda y, y_hat: 0.5 * np.sum((y_hat - y) ** 2)


def gradients(X, y, w, b=0.0):
    a = predict(X, w, b)
    d = (a - y) * a * (1 - a)
    return X.T @ d, np.sum(d)


def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    def step(state):
        w, b = state
        gw, gb = gradients(X, y, w, b)
        return w - learning_rate * gw, b - learning_rate * gb * fit_bias

    states = [(w, b)]
    for _ in range(epochs):
        states.append(step(states[-1]))
    losses = [loss(y, predict(X, *state)) for state in states[:-1]]
    return *states[-1], losses
