"""Networks as lists of Variables, trained by an own loop with GradientTape; the data sets share two helper functions."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

NAMES = ("circle", "xor", "gauss", "spiral")
ACTIVATIONS = {"linear": tf.identity, "tanh": tf.tanh, "relu": tf.nn.relu}


def draw_labels(n, rng):
    labels = np.arange(n) % 2
    rng.shuffle(labels)
    return labels


def polar(r, phi):
    return np.stack([r * np.cos(phi), r * np.sin(phi)], axis=1)


def make_circle(n, noise, seed):
    rng = np.random.RandomState(seed)
    labels = draw_labels(n, rng)
    inner, outer = rng.rand(n), 2 + rng.rand(n)
    points = polar(labels * inner + (1 - labels) * outer, rng.uniform(-np.pi, np.pi, n))
    return points + rng.normal(scale=noise, size=points.shape), labels


def make_xor(n, noise, seed):
    rng = np.random.RandomState(seed)
    points = rng.uniform(-3, 3, size=(n, 2))
    labels = (points[:, 0] * points[:, 1] < 0).astype(int)
    return points + rng.normal(scale=noise, size=points.shape), labels


def make_gauss(n, noise, seed):
    rng = np.random.RandomState(seed)
    labels = draw_labels(n, rng)
    points = (4 * labels - 2).reshape(-1, 1) + rng.normal(scale=0.5, size=(n, 2))
    return points + rng.normal(scale=noise, size=points.shape), labels


def make_spiral(n, noise, seed):
    rng = np.random.RandomState(seed)
    labels = draw_labels(n, rng)
    r = rng.uniform(0, 3, n)
    points = polar(r, np.pi * r + np.pi * labels)
    return points + rng.normal(scale=noise, size=points.shape), labels


def logits(params, activation, X):
    *hidden, last = params
    a = tf.convert_to_tensor(X, tf.float32)
    for W, b in hidden:
        a = ACTIVATIONS[activation](a @ W + b)
    return (a @ last[0] + last[1])[:, 0]


def train(data, hidden, activation, learning_rate, regularization, epochs, seed):
    X, y = (np.asarray(part, dtype="float32") for part in data)
    rng = np.random.RandomState(seed)
    sizes = [2, *hidden, 1]
    params = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        limit = np.sqrt(6 / (n_in + n_out))
        W = rng.uniform(-limit, limit, (n_in, n_out)).astype("float32")
        params.append((tf.Variable(W), tf.Variable(tf.zeros(n_out))))
    optimizer = keras.optimizers.Adam(learning_rate)
    flat = [v for pair in params for v in pair]

    optimizer.build(flat)

    @tf.function(reduce_retracing=True)
    def step(points, labels):
        with tf.GradientTape() as tape:
            z = logits(params, activation, points)
            cost = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=z))
            cost += regularization * sum(tf.reduce_sum(W**2) for W, _ in params[:-1])
        optimizer.apply_gradients(zip(tape.gradient(cost, flat), flat))

    for _ in range(epochs):
        order = rng.permutation(len(X))
        for rows in np.split(order, range(25, len(X), 25)):
            step(X[rows], y[rows])
    return params, activation


def predict(trained, X):
    params, activation = trained
    return tf.sigmoid(logits(params, activation, X)).numpy()


def evaluate(data_name, activation, learning_rate):
    make = {"circle": make_circle, "xor": make_xor, "gauss": make_gauss, "spiral": make_spiral}[data_name]
    params, _ = train(make(150, 0.2, 5), [10], activation, learning_rate, 0, 15, seed=0)
    X_test, y_test = make(600, 0.2, 6)
    z = logits(params, activation, X_test)
    return float(tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y_test.astype("float32"), logits=z)))


rates = [1e-3, 1e-2, 1e-1]
results = {(d, a, lr): evaluate(d, a, lr) for d in NAMES for a in ("linear", "tanh") for lr in rates}

for d in ("circle", "spiral"):
    plt.figure()
    for a in ("linear", "tanh"):
        plt.plot(rates, [results[d, a, lr] for lr in rates], marker="x", label=a)
    plt.xscale("log")
    plt.title(d)
    plt.xlabel("learning rate")
    plt.ylabel("test loss")
    plt.legend()
    plt.show()
