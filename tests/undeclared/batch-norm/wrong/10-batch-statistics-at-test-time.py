import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    mean = np.mean(X, axis=0)
    var = np.var(X, axis=0)
    X_hat = (X - mean) / np.sqrt(var + eps)
    out = gamma * X_hat + beta
    return mean, var, X_hat, out


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    n = len(X)
    dgamma = np.sum(dout * X_hat, axis=0)
    dbeta = np.sum(dout, axis=0)
    dX_hat = dout * gamma
    total = np.sum(dX_hat, axis=0)
    weighted = np.sum(dX_hat * X_hat, axis=0)
    dX = (dX_hat - total / n - X_hat * weighted / n) / np.sqrt(var + eps)
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return running_mean, running_var


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    mean, var, X_hat, out = forward(X, gamma, beta, eps)
    return out
