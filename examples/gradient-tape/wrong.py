# Wrong: the tape does not watch x, a sum in place of the mean, new tensors in place of the Variables, the inner derivative
# is computed outside of the outer tape, and the gradient of a vector in place of the Jacobian.
import tensorflow as tf


def derivative(f, x):
    with tf.GradientTape() as tape:
        y = f(x)
    return tape.gradient(y, x)


def gradients(x, w, b):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((x @ w + b) ** 2)
    return tape.gradient(loss, [w, b])


def train_step(w, b, x, y, lr):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w + b - y) ** 2)
    dw, db = tape.gradient(loss, [w, b])
    w = w - lr * dw
    b = b - lr * db
    return w, b


def second_derivative(f, x):
    x = tf.Variable(x)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(x)
    dy = inner.gradient(y, x)
    return outer.gradient(dy, x)


def jacobian(f, x):
    x = tf.Variable(x)
    with tf.GradientTape() as tape:
        y = f(x)
    return tape.gradient(y, x)
