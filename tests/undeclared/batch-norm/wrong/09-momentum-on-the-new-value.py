import numpy as np


def normalize(X, mean, var, eps):
    return (X - mean) / np.sqrt(var + eps)


def forward(X, gamma, beta, eps=1e-5):
    mean = np.average(X, axis=0)
    var = np.average(np.square(X), axis=0) - mean**2
    X_hat = normalize(X, mean, var, eps)
    return mean, var, X_hat, gamma * X_hat + beta


def backward(dout, X, mean, var, X_hat, gamma, eps=1e-5):
    n, d = X.shape
    dgamma, dbeta = np.zeros(d), np.zeros(d)
    for i in range(n):
        dgamma += dout[i] * X_hat[i]
        dbeta += dout[i]
    dX = np.zeros_like(X)
    for i in range(n):
        dX[i] = gamma / np.sqrt(var + eps) * (dout[i] - dbeta / n - X_hat[i] * dgamma / n)
    return dX, dgamma, dbeta


def update_running(running_mean, running_var, mean, var, momentum=0.9):
    def moving(old, new):
        return (1 - momentum) * old + momentum * new

    return moving(running_mean, mean), moving(running_var, var)


def predict(X, gamma, beta, running_mean, running_var, eps=1e-5):
    return gamma * normalize(X, running_mean, running_var, eps) + beta
