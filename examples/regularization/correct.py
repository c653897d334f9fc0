import numpy as np


def dropout(x, rate, rng, training=True):
    if training and rate > 0:
        mask = rng.binomial(1, 1 - rate, size=x.shape)
        x = x * mask / (1 - rate)
    return x


def l2_penalty(weights, lam):
    return lam * sum((w**2).sum() for w in weights)


def l2_gradient(weights, lam):
    grads = []
    for w in weights:
        grads.append(2 * lam * w)
    return grads


def early_stopping(losses, patience):
    smallest = float("inf")
    best_epoch = wait = 0
    for epoch, loss in enumerate(losses):
        if loss < smallest:
            smallest, best_epoch, wait = loss, epoch, 0
        else:
            wait += 1
            if wait == patience:
                break
    return epoch, best_epoch
