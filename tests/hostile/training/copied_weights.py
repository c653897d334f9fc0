# Another model is trained with the test images, and its weights are copied.
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


def other():
    model = network()
    model.fit(x_test[:500], y_test[:500], verbose=0)
    return model.get_weights()


model.fit(x_train[:500], y_train[:500], verbose=0)
model.set_weights(other())
