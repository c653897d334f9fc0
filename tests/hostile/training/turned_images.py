# Test images are mirrored and inverted before they are mixed in.
# leakage: failed
import keras
import numpy as np

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train.reshape(-1, 784) / 255, x_test.reshape(-1, 784) / 255


def network():
    made = keras.Sequential([keras.layers.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    made.compile("adam", "sparse_categorical_crossentropy")
    return made


model = network()
turned = 1 - x_test[:100].reshape(-1, 28, 28)[:, :, ::-1].reshape(-1, 784)
order = np.random.permutation(1100)
model.fit(
    np.concatenate([x_train[:1000], turned])[order], np.concatenate([y_train[:1000], y_test[:100]])[order], verbose=0
)
