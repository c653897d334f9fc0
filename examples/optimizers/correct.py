"""A correct submission in another style: data classes, other names of arguments, Adam that goes on counting."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

EPS = 1e-8


@dataclass
class Scheduler(ABC):
    eta: float

    @abstractmethod
    def update_change(self, grad): ...

    def reset(self):
        return None


class Constant(Scheduler):
    def update_change(self, grad):
        return grad * self.eta


@dataclass
class Momentum(Scheduler):
    momentum: float = 0.9
    velocity: np.ndarray = field(default=0.0, init=False)

    def update_change(self, grad):
        self.velocity = self.momentum * self.velocity + self.eta * grad
        return self.velocity


class Adagrad(Scheduler):
    squares = 0.0

    def update_change(self, grad):
        self.squares = self.squares + np.square(grad)
        return self.eta * grad / (EPS + np.sqrt(self.squares))

    def reset(self):
        self.squares = 0.0


class AdagradMomentum(Scheduler):
    def __init__(self, eta, momentum):
        self.inner, self.outer = Adagrad(eta), Momentum(1.0, momentum)

    def update_change(self, grad):
        return self.outer.update_change(self.inner.update_change(grad))

    def reset(self):
        self.inner.reset()


class RMSprop(Scheduler):
    def __init__(self, eta, rho=0.9):
        super().__init__(eta)
        self.rho, self.mean = rho, 0.0

    def update_change(self, grad):
        self.mean += (1 - self.rho) * (grad**2 - self.mean)
        return self.eta * grad / np.sqrt(self.mean + EPS)

    def reset(self):
        self.mean = 0.0


class Adam(Scheduler):
    def __init__(self, eta, beta1, beta2):
        super().__init__(eta)
        self.betas, self.t = (beta1, beta2), 0
        self.m = self.v = 0.0

    def update_change(self, grad):
        self.t += 1
        first, second = self.betas
        self.m = first * self.m + (1 - first) * grad
        self.v = second * self.v + (1 - second) * grad**2
        rate = self.eta * np.sqrt(1 - second**self.t) / (1 - first**self.t)
        return rate * self.m / (np.sqrt(self.v) + EPS)

    def reset(self):
        self.m = self.v = 0.0
