"""A wrong submission: Adagrad forgets the squares, and Adam does not correct its means."""

import numpy as np

SMALL = 1e-8  # against a division by zero


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

    def update_change(self, gradient):
        return self.eta * gradient


class Momentum(Scheduler):
    """Each change carries a share of the last one."""

    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum = momentum
        self.change = 0

    def update_change(self, gradient):
        self.change = self.momentum * self.change + self.eta * gradient
        return self.change

    def reset(self):
        self.change = 0


class Adagrad(Scheduler):
    """The rate of each weight falls with the sum of its squared gradients."""

    def __init__(self, eta):
        super().__init__(eta)
        self.total = 0

    def update_change(self, gradient):
        self.total = gradient**2
        return self.eta * gradient / (np.sqrt(self.total) + SMALL)

    def reset(self):
        self.total = 0


class AdagradMomentum(Scheduler):
    """Adagrad, and a share of the last change."""

    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum = momentum
        self.total = 0
        self.change = 0

    def update_change(self, gradient):
        self.total = self.total + gradient**2
        step = self.eta * gradient / (np.sqrt(self.total) + SMALL)
        self.change = self.momentum * self.change + step
        return self.change

    def reset(self):
        self.total = 0
        self.change = 0


class RMS_prop(Scheduler):
    """The rate of each weight falls with a running mean of its squared gradients."""

    def __init__(self, eta, rho):
        super().__init__(eta)
        self.rho = rho
        self.second = 0

    def update_change(self, gradient):
        self.second = self.rho * self.second + (1 - self.rho) * gradient**2
        return self.eta * gradient / (np.sqrt(self.second) + SMALL)

    def reset(self):
        self.second = 0


class Adam(Scheduler):
    """Running means of the gradients and of their squares, corrected for their start at zero."""

    def __init__(self, eta, rho, rho2):
        super().__init__(eta)
        self.rho = rho
        self.rho2 = rho2
        self.reset()

    def update_change(self, gradient):
        self.count += 1
        self.moment = self.rho * self.moment + (1 - self.rho) * gradient
        self.second = self.rho2 * self.second + (1 - self.rho2) * gradient**2
        moment = self.moment
        second = self.second
        return self.eta * moment / (np.sqrt(second) + SMALL)

    def reset(self):
        self.count = 0
        self.moment = 0
        self.second = 0
