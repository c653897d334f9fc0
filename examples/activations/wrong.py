import numpy as np


def linear(x):
    return x


def step(x):
    return (x > 0) * 1


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def tanh(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def leaky_relu(x, alpha=0.01):
    return np.where(x < 0, 0.01, x)


def elu(x, alpha=1.0):
    return np.where(x < 0, alpha * np.exp(x) - 1, x)


def swish(x, beta=1.0):
    return 2 * x * sigmoid(beta * x)


def sigmoid_derivative(a):
    return a * (1 - a)


def tanh_derivative(x):
    return 1 - tanh(x) ** 2


def relu_derivative(x):
    return (x > 0) * 1.0


def leaky_relu_derivative(x, alpha=0.01):
    return (x > 0) * 1.0


def elu_derivative(x, alpha=1.0):
    return alpha * np.exp(x)
