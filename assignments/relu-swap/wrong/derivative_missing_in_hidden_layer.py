"""The derivative of the hidden layer is missing."""

import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def relu(z):
    return np.maximum(0, z)


def relu_derivative(z):
    return (z > 0).astype(float)


def forward(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    y_hat = sigmoid(Z2)
    return Z1, A1, Z2, y_hat


def backward(X, y, Z1, A1, Z2, y_hat, W2):
    dZ2 = (y_hat - y) * y_hat * (1 - y_hat) / len(y)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = dZ2 @ W2.T
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2


def train(X, y, W1, b1, W2, b2, learning_rate, epochs):
    losses = []
    for _ in range(epochs):
        Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)
        losses.append(0.5 * np.sum((y - y_hat) ** 2) / len(y))
        dW1, db1, dW2, db2 = backward(X, y, Z1, A1, Z2, y_hat, W2)
        W1 = W1 - learning_rate * dW1
        b1 = b1 - learning_rate * db1
        W2 = W2 - learning_rate * dW2
        b2 = b2 - learning_rate * db2
    return W1, b1, W2, b2, losses
