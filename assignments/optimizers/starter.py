"""Optimizers as classes: each keeps what it needs from one update to the next. NumPy only."""

import numpy as np


class Scheduler:
    """The base class of all optimizers."""

    def __init__(self, eta):
        self.eta = eta

    def update_change(self, gradient):
        """Return what is subtracted from the weights."""
        raise NotImplementedError

    def reset(self):
        """Forget everything that earlier updates have left."""


class Constant(Scheduler):
    """Plain gradient descent."""


class Momentum(Scheduler):
    """Each change carries a share of the last one."""

    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum = momentum


class Adagrad(Scheduler):
    """The rate of each weight falls with the sum of its squared gradients."""


class AdagradMomentum(Scheduler):
    """Adagrad, and a share of the last change."""

    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum = momentum


class RMS_prop(Scheduler):
    """The rate of each weight falls with a running mean of its squared gradients."""

    def __init__(self, eta, rho):
        super().__init__(eta)
        self.rho = rho


class Adam(Scheduler):
    """Running means of the gradients and of their squares, corrected for their start at zero."""

    def __init__(self, eta, rho, rho2):
        super().__init__(eta)
        self.rho = rho
        self.rho2 = rho2


if __name__ == "__main__":
    # Your own experiments: this block is not run when you are graded.
    gradients = np.array([[1.0]]), np.array([[0.5]]), np.array([[-0.25]])
    weight, optimizer = 1.0, Momentum(eta=0.1, momentum=0.9)
    for gradient in gradients:
        weight = weight - optimizer.update_change(gradient)
        print(weight)
