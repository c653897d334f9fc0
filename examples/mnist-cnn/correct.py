import keras
import matplotlib.pyplot as plt
from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()


def preprocess(images):
    return images[..., None] / 255.0


model = keras.Sequential([keras.Input((28, 28, 1))])
for filters in (8, 16):
    model.add(Conv2D(filters, (3, 3), padding="same", activation="relu"))
    model.add(MaxPooling2D((2, 2)))
model.add(Flatten())
model.add(Dense(64, activation="relu"))
model.add(Dense(10))
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
history = model.fit(preprocess(x_train), y_train, epochs=6, validation_split=0.1, verbose=0)

for quantity in ("loss", "accuracy"):
    plt.figure()
    plt.plot(history.history[quantity], "b", label="training")
    plt.plot(history.history["val_" + quantity], "r", label="validation")
    plt.title(quantity)
    plt.xlabel("epoch")
    plt.legend()
    plt.show()
