import keras
import matplotlib.pyplot as plt

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()


def preprocess(images):
    return images / 255.0


def build():
    inputs = keras.Input((28, 28))
    x = keras.layers.Flatten()(inputs)
    for _ in range(2):
        x = keras.layers.Dense(512, activation="relu")(x)
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))


model = build()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(preprocess(x_train), y_train, epochs=6, batch_size=128, validation_split=0.1, verbose=0)

for quantity in ("loss", "accuracy"):
    plt.figure()
    plt.plot(history.history[quantity], "b", label="training")
    plt.plot(history.history["val_" + quantity], "r", label="validation")
    plt.title(quantity)
    plt.xlabel("epoch")
    plt.legend()
    plt.show()

kernel, bias = model.layers[-1].get_weights()
fig, axes = plt.subplots(2, 5)
for node, ax in enumerate(axes.flat):
    ax.imshow(kernel[:, node].reshape(16, 32), cmap="seismic")
    ax.set_title(f"output {node}")
plt.show()

plt.figure(figsize=(10, 4))
classes = model.predict(preprocess(x_test[:8]), verbose=0).argmax(axis=1)
for i in range(8):
    plt.subplot(2, 4, i + 1)
    plt.imshow(x_test[i], cmap="gray_r")
    plt.title("predicted: %d, true: %d" % (classes[i], y_test[i]))
    plt.axis("off")
plt.show()
