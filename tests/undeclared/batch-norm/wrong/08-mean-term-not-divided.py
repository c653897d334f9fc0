import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    mean = np.mean(X, axis=0)
    var = np.var(X, axis=0)
    X_hat = (X - mean) / np.sqrt(var + eps)
    out = gamma * X_hat + beta
    return mean, var, X_hat, out


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    n = len(X)
    sigma = np.sqrt(var + eps)
    dX_hat = dout * gamma
    dvar = (dX_hat * (X - mean)).sum(axis=0) * (-0.5) / sigma**3
    dmean = (-dX_hat / sigma).sum(axis=0)
    dX = dX_hat / sigma + dvar * 2 / n * (X - mean) + dmean
    return dX, (dout * X_hat).sum(axis=0), dout.sum(axis=0)


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return running_mean, running_var


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    X_hat = (X - running_mean) / np.sqrt(running_var + eps)
    return gamma * X_hat + beta
