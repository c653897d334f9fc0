import numpy as np


def softmax(Z):
    e = np.exp(Z - Z.max())
    return e / e.sum()


def forward(X, W, b):
    return softmax(np.dot(X, W) + b)


def cost(Y, P):
    m = Y.shape[0]
    return -(1 / m) * np.sum(np.multiply(Y, np.log(P)))


def gradients(X, Y, W, b):
    m = X.shape[0]
    scores = np.dot(X, W) + b
    e = np.exp(scores - scores.max(axis=1)[:, None])
    probs = e / e.sum(axis=1)[:, None]
    dscores = probs - Y
    dW = np.dot(X.T, dscores) / m
    db = dscores.mean(axis=0)
    return dW, db


def update(W, b, dW, db, learning_rate):
    return W - learning_rate * dW, b - learning_rate * db


def train(X, Y, W, b, learning_rate, epochs):
    losses = []
    for i in range(epochs):
        scores = np.dot(X, W) + b
        e = np.exp(scores - scores.max(axis=1)[:, None])
        losses.append(cost(Y, e / e.sum(axis=1)[:, None]))
        dW, db = gradients(X, Y, W, b)
        W, b = update(W, b, dW, db, learning_rate)
    return W, b, losses


def predict(X, W, b):
    return np.argmax(np.dot(X, W) + b, axis=1)
