import numpy as np

# The slide writes the six weights one by one.


def forward(i, W1, W2):
    i1, i2 = i
    (w1, w3), (w2, w4) = W1
    w5, w6 = W2
    h1 = i1 * w1 + i2 * w2
    h2 = i1 * w3 + i2 * w4
    return (h1, h2), h1 * w5 + h2 * w6


def error(prediction, actual):
    return 0.5 * (prediction - actual) ** 2


def delta(prediction, actual):
    return prediction - actual


def update(i, W1, W2, target, a):
    i1, i2 = i
    (w1, w3), (w2, w4) = W1
    w5, w6 = W2
    (h1, h2), pred = forward(i, W1, W2)
    d = delta(pred, target)
    new_w6 = w6 - a * (h2 * d)
    new_w5 = w5 - a * (h1 * d)
    new_w4 = w4 - a * (i2 * d * w6)
    new_w3 = w3 - a * (i1 * d * w6)
    new_w2 = w2 - a * (i2 * d * w5)
    new_w1 = w1 - a * (i1 * d * w5)
    return np.array([[new_w1, new_w3], [new_w2, new_w4]]), np.array([new_w5, new_w6])
