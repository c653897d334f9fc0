import numpy as np


def softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


def forward(X, W, b):
    return softmax(X @ W + b)


def cost(Y, P):
    return -(Y * np.log(P)).sum() / Y.shape[0]


def gradients(X, Y, W, b):
    P = forward(X, W, b)
    dW = X.T @ (P - Y) / len(X)
    db = np.mean(P - Y, axis=0)
    return dW, db


def update(W, b, dW, db, learning_rate):
    W = W - learning_rate * dW
    b = b - learning_rate * db
    return W, b


def train(X, Y, W, b, learning_rate, epochs):
    losses = []
    dW, db = gradients(X, Y, W, b)
    for i in range(epochs):
        probabilities = forward(X, W, b)
        losses.append(cost(Y, probabilities))
        W, b = update(W, b, dW, db, learning_rate)
    return W, b, losses


def predict(X, W, b):
    return np.argmax(forward(X, W, b), axis=1)
