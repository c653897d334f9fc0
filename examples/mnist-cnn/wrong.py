import keras
import matplotlib.pyplot as plt
from keras.layers import Conv2D, Dense, Flatten

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()


def preprocess(images):
    return images[..., None] / 255.0


# The dense layers come before the convolution, which then sees single numbers instead of pixels.
model = keras.Sequential(
    [keras.Input((28, 28, 1)), Flatten(), Dense(49, activation="relu"), keras.layers.Reshape((7, 7, 1))]
)
model.add(Conv2D(8, (3, 3), activation="relu"))
model.add(Flatten())
model.add(Dense(10, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(preprocess(x_train), y_train, epochs=1, validation_split=0.1, verbose=0)

for quantity in ("loss", "accuracy"):
    plt.figure()
    plt.plot(history.history[quantity], "b", label="training")
    plt.plot(history.history["val_" + quantity], "r", label="validation")
    plt.title(quantity)
    plt.xlabel("epoch")
    plt.legend()
    plt.show()
