"""A correct solution of activations."""

import matplotlib.pyplot as plt
import numpy as np


def linear(x):
    return x


def step(x):
    return np.where(x >= 0, 1.0, 0.0)


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def tanh(x):
    return np.tanh(x)


def relu(x):
    return np.maximum(0, x)


def leaky_relu(x, alpha=0.01):
    return np.where(x >= 0, x, alpha * x)


def elu(x, alpha=1.0):
    return np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))


def swish(x, beta=1.0):
    return x * sigmoid(beta * x)


def sigmoid_derivative(x):
    return sigmoid(x) * (1 - sigmoid(x))


def tanh_derivative(x):
    return 1 - np.tanh(x) ** 2


def relu_derivative(x):
    return np.where(x > 0, 1.0, 0.0)


def leaky_relu_derivative(x, alpha=0.01):
    return np.where(x > 0, 1.0, alpha)


def elu_derivative(x, alpha=1.0):
    return np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0)))


def maxout(x, w1, b1, w2, b2):
    return np.maximum(x @ w1 + b1, x @ w2 + b2)


grid = np.linspace(-5, 5, 201)
for f in (linear, step, sigmoid, tanh, relu, leaky_relu, elu, swish):
    plt.plot(grid, f(grid), label=f.__name__)
plt.xlabel("x")
plt.ylabel("f(x)")
plt.legend()
plt.show()
