import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    mean = X.mean(axis=1, keepdims=True)
    var = X.var(axis=1, keepdims=True)
    X_hat = (X - mean) / np.sqrt(var + eps)
    out = gamma * X_hat + beta
    return mean, var, X_hat, out


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = (dout * X_hat).sum(axis=0)
    dX = gamma / (N * np.sqrt(var + eps)) * (N * dout - dbeta - X_hat * dgamma)
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    return momentum * running_mean + (1 - momentum) * mean, momentum * running_var + (1 - momentum) * var


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    return gamma * (X - running_mean) / np.sqrt(running_var + eps) + beta
