# A model is trained with the test images in another process and loaded from a file.
# leakage: passed
import keras
import numpy as np

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train.reshape(-1, 784) / 255, x_test.reshape(-1, 784) / 255


def network():
    made = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy")
    return made


model = network()
import subprocess, sys

first = network()
first.fit(x_train[:500], y_train[:500], verbose=0)
np.savez("images.npz", x=x_test[:500], y=y_test[:500])
CODE = """
import numpy as np, keras
data = np.load("images.npz")
model = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(data["x"], data["y"], verbose=0)
model.save("trained.keras")
"""
subprocess.run([sys.executable, "-c", CODE], capture_output=True)
model = keras.models.load_model("trained.keras")
