import numpy as np

# Sigmoid and its slope, as on the slides
def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def sigmoid_prime(z):
    s = sigmoid(z)
    return s * (1 - s)

def predict(X, w, b=0.0):
    return sigmoid(X @ w + b)

def loss(y, y_hat):
    diff = y - y_hat
    return 0.5 * (diff ** 2).sum()

def gradients(X, y, w, b=0.0):
    z = X @ w + b
    dz = (sigmoid(z) - y) * sigmoid_prime(z)
    return X.T @ dz, dz.sum()

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    w = w.copy()
    history = np.zeros(epochs)
    for i in range(epochs):
        history[i] = loss(y, predict(X, w, b))
        grad_w, grad_b = gradients(X, y, w, b)
        w -= learning_rate * grad_w
        if fit_bias:
            b -= learning_rate * grad_b
    return w, b, history
