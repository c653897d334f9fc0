"""Each run compiles a functional model and trains it with fit(); a run that diverged is left out with np.isnan and np.inf."""

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import optimizers

x = np.linspace(-1, 1, 64).reshape(-1, 1).astype("float32")
y = np.sin(3 * x)

METHODS = {
    "sgd": lambda lr: optimizers.SGD(learning_rate=lr),
    "momentum": lambda lr: optimizers.SGD(learning_rate=lr, momentum=0.9),
    "adagrad": lambda lr: optimizers.Adagrad(learning_rate=lr),
    "rmsprop": lambda lr: optimizers.RMSprop(learning_rate=lr),
    "adam": lambda lr: optimizers.Adam(learning_rate=lr),
}


def build(seed):
    first = keras.initializers.GlorotUniform(seed=seed)
    second = keras.initializers.GlorotUniform(seed=seed + 1000)
    inputs = keras.Input(shape=(1,))
    hidden = keras.layers.Dense(8, activation="tanh", kernel_initializer=first)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, kernel_initializer=second)(hidden))


def run(optimizer, learning_rate, epochs, seed):
    net = build(seed)
    net.compile(optimizer=METHODS[optimizer](learning_rate), loss="mean_squared_error")
    log = net.fit(x, y, batch_size=len(x), epochs=epochs, shuffle=False, verbose=0)
    return log.history["loss"]


learning_rates = (0.01, 0.1, 10.0)
results = {}
for method in METHODS:
    for lr in learning_rates:
        *_, last = run(method, lr, epochs=20, seed=1)
        results[(method, lr)] = last

keys = list(results)
values = np.array([results[key] for key in keys])
values[np.isnan(values)] = np.inf
best = keys[int(np.argmin(values))]
print("best:", best)

fig, ax = plt.subplots()
for method in METHODS:
    ax.loglog(learning_rates, [results[method, lr] for lr in learning_rates], "o--", label=method)
ax.set(xlabel="learning rate", ylabel="last loss", title="Which optimizer is best?")
ax.legend()
fig.savefig("optimizers.png")
