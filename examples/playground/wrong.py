import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf


def make_circle(n, noise, seed):
    rng = np.random.RandomState(seed)
    y = np.arange(n) % 2
    r = np.where(y == 1, rng.rand(n), 2 + rng.rand(n))
    t = rng.rand(n) * 2 * np.pi
    return np.stack([r * np.cos(t), r * np.sin(t)], axis=1) + rng.randn(n, 2) * noise, y


def make_xor(n, noise, seed):
    rng = np.random.RandomState(seed)
    X = rng.rand(n, 2) * 6 - 3
    y = (X[:, 0] * X[:, 1] < 0).astype(int)
    return X + rng.randn(n, 2) * noise, y


def make_gauss(n, noise, seed):
    rng = np.random.RandomState(seed)
    y = np.arange(n) % 2
    return (4 * y - 2)[:, None] + rng.randn(n, 2) * noise, y


def make_spiral(n, noise, seed):
    rng = np.random.RandomState(seed)
    y = np.arange(n) % 2
    r = rng.rand(n) * 3
    t = 2 * np.pi * r / 3 + np.pi * y
    return np.stack([r * np.cos(t), r * np.sin(t)], axis=1) + rng.randn(n, 2) * noise, y


def train(data, hidden, activation, learning_rate, regularization, epochs, seed):
    X, y = data
    model = tf.keras.Sequential([tf.keras.layers.Dense(h, activation="relu") for h in hidden])
    model.add(tf.keras.layers.Dense(1, activation="sigmoid"))
    model.compile(tf.keras.optimizers.Adam(learning_rate), "binary_crossentropy")
    model.fit(X, y, epochs=epochs, batch_size=32, verbose=0)
    return model


def predict(model, X):
    return model.predict(X, verbose=0)


def evaluate(data_name, activation, learning_rate):
    make = {"circle": make_circle, "xor": make_xor, "gauss": make_gauss, "spiral": make_spiral}[data_name]
    model = train(make(100, 0.1, 0), [8], activation, learning_rate, 0, 5, 0)
    X, y = make(100, 0.1, 1)
    return float(model.evaluate(X, y, verbose=0))


results = {("circle", "tanh", lr): evaluate("circle", "tanh", lr) for lr in (0.001, 0.01, 0.1)}
plt.plot([lr for _, _, lr in results], list(results.values()))
