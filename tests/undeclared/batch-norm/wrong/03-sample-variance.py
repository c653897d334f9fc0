import numpy as np


def forward(X, gamma, beta, eps=1e-5):
    n, d = X.shape
    mean = np.zeros(d)
    var = np.zeros(d)
    for j in range(d):
        mean[j] = np.sum(X[:, j]) / n
        var[j] = np.sum((X[:, j] - mean[j]) ** 2) / (n - 1)
    X_hat = (X - mean) / np.sqrt(var + eps)
    return mean, var, X_hat, gamma * X_hat + beta


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    n = len(dout)
    std = np.sqrt(var + eps)
    dgamma = np.einsum("ij,ij->j", dout, X_hat)
    dbeta = np.einsum("ij->j", dout)
    g = dout * gamma
    dX = (g - g.mean(axis=0) - X_hat * (g * X_hat).mean(axis=0)) / std
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    new_mean = running_mean * momentum + mean * (1 - momentum)
    new_var = running_var * momentum + var * (1 - momentum)
    return new_mean, new_var


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    return beta + gamma * (X - running_mean) / (running_var + eps) ** 0.5
