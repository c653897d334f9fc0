import numpy as np


def output_size(W, F, P, S):
    return (W - F + 2 * P) / S + 1


def conv2d(img, kernel, stride=1, padding=0):
    img = np.pad(img, padding)
    k, l = kernel.shape
    out = []
    for r in range(0, img.shape[0] - k + 1, stride):
        out.append([(img[r : r + k, c : c + l] * kernel).sum() for c in range(0, img.shape[1] - l + 1, stride)])
    return np.array(out)


def max_pool(img, pool_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(img, (pool_size, pool_size))
    return windows[::stride, ::stride].max(axis=(2, 3))


answers = {"flat": 1600, "first": 320, "cnn": 121930, "dense": 26176, "regression": 26, "deeper": 25}
