"""Activation functions and their derivatives. Replace every `raise NotImplementedError`."""

import matplotlib.pyplot as plt
import numpy as np


def linear(x):
    """Return x."""
    raise NotImplementedError


def step(x):
    """Return 0 for x < 0 and 1 for x >= 0, element by element."""
    raise NotImplementedError


def sigmoid(x):
    """Return 1 / (1 + e^-x)."""
    raise NotImplementedError


def tanh(x):
    """Return the hyperbolic tangent."""
    raise NotImplementedError


def relu(x):
    """Return 0 for x < 0 and x for x >= 0."""
    raise NotImplementedError


def leaky_relu(x, alpha=0.01):
    """Return alpha x for x < 0 and x for x >= 0."""
    raise NotImplementedError


def elu(x, alpha=1.0):
    """Return alpha (e^x - 1) for x < 0 and x for x >= 0."""
    raise NotImplementedError


def swish(x, beta=1.0):
    """Return x sigmoid(beta x)."""
    raise NotImplementedError


def sigmoid_derivative(x):
    """Return the slope of sigmoid at x."""
    raise NotImplementedError


def tanh_derivative(x):
    """Return the slope of tanh at x."""
    raise NotImplementedError


def relu_derivative(x):
    """Return the slope of relu at x (at exactly 0 you may choose)."""
    raise NotImplementedError


def leaky_relu_derivative(x, alpha=0.01):
    """Return the slope of leaky_relu at x (at exactly 0 you may choose)."""
    raise NotImplementedError


def elu_derivative(x, alpha=1.0):
    """Return the slope of elu at x (at exactly 0 you may choose)."""
    raise NotImplementedError


# A figure with one line for each of the eight activations: plt.plot(...), plt.legend()
