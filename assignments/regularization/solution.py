"""Dropout, the L2 penalty and early stopping."""

import numpy as np


def dropout(a, p, rng, training):
    """Return a with a share p of zeros and the rest scaled; a itself if it is not training."""
    if not training:
        return a
    kept = rng.random(a.shape) >= p
    return a * kept / (1 - p)


def l2_penalty(weights, lam):
    """Return the sum of all squared weights, times lam."""
    total = 0.0
    for W in weights:
        total += np.sum(W**2)
    return lam * total


def l2_gradient(weights, lam):
    """Return the derivative of the penalty for each array of weights."""
    return [2 * lam * W for W in weights]


def stop_epoch(val_losses, patience):
    """Return the epoch after which training stops, and the best epoch until then; both count from 0."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(val_losses) - 1, best


def decay_step(w, b, dw, db, lam, learning_rate):
    """Return w and b after one step; only w has a penalty."""
    new_w = w - learning_rate * (dw + 2 * lam * w)
    new_b = b - learning_rate * db
    return new_w, new_b


answers = {
    "watch": "validation",
    "dropped": 102.4,
    "remedies": ["more data", "dropout", "weight decay", "early stopping"],
}
