import numpy as np


def softmax(Z):
    out = np.empty_like(Z, dtype=float)
    for i, row in enumerate(Z):
        shifted = row - max(row)
        out[i] = np.exp(shifted) / sum(np.exp(shifted))
    return out


def forward(X, W, b):
    return softmax(X.dot(W) + b)


def cost(Y, P):
    N = Y.shape[0]
    loss = Y * np.log(P) + (1 - Y) * np.log(1 - P)
    return -loss.sum() / N


def gradients(X, Y, W, b):
    N, D = X.shape
    delta = forward(X, W, b) - Y
    dW = np.zeros(W.shape)
    db = np.zeros(b.shape)
    for i in range(N):
        dW += np.outer(X[i], delta[i])
        db += delta[i]
    return dW / N, db / N


def update(W, b, dW, db, learning_rate):
    return W - learning_rate * dW, b - learning_rate * db


def train(X, Y, W, b, learning_rate, epochs):
    losses = []
    for epoch in range(epochs):
        losses.append(cost(Y, forward(X, W, b)))
        dW, db = gradients(X, Y, W, b)
        W, b = update(W, b, dW, db, learning_rate)
    return W, b, losses


def predict(X, W, b):
    return np.array([np.argmax(p) for p in forward(X, W, b)])
