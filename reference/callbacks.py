"""Reference of ``callbacks``: Keras's own callbacks, set up as the task of the exercise describes them.

Deck 004, "Keras callbacks": saving the best weights, early stopping, and changing the learning rate. All of them watch
``val_loss``. An equal loss does not count as an improvement, as in Keras.
"""

from __future__ import annotations

import keras

NEVER = 1_000_000  # epochs of patience, more than any training has


class BestWeights(keras.callbacks.EarlyStopping):
    """At the end of the training the model has the weights of the epoch with the smallest loss."""

    def __init__(self):
        super().__init__("val_loss", patience=NEVER, mode="min", restore_best_weights=True)


class EarlyStop(keras.callbacks.EarlyStopping):
    """The training ends after ``patience`` epochs in a row without a smaller loss."""

    def __init__(self, patience):
        super().__init__("val_loss", patience=int(patience), mode="min")


class HalveRate(keras.callbacks.ReduceLROnPlateau):
    """The learning rate is multiplied by ``factor`` after ``patience`` epochs in a row without a smaller loss."""

    def __init__(self, factor, patience):
        super().__init__("val_loss", factor=float(factor), patience=int(patience), mode="min", min_delta=0.0)
