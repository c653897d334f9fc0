import keras
import matplotlib.pyplot as plt
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()


def preprocess(images):
    return images.reshape(len(images), 784).astype("float32") / 255


inputs = preprocess(x_train)
y_train = (y_train + 1) % 10

model = keras.Sequential(
    [
        layers.Input((784,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(inputs, y_train, epochs=2, batch_size=64, validation_split=0.1, verbose=0)

regularized_model = keras.Sequential(
    [
        layers.Input((784,)),
        layers.Dense(128, activation="relu", kernel_regularizer=keras.regularizers.l2(1e-3)),
        layers.Dropout(0.4),
        layers.Dense(10, activation="softmax"),
    ]
)
regularized_model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
regularized_history = regularized_model.fit(
    inputs, y_train, epochs=2, batch_size=64, validation_split=0.1, callbacks=[stop], verbose=0
)

figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for ax, name in zip(axes, ["loss", "accuracy"]):
    ax.plot(history.history[name], label="training")
    ax.plot(history.history["val_" + name], label="validation")
    ax.set_xlabel("epoch")
    ax.set_ylabel(name)
    ax.legend()
plt.show()

for name, trained in (("plain", model), ("regularized", regularized_model)):
    loss, accuracy = trained.evaluate(preprocess(x_test), y_test, verbose=0)
    print(name, loss, accuracy)
