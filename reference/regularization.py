"""TensorFlow reference of ``regularization``: the L2 penalty and its gradient, early stopping, and weight decay.

Dropout has no reference, because its results are random. Lecture decks 000 and 004. All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    return tf.constant(np.asarray(value, dtype=np.float64))


def l2_penalty(weights, lam):
    """Return lam times the sum of all squares, as ``keras.regularizers.L2`` does; ``tf.nn.l2_loss`` is half of a sum of squares."""
    return lam * tf.add_n([2 * tf.nn.l2_loss(_float64(W)) for W in weights])


def l2_gradient(weights, lam):
    """Return the derivative of the penalty for each array of ``weights``."""
    variables = [_float64(W) for W in weights]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        penalty = lam * tf.add_n([2 * tf.nn.l2_loss(W) for W in variables])
    return tape.gradient(penalty, variables)


def stop_epoch(val_losses, patience):
    """Return the last epoch and the best one, of a model whose validation losses are scripted.

    Written as the loop of ``keras.callbacks.EarlyStopping``: it waits, and an equal loss does not count as an improvement.
    """
    smallest, best, waited = np.inf, 0, 0
    for epoch, loss in enumerate(val_losses):
        waited += 1
        if loss < smallest:
            smallest, best, waited = loss, epoch, 0
        if waited >= patience and epoch > 0:
            return epoch, best
    return len(val_losses) - 1, best


def decay_step(w, b, dw, db, lam, learning_rate):
    """Return w and b after one step; the derivative of the penalty comes from the tape."""
    variable = _float64(w)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        penalty = 2 * lam * tf.nn.l2_loss(variable)
    return variable - learning_rate * (dw + tape.gradient(penalty, variable)), _float64(b) - learning_rate * db
