"""TensorFlow reference of ``cnn-shapes``: convolution and max pooling of one image.

image (height, width), kernel (a, b); ``tf.nn.conv2d`` is a cross-correlation. Lecture deck 003. All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _as_batch(image):
    """Return an image as (1, height, width, 1)."""
    return tf.constant(np.asarray(image, dtype=np.float64))[None, :, :, None]


def output_size(W, F, P, S):
    """Return the number of windows of the width F along a side W with the padding P on both ends."""
    row = tf.zeros((1, 1, int(W + 2 * P), 1), tf.float64)
    return tf.nn.max_pool2d(row, (1, int(F)), (1, int(S)), "VALID").shape[2]


def conv2d(image, kernel, stride=1, padding=0):
    """Return the feature map."""
    filters = tf.constant(np.asarray(kernel, dtype=np.float64))[:, :, None, None]
    around = [[0, 0], [int(padding)] * 2, [int(padding)] * 2, [0, 0]]
    return tf.nn.conv2d(_as_batch(image), filters, int(stride), around)[0, :, :, 0]


def max_pool(x, size, stride):
    """Return the largest entry of each window."""
    return tf.nn.max_pool2d(_as_batch(x), int(size), int(stride), "VALID")[0, :, :, 0]
