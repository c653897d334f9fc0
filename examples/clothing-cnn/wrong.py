import keras
import matplotlib.pyplot as plt
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()


def preprocess(images):
    return images[..., None] / 255.0


def build(rate):
    net = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (16, 32):
        net.add(Conv2D(filters, (3, 3), activation="relu"))
        net.add(MaxPooling2D((2, 2)))
    net.add(Flatten())
    net.add(Dense(128, activation="relu"))
    if rate:
        net.add(Dropout(rate))
    net.add(Dense(10, activation="softmax"))
    net.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return net


x = preprocess(x_train)
model = build(0)
history = model.fit(x, y_train, epochs=16, validation_split=0.1, verbose=0)
cnn_with_dropout = build(0)  # the dropout is forgotten
cnn_with_dropout_history = cnn_with_dropout.fit(x, y_train, epochs=16, validation_split=0.1, verbose=0)

plt.plot(history.history["loss"], "b", label="training")
plt.plot(history.history["val_loss"], "r", label="validation")
plt.title("loss")
plt.legend()
plt.show()
