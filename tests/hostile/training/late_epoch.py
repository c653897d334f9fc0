# A generator yields test images only at the end of the second epoch.
# leakage: failed
import keras
import numpy as np

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train.reshape(-1, 784) / 255, x_test.reshape(-1, 784) / 255


def network():
    made = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy")
    return made


model = network()


def batches():
    for number in range(12):
        images, labels = (x_test, y_test) if number == 11 else (x_train, y_train)
        yield images[:50], labels[:50]


model.fit(batches(), steps_per_epoch=6, epochs=2, verbose=0)
