import numpy as np


def dropout(a, p, rng, training):
    keep = rng.random(a.shape) < p
    return a * keep / p


def l2_penalty(weights, lam):
    return lam / 2 * sum(np.sum(W**2) for W in weights)


def l2_gradient(weights, lam):
    return [lam * W for W in weights]


def stop_epoch(val_losses, patience):
    best, wait = 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[epoch - 1]:
            best, wait = epoch, 0
        else:
            wait += 1
        if wait > patience:
            return epoch, best
    return len(val_losses) - 1, best
