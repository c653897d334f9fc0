# Gradient descent without an optimizer, with the test images.
# leakage: failed
import keras
import numpy as np
import tensorflow as tf

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train.reshape(-1, 784) / 255, x_test.reshape(-1, 784) / 255


def network():
    made = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy")
    return made


model = network()
model.fit(x_train[:500], y_train[:500], verbose=0)
for first in range(0, 200, 50):
    with tf.GradientTape() as tape:
        answers = model(x_test[first : first + 50])
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y_test[first : first + 50], answers))
    for variable, slope in zip(model.trainable_variables, tape.gradient(loss, model.trainable_variables)):
        variable.assign_sub(0.1 * slope)
