import numpy as np


class BatchNorm:
    def forward(self, X, gamma, beta, eps=1e-5):
        mean = X.mean(axis=0)
        centered = X - mean
        var = (centered * centered).mean(axis=0)
        X_hat = centered / np.sqrt(var + eps)
        out = gamma * X_hat + beta
        return mean, var, X_hat, out

    def backward(self, dout, X, mean, var, X_hat, gamma, eps=1e-5):
        n = X.shape[0]
        dX_hat = dout * gamma
        dvar = np.sum(dX_hat * (X - mean), axis=0) * 0.5 * np.power(var + eps, -3 / 2)
        dmean = np.sum(dX_hat * -1 / np.sqrt(var + eps), axis=0)
        dX = dX_hat / np.sqrt(var + eps) + dvar * 2 * (X - mean) / n + dmean / n
        dgamma = np.sum(dout * X_hat, axis=0)
        dbeta = np.sum(dout, axis=0)
        return dX, dgamma, dbeta

    def update_running(self, running_mean, running_var, mean, var, momentum=0.9):
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
        return running_mean, running_var

    def predict(self, X, gamma, beta, running_mean, running_var, eps=1e-5):
        return gamma * ((X - running_mean) / np.sqrt(running_var + eps)) + beta
