"""A feed forward network of any depth as a class, with schedulers, cost functions and activations. NumPy only."""

import numpy as np


def identity(X):
    """Return X."""
    return X


def sigmoid(X):
    """Return the logistic function of X."""
    raise NotImplementedError


def RELU(X):
    """Return X where it is positive, else 0."""
    raise NotImplementedError


def LRELU(X):
    """Return X where it is positive, else 0.01 X."""
    raise NotImplementedError


def softmax(X):
    """Return the probabilities of each row."""
    raise NotImplementedError


def CostOLS(target):
    """Return a function of X, the sum of the squared errors divided by the number of rows."""
    raise NotImplementedError


def CostLogReg(target):
    """Return a function of X, the sum of the binary cross-entropies divided by the number of rows."""
    raise NotImplementedError


def CostCrossEntropy(target):
    """Return a function of X, the sum of the cross-entropies divided by the number of rows."""
    raise NotImplementedError


class Scheduler:
    """The base class of all schedulers."""

    def __init__(self, eta):
        self.eta = eta

    def update_change(self, gradient):
        """Return what is subtracted from the weights."""
        raise NotImplementedError

    def reset(self):
        """Forget what earlier updates have left."""


class Constant(Scheduler):
    """Plain gradient descent."""


class Momentum(Scheduler):
    """Each change carries a share of the last one."""

    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum = momentum


class Adam(Scheduler):
    """Running means of the gradients and of their squares."""

    def __init__(self, eta, rho, rho2):
        super().__init__(eta)
        self.rho = rho
        self.rho2 = rho2


class FFNN:
    """A feed forward network; ``dimensions`` has the number of nodes of each layer, from the inputs to the outputs."""

    def __init__(self, dimensions, hidden_func=sigmoid, output_func=identity, cost_func=CostOLS, seed=None):
        self.dimensions = dimensions
        self.hidden_func = hidden_func
        self.output_func = output_func
        self.cost_func = cost_func
        self.seed = seed
        self.reset_weights()

    def reset_weights(self):
        """Begin with new random weights and biases, in the lists self.weights and self.biases."""
        self.weights = []
        self.biases = []

    def fit(self, X, t, scheduler, batches=1, epochs=100, lam=0):
        """Train, and return a dict of scores, each with one number for each epoch."""
        raise NotImplementedError

    def predict(self, X, threshold=0.5):
        """Return the outputs, or the classes."""
        raise NotImplementedError


if __name__ == "__main__":
    # Your own experiments: this block is not run when you are graded.
    from sklearn.datasets import load_digits

    digits = load_digits()
    X, target = digits.data, digits.target
    network = FFNN((64, 100, 30, 10), hidden_func=LRELU, output_func=softmax, cost_func=CostCrossEntropy, seed=1)
    scores = network.fit(X[:1400], np.eye(10)[target[:1400]], Adam(1e-3, 0.9, 0.999), batches=10, epochs=50)
    print({name: (values[0], values[-1]) for name, values in scores.items()})
    print("held-out accuracy:", np.mean(network.predict(X[1400:]) == target[1400:]))
