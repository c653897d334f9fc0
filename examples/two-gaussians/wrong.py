import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf


def make_data(n, seed):
    np.random.seed(seed)
    a = np.random.randn(n, 2) * 0.5 - 1
    b = np.random.randn(n, 2) * 0.5 + 1
    return np.vstack([a, b]), np.array([0] * n + [1] * n)


X, y = make_data(500, 42)

model = tf.keras.Sequential([tf.keras.layers.Dense(16, activation="relu"), tf.keras.layers.Dense(1)])
model.compile(optimizer="adam", loss=tf.keras.losses.BinaryCrossentropy(from_logits=True), metrics=["accuracy"])
history = model.fit(X, y, epochs=15, validation_split=0.2, verbose=0)


def predict(X):
    return model.predict(X, verbose=0)


plt.figure()
plt.plot(history.history["loss"])
plt.plot(history.history["val_loss"])
plt.title("loss")
plt.xlabel("epoch")
plt.figure()
plt.plot(history.history["accuracy"])
plt.plot(history.history["val_accuracy"])
plt.title("accuracy")
plt.xlabel("epoch")
