import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    mean = np.mean(X, axis=0)
    var = np.mean((X - mean) ** 2, axis=0)
    X_hat = (X - mean) / np.sqrt(var + eps)
    out = X_hat * gamma + beta
    return mean, var, X_hat, out


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    m = X.shape[0]
    inv_std = 1 / np.sqrt(var + eps)
    dgamma = np.sum(dout * X, axis=0)
    dbeta = np.sum(dout, axis=0)
    dx_norm = dout * gamma
    dvar = np.sum(dx_norm * (X - mean) * (-0.5) * inv_std**3, axis=0)
    dmu = np.sum(-dx_norm * inv_std, axis=0) + dvar * np.mean(-2.0 * (X - mean), axis=0)
    dX = dx_norm * inv_std + dvar * 2 * (X - mean) / m + dmu / m
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    rm = momentum * running_mean + (1 - momentum) * mean
    rv = momentum * running_var + (1 - momentum) * var
    return rm, rv


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    x_norm = (X - running_mean) / np.sqrt(running_var + eps)
    return gamma * x_norm + beta
