import keras
import matplotlib.pyplot as plt
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()


def preprocess(images):
    return images.reshape(len(images), 28, 28, 1).astype("float32") / 255


inputs = preprocess(x_train)

model = keras.Sequential(
    [
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(inputs, y_train, epochs=12, batch_size=64, validation_split=0.1, verbose=0)

cnn_with_dropout = keras.Sequential(
    [
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Dropout(0.25),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ]
)
cnn_with_dropout.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
cnn_with_dropout_history = cnn_with_dropout.fit(
    inputs, y_train, epochs=14, batch_size=128, validation_split=0.1, verbose=0
)

figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for ax, name in zip(axes, ["loss", "accuracy"]):
    ax.plot(history.history[name], label="training")
    ax.plot(history.history["val_" + name], label="validation")
    ax.set_xlabel("epoch")
    ax.set_ylabel(name)
    ax.legend()
plt.show()

answers = {"overfitting": "yes"}

for name, trained in (("plain", model), ("with dropout", cnn_with_dropout)):
    loss, accuracy = trained.evaluate(preprocess(x_test), y_test, verbose=0)
    print(name, loss, accuracy)
