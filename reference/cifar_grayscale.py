"""TensorFlow reference of ``cifar-grayscale``: colour images to gray, exercise 1 of lecture deck 000.

gray = 0.2989 r + 0.5870 g + 0.1140 b, in [0, 1]. These are the weights of tf.image.rgb_to_grayscale, which
computes in float32; here it is float64, so that a difference is the submission's. The weights sum to
0.9999: white is not quite 1.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

WEIGHTS = (0.2989, 0.5870, 0.1140)


def to_grayscale(images):
    """uint8 images (n, 32, 32, 3) -> float64 (n, 32, 32) in [0, 1]."""
    scaled = tf.constant(np.asarray(images, dtype=np.float64)) / 255
    return tf.tensordot(scaled, tf.constant(WEIGHTS, tf.float64), axes=1)
