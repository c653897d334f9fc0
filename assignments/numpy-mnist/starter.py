"""A 784-16-16-10 network with ReLU on every layer, samples in columns. Fill in the functions."""

import numpy as np


def init_NN_parameters():
    """Return random w1 (16, 784), b1 (16, 1), w2 (16, 16), b2 (16, 1), w3 (10, 16), b3 (10, 1)."""
    raise NotImplementedError


def ReLU(Z):
    """Return max(0, Z) for each element of Z."""
    raise NotImplementedError


def der_ReLU(Z):
    """Return the slope of ReLU at each element of Z."""
    raise NotImplementedError


def one_hot(labels):
    """Return one column per label: (10, n)."""
    raise NotImplementedError


def forward_propagation(X, w1, b1, w2, b2, w3, b3):
    """Return Z1, A1, Z2, A2, Z3, A3, each (units, n)."""
    raise NotImplementedError


def back_propagation(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3):
    """Return dW3, dB3, dW2, dB2, dW1, dB1 of the cost sum((A3 - Y)**2) / m."""
    raise NotImplementedError


def update_params(alpha, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1):
    """Return w3, b3, w2, b2, w1, b1 after one step with learning rate alpha."""
    raise NotImplementedError


def get_predictions(A3):
    """Return the class of each sample: (n,)."""
    raise NotImplementedError


if __name__ == "__main__":
    # Your own experiments: this block is not run when you are graded.
    from keras.datasets import mnist

    (images, labels), _ = mnist.load_data()
    X, Y = images.reshape(len(images), -1).T / 255, one_hot(labels)
    w1, b1, w2, b2, w3, b3 = init_NN_parameters()
    for epoch in range(100):
        Z1, A1, Z2, A2, Z3, A3 = forward_propagation(X, w1, b1, w2, b2, w3, b3)
        dW3, dB3, dW2, dB2, dW1, dB1 = back_propagation(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3)
        w3, b3, w2, b2, w1, b1 = update_params(0.1, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1)
        print(epoch, np.mean(get_predictions(A3) == labels))
