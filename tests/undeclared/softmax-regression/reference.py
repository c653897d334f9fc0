"""TensorFlow reference of softmax-regression: samples in rows, Y one-hot, the cost is the mean cross-entropy."""

import numpy as np
import tensorflow as tf


def _float64(value):
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def softmax(Z):
    return tf.nn.softmax(_float64(Z), axis=1)


def forward(X, W, b):
    return softmax(tf.matmul(_float64(X), _float64(W)) + _float64(b))


def cost(Y, P):
    return -tf.reduce_mean(tf.reduce_sum(_float64(Y) * tf.math.log(_float64(P)), axis=1))


def mean_cost(X, Y, W, b):
    scores = tf.matmul(_float64(X), _float64(W)) + _float64(b)
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(_float64(Y), scores))


def gradients(X, Y, W, b):
    W, b = _float64(W), _float64(b)
    with tf.GradientTape() as tape:
        tape.watch([W, b])
        loss = mean_cost(X, Y, W, b)
    return tuple(tape.gradient(loss, [W, b]))


def update(W, b, dW, db, learning_rate):
    return _float64(W) - learning_rate * _float64(dW), _float64(b) - learning_rate * _float64(db)


def train(X, Y, W, b, learning_rate, epochs):
    losses = [mean_cost(X, Y, W, b)]
    for _ in range(int(epochs)):
        W, b = update(W, b, *gradients(X, Y, W, b), learning_rate)
        losses.append(mean_cost(X, Y, W, b))
    return W, b, tf.stack(losses)


def predict(X, W, b):
    return tf.argmax(forward(X, W, b), axis=1)
