import numpy as np

def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))

def predict(X, w, b=0.0):
    return sigmoid(b + X @ w)

def loss(y, y_hat):
    return 0.5 * np.linalg.norm(y - y_hat) ** 2

def gradients(X, y, w, b=0.0):
    p = predict(X, w, b)
    residual = p - y
    g = np.multiply(residual, np.multiply(p, 1 - p))
    return np.einsum("ij,i->j", X, g), g.sum()

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    params = np.append(w, b).astype(float)
    mask = np.ones_like(params)
    mask[-1] = fit_bias
    log = []
    for _ in range(epochs):
        log.append(loss(y, predict(X, params[:-1], params[-1])))
        params -= learning_rate * mask * np.append(*gradients(X, y, params[:-1], params[-1]))
    return params[:-1], params[-1], log
