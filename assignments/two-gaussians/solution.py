import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers


def make_data(n, seed):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(-1, 1, (n, 2)), rng.normal(1, 1, (n, 2))])
    labels = np.concatenate([np.zeros(n), np.ones(n)])
    order = rng.permutation(2 * n)
    return X[order], labels[order]


X, labels = make_data(500, seed=1)

model = keras.Sequential(
    [
        layers.Input((2,)),
        layers.Dense(8, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
history = model.fit(X, labels, epochs=60, batch_size=32, validation_split=0.2, verbose=0)


def predict(X):
    return model.predict(X, verbose=0)


plt.scatter(X[:, 0], X[:, 1], c=labels, cmap="bwr", s=5)
plt.show()

for name in ["loss", "accuracy"]:
    plt.plot(history.history[name], label="training")
    plt.plot(history.history["val_" + name], label="validation")
    plt.xlabel("epoch")
    plt.ylabel(name)
    plt.legend()
    plt.show()

x1, x2 = np.meshgrid(np.linspace(-4, 4, 60), np.linspace(-4, 4, 60))
probabilities = predict(np.column_stack([x1.ravel(), x2.ravel()])).reshape(x1.shape)
plt.contourf(x1, x2, probabilities, levels=[0, 0.5, 1], cmap="bwr", alpha=0.3)
plt.scatter(X[:, 0], X[:, 1], c=labels, cmap="bwr", s=5)
plt.show()
