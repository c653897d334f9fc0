import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers


def finished(X, labels, noise, rng):
    order = rng.permutation(len(X))
    return (X + noise * rng.standard_normal(X.shape))[order], labels[order]


def make_circle(n, noise, seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], n // 2)
    radius = np.where(labels == 1, rng.uniform(0, 1, n), rng.uniform(2, 3, n))
    angle = rng.uniform(0, 2 * np.pi, n)
    return finished(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), labels, noise, rng)


def make_xor(n, noise, seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], n // 2)
    X = rng.uniform(0, 3, (n, 2)) * rng.choice([-1, 1], (n, 1))
    X[labels == 1, 0] *= -1
    return finished(X, labels, noise, rng)


def make_gauss(n, noise, seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], n // 2)
    X = rng.normal(0, 0.5, (n, 2)) + np.where(labels == 1, 2, -2)[:, None]
    return finished(X, labels, noise, rng)


def make_spiral(n, noise, seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], n // 2)
    radius = rng.uniform(0, 3, n)
    angle = np.pi * radius + np.pi * labels
    return finished(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), labels, noise, rng)


def train(data, hidden, activation, learning_rate, regularization, epochs, seed):
    keras.utils.set_random_seed(seed)
    X, labels = data
    model = keras.Sequential([layers.Input((2,))])
    for width in hidden:
        penalty = keras.regularizers.l2(regularization)
        model.add(layers.Dense(width, activation=activation, kernel_regularizer=penalty))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="binary_crossentropy")
    model.fit(X, labels, epochs=epochs, batch_size=32, verbose=0)
    return model


def predict(trained, X):
    return trained.predict(X, batch_size=1000, verbose=0)


SETS = {"circle": make_circle, "xor": make_xor, "gauss": make_gauss, "spiral": make_spiral}
RATES = [0.001, 0.01, 0.1]


def evaluate(data_name, activation, learning_rate):
    make = SETS[data_name]
    trained = train(make(200, 0.1, seed=1), [8, 8], activation, learning_rate, 0.0, epochs=20, seed=3)
    X, labels = make(1000, 0.1, seed=2)
    p = np.clip(np.ravel(predict(trained, X)), 1e-7, 1 - 1e-7)
    return -np.mean(labels * np.log(p) + (1 - labels) * np.log(1 - p))


results = {}
for data_name in SETS:
    for activation in ["linear", "tanh"]:
        for learning_rate in RATES:
            results[data_name, activation, learning_rate] = evaluate(data_name, activation, learning_rate)

figure, axes = plt.subplots(1, 4, figsize=(16, 4))
for ax, data_name in zip(axes, SETS):
    for activation in ["linear", "tanh"]:
        losses = [results[data_name, activation, learning_rate] for learning_rate in RATES]
        ax.semilogx(RATES, losses, "o-", label=activation)
    ax.set_title(data_name)
    ax.set_xlabel("learning rate")
    ax.set_ylabel("test loss")
    ax.legend()
plt.show()
