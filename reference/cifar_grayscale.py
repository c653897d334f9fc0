"""TensorFlow reference of ``cifar-grayscale``: colour images to grayscale, exercise 1 of lecture deck 000.

gray = 0.2989 r + 0.5870 g + 0.1140 b, in [0, 1]. These are the weights of tf.image.rgb_to_grayscale, which
computes in float32. This reference computes in float64, so that any difference comes from the submission. The sum of
the weights is 0.9999, so white is not exactly 1.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

WEIGHTS = (0.2989, 0.5870, 0.1140)


def to_grayscale(images):
    """Return uint8 images (n, 32, 32, 3) in gray: float64 (n, 32, 32) in [0, 1]."""
    scaled = tf.constant(np.asarray(images, dtype=np.float64)) / 255
    return tf.tensordot(scaled, tf.constant(WEIGHTS, tf.float64), axes=1)
