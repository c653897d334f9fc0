import numpy as np


def output_size(W, F, P, S):
    return (W - F + 2 * P) // S


def conv2d(image, kernel, stride=1, padding=0):
    F = kernel.shape[0]
    image = np.pad(image, ((padding, 0), (padding, 0)))
    n = (image.shape[0] - F) // stride + 1
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            out[i, j] = np.sum(image[i * stride : i * stride + F, j * stride : j * stride + F] * kernel)
    return out


def max_pool(x, size, stride):
    n = (x.shape[0] - size) // stride + 1
    return np.array(
        [[x[i * stride : i * stride + size, j * stride : j * stride + size].mean() for j in range(n)] for i in range(n)]
    )


answers = {"flat": 1600, "first": 288}
