import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    N, D = X.shape
    mean = X.sum(axis=0) / N
    xmu = X - mean
    var = (xmu**2).sum(axis=0) / N
    sqrtvar = np.sqrt(var) + eps
    ivar = 1.0 / sqrtvar
    X_hat = xmu * ivar
    out = gamma * X_hat + beta
    return mean, var, X_hat, out


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * X_hat, axis=0)
    dxhat = dout * gamma
    sqrtvar = np.sqrt(var + eps)
    dxmu1 = dxhat / sqrtvar
    divar = np.sum(dxhat * (X - mean), axis=0)
    dsqrtvar = -divar / (sqrtvar**2)
    dvar = 0.5 * dsqrtvar / sqrtvar
    dsq = np.ones((N, D)) * dvar / N
    dxmu2 = 2 * (X - mean) * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -np.sum(dx1, axis=0)
    dX = dx1 + np.ones((N, D)) * dmu / N
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    return running_mean, running_var


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    X_hat = (X - running_mean) / np.sqrt(running_var + eps)
    return gamma * X_hat + beta
