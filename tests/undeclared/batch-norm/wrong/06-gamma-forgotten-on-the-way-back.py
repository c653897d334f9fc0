import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    mean, var = X.mean(axis=0), X.var(axis=0)
    X_hat = (X - mean) / np.sqrt(var + eps)
    return mean, var, X_hat, gamma * X_hat + beta


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    n = X.shape[0]
    std = np.sqrt(var + eps)
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(X_hat * dout, axis=0)
    dX = (n * dout - dout.sum(axis=0) - X_hat * np.sum(dout * X_hat, axis=0)) / (n * std)
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    return (
        momentum * running_mean + (1 - momentum) * mean,
        momentum * running_var + (1 - momentum) * var,
    )


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    scale = gamma / np.sqrt(running_var + eps)
    return scale * X + (beta - scale * running_mean)
