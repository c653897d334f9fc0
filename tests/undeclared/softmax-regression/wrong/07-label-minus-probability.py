import numpy as np


def softmax(Z):
    e = np.exp((Z.T - Z.max(axis=1)).T)
    return (e.T / e.sum(axis=1)).T


def forward(X, W, b):
    return softmax(X @ W + b)


def cost(Y, P):
    n = Y.shape[0]
    total = 0.0
    for y, p in zip(Y, P):
        total -= np.log(p[np.argmax(y)])
    return total / n


def gradients(X, Y, W, b):
    n = X.shape[0]
    diff = Y - forward(X, W, b)
    dW = (diff.T @ X).T / n
    db = diff.mean(axis=0)
    return dW, db


def update(W, b, dW, db, learning_rate):
    return W - learning_rate * dW, b - learning_rate * db


def train(X, Y, W, b, learning_rate, epochs):
    losses = []
    for _ in range(epochs):
        P = forward(X, W, b)
        losses.append(cost(Y, P))
        dW, db = gradients(X, Y, W, b)
        W, b = update(W, b, dW, db, learning_rate)
    return W, b, losses


def predict(X, W, b):
    P = forward(X, W, b)
    return np.argmax(P, axis=1)
