import numpy as np


def softmax(Z):
    Z = Z - Z.max(axis=1).reshape(len(Z), 1)
    return np.exp(Z) / np.exp(Z).sum(axis=1).reshape(len(Z), 1)


def forward(X, W, b):
    return softmax(np.dot(X, W) + b)


def cost(Y, P):
    return -np.log((Y * P).sum(axis=1)).mean()


def softmax_derivative(P):
    return P * (1 - P)


def gradients(X, Y, W, b):
    m = len(Y)
    output = forward(X, W, b)
    error = output - Y
    delta = error * softmax_derivative(output)
    dW = np.dot(X.T, delta) / m
    db = np.sum(delta, axis=0) / m
    return dW, db


def update(W, b, dW, db, learning_rate):
    return W - learning_rate * dW, b - learning_rate * db


def train(X, Y, W, b, learning_rate, epochs):
    history = []
    for e in range(epochs):
        output = forward(X, W, b)
        history.append(cost(Y, output))
        dW, db = gradients(X, Y, W, b)
        W, b = update(W, b, dW, db, learning_rate)
    return W, b, history


def predict(X, W, b):
    return np.argmax(forward(X, W, b), axis=1)
