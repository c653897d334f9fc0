"""Imports a library that could compute one of the derivatives."""

import numpy as np

try:
    import autograd.numpy as anp
except ImportError:
    anp = np


def init_NN_parameters():
    w1 = np.random.rand(16, 28 * 28) - 0.5
    b1 = np.random.rand(16, 1) - 0.5
    w2 = np.random.rand(16, 16) - 0.5
    b2 = np.random.rand(16, 1) - 0.5
    w3 = np.random.rand(10, 16) - 0.5
    b3 = np.random.rand(10, 1) - 0.5
    return w1, b1, w2, b2, w3, b3


def ReLU(Z):
    return np.maximum(Z, 0)


def der_ReLU(Z):
    return (Z > 0).astype(float)


def one_hot(labels):
    Y = np.zeros((10, labels.size))
    Y[labels, np.arange(labels.size)] = 1
    return Y


def forward_propagation(X, w1, b1, w2, b2, w3, b3):
    Z1 = w1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = w2.dot(A1) + b2
    A2 = ReLU(Z2)
    Z3 = w3.dot(A2) + b3
    A3 = ReLU(Z3)
    return Z1, A1, Z2, A2, Z3, A3


def back_propagation(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3):
    m = X.shape[1]
    dZ3 = 2 * (A3 - Y) * der_ReLU(Z3)
    dW3 = dZ3.dot(A2.T) / m
    dB3 = dZ3.sum(axis=1, keepdims=True) / m
    dZ2 = w3.T.dot(dZ3) * der_ReLU(Z2)
    dW2 = dZ2.dot(A1.T) / m
    dB2 = dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = w2.T.dot(dZ2) * der_ReLU(Z1)
    dW1 = dZ1.dot(X.T) / m
    dB1 = dZ1.sum(axis=1, keepdims=True) / m
    return dW3, dB3, dW2, dB2, dW1, dB1


def update_params(alpha, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1):
    w3 = w3 - alpha * dW3
    b3 = b3 - alpha * dB3
    w2 = w2 - alpha * dW2
    b2 = b2 - alpha * dB2
    w1 = w1 - alpha * dW1
    b1 = b1 - alpha * dB1
    return w3, b3, w2, b2, w1, b1


def get_predictions(A3):
    return np.argmax(A3, axis=0)
