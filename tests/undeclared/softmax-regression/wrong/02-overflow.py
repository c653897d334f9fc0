import numpy as np


def softmax(Z):
    exponentials = np.exp(Z)
    total = exponentials.sum(axis=1).reshape(-1, 1)
    return exponentials / total


def forward(X, W, b):
    return softmax(np.matmul(X, W) + b)


def cost(Y, P):
    correct_probs = P[np.arange(len(P)), Y.argmax(axis=1)]
    return np.mean(-np.log(correct_probs))


def gradients(X, Y, W, b):
    n = X.shape[0]
    error = forward(X, W, b) - Y
    return X.T.dot(error) / n, error.sum(axis=0) / n


def update(W, b, dW, db, learning_rate):
    W_new = W - learning_rate * dW
    b_new = b - learning_rate * db
    return W_new, b_new


def train(X, Y, W, b, learning_rate, epochs):
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        W, b = update(W, b, *gradients(X, Y, W, b), learning_rate)
        losses[epoch] = cost(Y, forward(X, W, b))
    return W, b, losses


def predict(X, W, b):
    return forward(X, W, b).argmax(1)
