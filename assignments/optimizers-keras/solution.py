"""A correct solution of optimizers-keras."""

import math

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

x = np.linspace(-1, 1, 64).reshape(-1, 1).astype("float32")
y = np.sin(3 * x)

NAMES = ["sgd", "momentum", "adagrad", "rmsprop", "adam"]
RATES = [0.01, 0.1, 10.0]


def make_optimizer(name, learning_rate):
    if name == "sgd":
        return keras.optimizers.SGD(learning_rate)
    if name == "momentum":
        return keras.optimizers.SGD(learning_rate, momentum=0.9)
    if name == "adagrad":
        return keras.optimizers.Adagrad(learning_rate)
    if name == "rmsprop":
        return keras.optimizers.RMSprop(learning_rate)
    return keras.optimizers.Adam(learning_rate)


def run(optimizer, learning_rate, epochs, seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    method = make_optimizer(optimizer, learning_rate)
    losses = []
    for epoch in range(epochs):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        method.apply_gradients(zip(gradients, model.trainable_variables))
        losses.append(float(loss))
    return losses


results = {(name, rate): run(name, rate, 20, 1)[-1] for name in NAMES for rate in RATES}
finite = {key: loss for key, loss in results.items() if math.isfinite(loss)}
best = min(finite, key=finite.get)

for name in NAMES:
    plt.plot(RATES, [results[name, rate] for rate in RATES], marker="o", label=name)
plt.xscale("log")
plt.yscale("log")
plt.xlabel("learning rate")
plt.ylabel("loss after 20 epochs")
plt.legend()
plt.show()
