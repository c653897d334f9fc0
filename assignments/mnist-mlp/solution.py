import keras
import matplotlib.pyplot as plt
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()


def preprocess(images):
    return images.reshape(len(images), 784).astype("float32") / 255


inputs = preprocess(x_train)

model = keras.Sequential(
    [
        layers.Input((784,)),
        layers.Dense(512, activation="relu"),
        layers.Dense(512, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(inputs, y_train, epochs=10, batch_size=128, validation_split=0.1, verbose=0)

figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for ax, name in zip(axes, ["loss", "accuracy"]):
    ax.plot(history.history[name], label="training")
    ax.plot(history.history["val_" + name], label="validation")
    ax.set_xlabel("epoch")
    ax.set_ylabel(name)
    ax.legend()
plt.show()

weights = model.layers[-1].get_weights()[0]
plt.figure()
plt.imshow(weights.T, aspect="auto")
plt.title("weights of the output layer")
plt.show()

predicted = model.predict(preprocess(x_test[:10]), verbose=0).argmax(axis=1)
figure, axes = plt.subplots(2, 5)
for ax, image, label, true_label in zip(axes.ravel(), x_test, predicted, y_test):
    ax.imshow(image, cmap="gray")
    ax.set_title(f"{label} ({true_label})")
plt.show()

print(model.evaluate(preprocess(x_test), y_test, verbose=0))
