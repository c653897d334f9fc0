import numpy as np


def softmax(Z):
    Z = Z - np.max(Z, axis=1, keepdims=True)
    return np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)


def forward(X, W, b):
    return softmax(X @ W + b)


def cost(Y, P):
    return np.mean(-Y * np.log(P))


def gradients(X, Y, W, b):
    n = len(X)
    dZ = forward(X, W, b) - Y
    return X.T @ dZ / n, np.sum(dZ, axis=0) / n


def update(W, b, dW, db, learning_rate):
    return W - learning_rate * dW, b - learning_rate * db


def train(X, Y, W, b, learning_rate, epochs):
    losses = []
    for _ in range(epochs):
        dW, db = gradients(X, Y, W, b)
        W, b = update(W, b, dW, db, learning_rate)
        losses += [cost(Y, forward(X, W, b))]
    return W, b, losses


def predict(X, W, b):
    return np.argmax(forward(X, W, b), axis=1)
