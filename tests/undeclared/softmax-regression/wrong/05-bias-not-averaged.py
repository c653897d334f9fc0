import numpy as np


def softmax(Z):
    Z_exp = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return Z_exp / Z_exp.sum(axis=-1, keepdims=True)


def forward(X, W, b):
    P = softmax(X @ W + b)
    return P


def cost(Y, P):
    return -np.einsum("ij,ij->", Y, np.log(P)) / Y.shape[0]


def gradients(X, Y, W, b):
    residual = forward(X, W, b) - Y
    grad_W = 1.0 / X.shape[0] * np.einsum("ni,nj->ij", X, residual)
    grad_b = residual.sum(axis=0)
    return grad_W, grad_b


def update(W, b, dW, db, learning_rate):
    W = W - learning_rate * dW
    b = b - learning_rate * db
    return W, b


def train(X, Y, W, b, learning_rate, epochs):
    losses = []
    while len(losses) < epochs:
        losses.append(cost(Y, forward(X, W, b)))
        grad_W, grad_b = gradients(X, Y, W, b)
        W, b = update(W, b, grad_W, grad_b, learning_rate)
    return W, b, losses


def predict(X, W, b):
    return (X @ W + b).argmax(axis=-1)
