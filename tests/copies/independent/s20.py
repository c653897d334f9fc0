import numpy as np

def sigmoid(z):
    denominator = 1 + np.exp(-z)
    return 1 / denominator

def predict(X, w, b=0.0):
    Xb = np.c_[X, np.ones(len(X))]
    return sigmoid(Xb @ np.r_[w, b])

def loss(y, y_hat):
    return 0.5 * ((y_hat - y) ** 2).sum()

def gradients(X, y, w, b=0.0):
    Xb = np.c_[X, np.ones(len(X))]
    a = sigmoid(Xb @ np.r_[w, b])
    g = Xb.T @ ((a - y) * a * (1 - a))
    return g[:-1], g[-1]

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    all_losses = []
    for n in range(1, epochs + 1):
        all_losses.append(loss(y, predict(X, w, b)))
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        if not fit_bias:
            db = 0
        b = b - learning_rate * db
    return w, b, all_losses
