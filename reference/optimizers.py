"""TensorFlow reference of ``optimizers``: the Scheduler classes of lecture deck 002, in the form of Keras.

``update_change(gradient)`` returns what is subtracted from the weights, in float64. Adagrad keeps a sum for each entry,
Adam counts its updates, and ``reset()`` sets everything back to the start.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

SMALL = tf.constant(1e-8, tf.float64)


def _float64(value):
    return tf.constant(np.asarray(value, dtype=np.float64))


class Constant:
    """Gradient descent with a constant rate."""

    def __init__(self, eta):
        self.eta = _float64(eta)
        self.reset()

    def reset(self):
        """Set the state back to the start."""

    def update_change(self, gradient):
        """Return eta * gradient."""
        return self.eta * _float64(gradient)


class Momentum(Constant):
    """Each change is a share of the last one, and eta * gradient."""

    def __init__(self, eta, momentum):
        self.momentum = _float64(momentum)
        super().__init__(eta)

    def reset(self):
        """Set the last change to 0."""
        self.change = _float64(0)

    def update_change(self, gradient):
        """Return the change."""
        self.change = self.momentum * self.change + super().update_change(gradient)
        return self.change


class Adagrad(Constant):
    """The sum of the squared gradients divides the rate, for each entry."""

    def reset(self):
        """Set the sum to 0."""
        self.total = _float64(0)

    def update_change(self, gradient):
        """Return eta * gradient / (sqrt(sum) + 1e-8)."""
        self.total = self.total + tf.square(_float64(gradient))
        return super().update_change(gradient) / (tf.sqrt(self.total) + SMALL)


class AdagradMomentum(Momentum):
    """Adagrad with a share of the last change."""

    def reset(self):
        """Set the sum and the last change to 0."""
        super().reset()
        self.total = _float64(0)

    def update_change(self, gradient):
        """Return the change."""
        self.total = self.total + tf.square(_float64(gradient))
        return super().update_change(_float64(gradient) / (tf.sqrt(self.total) + SMALL))


class RMS_prop(Constant):
    """A running mean of the squared gradients divides the rate."""

    def __init__(self, eta, rho):
        self.rho = _float64(rho)
        super().__init__(eta)

    def reset(self):
        """Set the mean to 0."""
        self.second = _float64(0)

    def update_change(self, gradient):
        """Return eta * gradient / (sqrt(mean) + 1e-8)."""
        self.second += (1 - self.rho) * (tf.square(_float64(gradient)) - self.second)
        return super().update_change(gradient) / (tf.sqrt(self.second) + SMALL)


class Adam(Constant):
    """Running means of the gradients and of their squares, corrected for their start at 0."""

    def __init__(self, eta, rho, rho2):
        self.rho, self.rho2 = _float64(rho), _float64(rho2)
        super().__init__(eta)

    def reset(self):
        """Set the means and the number of updates to 0."""
        self.count = _float64(0)
        self.moment, self.second = _float64(0), _float64(0)

    def update_change(self, gradient):
        """Return eta * corrected mean / (sqrt(corrected mean of squares) + 1e-8)."""
        gradient = _float64(gradient)
        self.count += 1
        self.moment += (1 - self.rho) * (gradient - self.moment)
        self.second += (1 - self.rho2) * (tf.square(gradient) - self.second)
        moment = self.moment / (1 - tf.pow(self.rho, self.count))
        second = self.second / (1 - tf.pow(self.rho2, self.count))
        return self.eta * moment / (tf.sqrt(second) + SMALL)
