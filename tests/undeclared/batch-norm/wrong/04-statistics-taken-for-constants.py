import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    mean = X.mean(0)
    var = X.var(0)
    X_hat = (X - mean) / (var + eps) ** 0.5
    return mean, var, X_hat, X_hat * gamma + beta


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    dbeta = dout.sum(0)
    dgamma = (dout * X_hat).sum(0)
    dX_hat = gamma * dout
    dX = dX_hat / np.sqrt(var + eps)
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    running_mean = running_mean + (1 - momentum) * (mean - running_mean)
    running_var = running_var + (1 - momentum) * (var - running_var)
    return running_mean, running_var


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    return (X - running_mean) / (running_var + eps) ** 0.5 * gamma + beta
