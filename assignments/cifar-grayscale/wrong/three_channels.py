"""The gray images have three equal channels."""

import matplotlib.pyplot as plt
import numpy as np
from keras.datasets import cifar10

CLASS_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

(x_train, y_train), (x_test, y_test) = cifar10.load_data()
images = x_train[:100]
labels = y_train[:100].ravel()


def to_grayscale(images):
    gray = images @ np.array([0.2989, 0.5870, 0.1140]) / 255
    return np.stack([gray, gray, gray], axis=-1)


gray_images = to_grayscale(images)


def show(pictures, **options):
    figure, axes = plt.subplots(5, 5, figsize=(8, 9))
    for ax, picture, label in zip(axes.ravel(), pictures, labels):
        ax.imshow(picture, **options)
        ax.set_title(CLASS_NAMES[label])
        ax.axis("off")
    plt.show()


show(images)
show(gray_images, cmap="gray", vmin=0, vmax=1)
