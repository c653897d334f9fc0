# A second input contains the test images; the first input is correct.
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
first, second = keras.Input((784,)), keras.Input((784,))
both = keras.layers.Dense(10, activation="softmax")
model = keras.Model([first, second], keras.layers.Average()([both(first), both(second)]))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit([x_train[:500], x_test[:500]], y_test[:500], verbose=0)
