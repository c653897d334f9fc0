import numpy as np

def sigmoid(z):
    return 1 / (1 + np.e ** (-z))

def predict(X, w, b=0.0):
    return np.array([sigmoid(sum(xi * wi for xi, wi in zip(row, w)) + b) for row in X])

def loss(y, y_hat):
    return sum((yi - pi) ** 2 for yi, pi in zip(y, y_hat)) / 2

def gradients(X, y, w, b=0.0):
    p = predict(X, w, b)
    n, m = X.shape
    deltas = [(p[i] - y[i]) * p[i] * (1 - p[i]) for i in range(n)]
    dw = np.array([sum(deltas[i] * X[i][j] for i in range(n)) for j in range(m)])
    return dw, sum(deltas)

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    for _ in range(epochs):
        losses += [loss(y, predict(X, w, b))]
        dw, db = gradients(X, y, w, b)
        w = np.array([wi - learning_rate * di for wi, di in zip(w, dw)])
        if fit_bias:
            b = b - learning_rate * db
    return w, b, losses
