"""Convolution and max pooling of one image, and the size of their outputs."""

import numpy as np


def output_size(W, F, P, S):
    """Return the number of outputs along one side."""
    return (W - F + 2 * P) // S + 1


def conv2d(image, kernel, stride=1, padding=0):
    """Return the feature map of an image (height, width) for one kernel, which is not flipped."""
    height, width = image.shape
    padded = np.zeros((height + 2 * padding, width + 2 * padding))
    padded[padding : padding + height, padding : padding + width] = image
    rows = output_size(height, kernel.shape[0], padding, stride)
    columns = output_size(width, kernel.shape[1], padding, stride)
    feature_map = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            window = padded[top : top + kernel.shape[0], left : left + kernel.shape[1]]
            feature_map[i, j] = np.sum(window * kernel)
    return feature_map


def max_pool(x, size, stride):
    """Return the largest entry of each window size x size."""
    rows = output_size(x.shape[0], size, 0, stride)
    columns = output_size(x.shape[1], size, 0, stride)
    pooled = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            pooled[i, j] = np.max(x[top : top + size, left : left + size])
    return pooled


answers = {"flat": 1600, "first": 320, "cnn": 121930, "dense": 26176, "regression": 26, "deeper": 25}
