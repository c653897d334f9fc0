import numpy as np


def softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


def forward(X, W, b):
    Z = X @ W + b
    return softmax(Z)


def cost(Y, P):
    return np.sum(-Y * np.log(P)) / Y.shape[0]


def gradients(X, Y, W, b):
    batch_size = X.shape[0]
    P = forward(X, W, b)
    dZ = (P - Y) / batch_size
    return np.dot(X.T, dZ), np.sum(dZ, axis=1)


def update(W, b, dW, db, learning_rate):
    return W - learning_rate * dW, b - learning_rate * db


def train(X, Y, W, b, learning_rate, epochs):
    losses = []
    for _ in range(epochs):
        P = forward(X, W, b)
        losses.append(cost(Y, P))
        dZ = (P - Y) / X.shape[0]
        W = W - learning_rate * (X.T @ dZ)
        b = b - learning_rate * dZ.sum(0)
    return W, b, losses


def predict(X, W, b):
    return np.argmax(forward(X, W, b), axis=1)
