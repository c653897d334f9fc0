from typing import Any
import numpy as np

Array = np.ndarray


def sigmoid(z: Array) -> Array:
    return np.reciprocal(1.0 + np.exp(-z))


def predict(X: Array, w: Array, b: float = 0.0) -> Array:
    return sigmoid(X @ w + b)


def loss(y: Array, y_hat: Array) -> float:
    return float(np.sum((y_hat - y) ** 2) / 2)


def gradients(X: Array, y: Array, w: Array, b: float = 0.0) -> tuple[Array, float]:
    y_hat = predict(X, w, b)
    delta = (y_hat - y) * (y_hat * (1 - y_hat))
    return X.T @ delta, float(delta.sum())


def train(X: Array, y: Array, w: Array, b: float = 0.0, learning_rate: float = 1.0, epochs: int = 100, fit_bias: bool = True) -> tuple[Array, float, Any]:
    losses: list[float] = []
    for _ in range(epochs):
        losses.append(loss(y, predict(X, w, b)))
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        b = b - learning_rate * db * int(fit_bias)
    return w, b, np.asarray(losses)
