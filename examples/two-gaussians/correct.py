"""A subclassed model that returns logits, validated with points that are drawn for it."""

import keras
import matplotlib.pyplot as plt
import numpy as np


def make_data(n, seed):
    rng = np.random.RandomState(seed)
    labels = rng.permutation(np.repeat([0, 1], n))
    centres = np.array([[-1.0, -1.0], [1.0, 1.0]])
    return centres[labels] + rng.randn(2 * n, 2), labels


class Separator(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.hidden = keras.layers.Dense(units, activation="tanh")
        self.out = keras.layers.Dense(1)

    def call(self, points):
        return self.out(self.hidden(points))


x_train, y_train = make_data(1000, seed=10)
x_val, y_val = make_data(250, seed=11)

keras.utils.set_random_seed(0)
model = Separator(6)
model.compile(
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
    metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)],
)
history = model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=25, batch_size=50, verbose=0)


def predict(X):
    logits = keras.ops.convert_to_numpy(model(np.asarray(X, dtype="float32")))
    return (logits[:, 0] > 0).astype(int)


def show_points(ax):
    for group, colour in zip((0, 1), ("tab:blue", "tab:orange")):
        chosen = x_train[y_train == group]
        ax.plot(*chosen.T, ".", color=colour, label=f"label {group}")
    ax.legend()


fig, ((top_left, top_right), (bottom_left, bottom_right)) = plt.subplots(2, 2, figsize=(10, 8))
show_points(top_left)

h = history.history
for ax, entry in ((top_right, "loss"), (bottom_left, "accuracy")):
    epochs = range(1, len(h[entry]) + 1)
    ax.plot(epochs, h[entry], label=entry)
    ax.plot(epochs, h[f"val_{entry}"], label=f"val_{entry}")
    ax.set(xlabel="epoch", ylabel=entry)
    ax.legend()

axis = np.linspace(-5, 5, 101)
grid = np.stack(np.meshgrid(axis, axis), axis=-1)
bottom_right.contour(axis, axis, predict(grid.reshape(-1, 2)).reshape(101, 101), levels=[0.5], colors="black")
show_points(bottom_right)
plt.tight_layout()
plt.show()
