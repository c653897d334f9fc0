"""Reference of the challenge in ``numpy-mnist``: a NumPy-only network that is far better than the plain one.

Unlike the network of the task it has He initialisation, softmax with cross-entropy, mini-batches, momentum with a
falling learning rate, and images shifted by up to a pixel. X is (784, n), float in [0, 1]; labels (n,).
"""

from __future__ import annotations

import itertools

import numpy as np

LAYERS = (784, 256, 128, 10)
EPOCHS = 20
BATCH = 64
LEARNING_RATE = 0.05
MOMENTUM = 0.9
SHIFT = 1  # pixels


def challenge_train(X, labels, seed=0):
    """Train on X and labels. Return the parameters [W1, b1, W2, b2, W3, b3] in float32, W of shape (in, out)."""
    random = np.random.default_rng(seed)
    images = np.ascontiguousarray(np.asarray(X, dtype=np.float32).T)
    targets = np.eye(LAYERS[-1], dtype=np.float32)[np.asarray(labels, dtype=int)]
    params = []
    for inputs, outputs in itertools.pairwise(LAYERS):
        params.append(random.standard_normal((inputs, outputs), dtype=np.float32) * np.float32(np.sqrt(2 / inputs)))
        params.append(np.zeros(outputs, dtype=np.float32))
    velocities = [np.zeros_like(value) for value in params]
    count = len(images)
    steps = EPOCHS * -(-count // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = random.permutation(count)
        for start in range(0, count, BATCH):
            chosen = order[start : start + BATCH]
            slopes = _gradients(params, _shifted(images[chosen], random), targets[chosen])
            rate = np.float32(LEARNING_RATE * (1 - step / steps))
            for value, velocity, slope in zip(params, velocities, slopes, strict=True):
                velocity *= np.float32(MOMENTUM)
                velocity -= rate * slope
                value += velocity
            step += 1
    return params


def challenge_predict(params, X):
    """Return the classes (n,) of X (784, n)."""
    return _forward(params, np.asarray(X, dtype=np.float32).T)[-1].argmax(axis=1)


def _shifted(images, random):
    """Return the batch, shifted as a whole by one random step, which is as cheap as a copy."""
    step = random.integers(-SHIFT, SHIFT + 1, 2)
    return np.roll(images.reshape(-1, 28, 28), step, axis=(1, 2)).reshape(len(images), -1)


def _forward(params, images):
    """Return the activations of every layer; the first is the images, the last the logits."""
    activations = [images]
    for layer in range(0, len(params), 2):
        z = activations[-1] @ params[layer] + params[layer + 1]
        activations.append(np.maximum(z, 0) if layer + 2 < len(params) else z)
    return activations


def _gradients(params, images, targets):
    """Return the derivatives of the mean cross-entropy with respect to each of ``params``, in their order."""
    activations = _forward(params, images)
    exponentials = np.exp(activations[-1] - activations[-1].max(axis=1, keepdims=True))
    delta = (exponentials / exponentials.sum(axis=1, keepdims=True) - targets) / np.float32(len(images))
    slopes = []
    for layer in range(len(params) - 2, -1, -2):
        below = activations[layer // 2]
        slopes = [below.T @ delta, delta.sum(axis=0), *slopes]
        if layer:
            delta = (delta @ params[layer].T) * (below > 0)
    return slopes


def challenge(images, labels, seed):
    """Train on uint8 images (n, 28, 28). Return predict(images) -> classes (n,)."""

    def columns(pictures):
        return pictures.reshape(len(pictures), -1).T / 255.0

    params = challenge_train(columns(images), labels, seed)
    return lambda pictures: challenge_predict(params, columns(pictures))
