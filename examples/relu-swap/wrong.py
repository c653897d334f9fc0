import numpy as np


def sigmoid(z):
    return 0.5 * (1 + np.tanh(z / 2))


def relu(z):
    return z * (z > 0)


def d_relu(z):
    return (z > 0).astype(float)


def forward(X, W1, b1, W2, b2):
    hidden_in = X.dot(W1) + b1
    hidden_out = relu(hidden_in)
    out_in = hidden_out.dot(W2) + b2
    return hidden_in, hidden_out, out_in, sigmoid(out_in)


def backward(X, y, Z1, A1, Z2, y_hat, W2):
    n = X.shape[0]
    delta2 = (y_hat - y) * y_hat * (1 - y_hat) / n
    delta1 = delta2.dot(W2.T) * A1 * (1 - A1)
    return {
        "dW1": X.T.dot(delta1),
        "db1": delta1.sum(axis=0, keepdims=True),
        "dW2": A1.T.dot(delta2),
        "db2": delta2.sum(axis=0, keepdims=True),
    }


def train(X, y, W1, b1, W2, b2, lr, epochs):
    losses = []
    for _ in range(epochs):
        Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)
        losses.append(float(((y - y_hat) ** 2).sum() / 2 / len(y)))
        grads = backward(X, y, Z1, A1, Z2, y_hat, W2)
        W1 = W1 - lr * grads["dW1"]
        b1 = b1 - lr * grads["db1"].reshape(b1.shape)
        W2 = W2 - lr * grads["dW2"]
        b2 = b2 - lr * grads["db2"].reshape(b2.shape)
    return W1, b1, W2, b2, losses
