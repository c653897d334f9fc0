import keras
import matplotlib.pyplot as plt

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()


def preprocess(images):
    return images / 255.0


def build(*extra):
    net = keras.Sequential([keras.layers.Flatten(input_shape=(28, 28)), keras.layers.Dense(128, activation="relu")])
    for layer in extra:
        net.add(layer)
    net.add(keras.layers.Dense(10))
    net.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return net


x = preprocess(x_train)
x_val, y_val, x_fit, y_fit = x[-1000:], y_train[-1000:], x[:-1000], y_train[:-1000]

model = build()
history = model.fit(x_fit, y_fit, epochs=3, validation_data=(preprocess(x_test), y_test), verbose=0)

regularized_model = build(keras.layers.Dropout(0.5))
regularized_history = regularized_model.fit(
    x_fit, y_fit, epochs=3, validation_data=(preprocess(x_test), y_test), verbose=0
)

for quantity in ("loss", "accuracy"):
    plt.figure()
    plt.plot(history.history[quantity], "b", label="training")
    plt.plot(history.history["val_" + quantity], "r", label="validation")
    plt.title(quantity)
    plt.legend()
    plt.show()

print(regularized_model.evaluate(preprocess(x_test), y_test, verbose=0))
