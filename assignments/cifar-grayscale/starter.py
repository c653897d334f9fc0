"""CIFAR-10 from colour to grayscale."""

import matplotlib.pyplot as plt
import numpy as np
from keras.datasets import cifar10

(x_train, y_train), (x_test, y_test) = cifar10.load_data()

# The ten names, in the order of the labels 0 to 9.
CLASS_NAMES = []

# At least 25 of the images, unchanged: uint8 of shape (n, 32, 32, 3).
images = ...


def to_grayscale(images):
    """Return 0.2989 r + 0.5870 g + 0.1140 b, from 0 to 1, for images (n, 32, 32, 3): shape (n, 32, 32)."""
    raise NotImplementedError


gray_images = ...

# Show the first 25 images in colour in one figure and in gray in another, each with its class as title.
