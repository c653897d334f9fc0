"""Loss functions, softmax and metrics. Replace every `raise NotImplementedError`."""

import numpy as np


def softmax(z, T=1):
    """Return e^(z/T) divided by its sum over the last axis; z has the shape (k,) or (n, k)."""
    raise NotImplementedError


def mse(y, y_hat):
    """Return the mean of the squared errors."""
    raise NotImplementedError


def binary_cross_entropy(y, p):
    """Return the mean cross-entropy of labels 0 and 1 and probabilities of class 1, both (n,)."""
    raise NotImplementedError


def cross_entropy(Y, P):
    """Return the mean over the rows of the cross-entropy of one-hot labels and probabilities, both (n, k)."""
    raise NotImplementedError


def accuracy(y, y_hat):
    """Return the share of right predictions."""
    raise NotImplementedError


def precision(y, y_hat):
    """Return the share of right predictions among the predictions of class 1."""
    raise NotImplementedError


def recall(y, y_hat):
    """Return the share of the samples of class 1 that were predicted as class 1."""
    raise NotImplementedError


def f1(y, y_hat):
    """Return the harmonic mean of precision and recall."""
    raise NotImplementedError


def CostOLS(target):
    """Return a function of X (n, k): the sum of the squared errors divided by n."""
    raise NotImplementedError


def CostLogReg(target):
    """Return a function of X (n, 1): the binary cross-entropy, divided by n."""
    raise NotImplementedError


def CostCrossEntropy(target):
    """Return a function of X (n, k): the cross-entropy, divided by n."""
    raise NotImplementedError


if __name__ == "__main__":
    # Your own experiments: this block is not run when you are graded.
    print(softmax(np.array([0.1, 1, 5])))
    cost = CostOLS(np.array([[1.0], [0.0]]))
    print(cost(np.array([[0.5], [0.5]])))
