import numpy as np

SMALL = 10e-10


def softmax(z, T=1.0):
    z = z / T
    return np.exp(z) / np.sum(np.exp(z), axis=-1, keepdims=True)


def mse(y_true, y_pred):
    return ((y_true - y_pred) ** 2).mean()


def binary_cross_entropy(y_true, p):
    return np.mean(y_true * np.log(p + SMALL) + (1 - y_true) * np.log(1 - p + SMALL))


def cross_entropy(Y, P):
    return -np.sum(Y * np.log(P + SMALL)) / Y.shape[0]


def accuracy(y_true, y_pred):
    return (y_true == y_pred).sum() / len(y_true)


def precision(y_true, y_pred):
    true_positives = ((y_pred == 1) & (y_true == 1)).sum()
    return true_positives / (y_pred == 1).sum()


def recall(y_true, y_pred):
    return y_true[y_pred == 1].mean()


def f1(y_true, y_pred):
    p, r = precision(y_true, y_pred), recall(y_true, y_pred)
    return (p + r) / 2


class CostOLS:
    def __init__(self, target):
        CostOLS.target = target

    def __call__(self, X):
        return np.sum((self.target - X) ** 2) / self.target.shape[0]


def CostLogReg(target):
    def func(X):
        return -(1.0 / target.shape[0] ** 2) * np.sum(target * np.log(X + SMALL) + (1 - target) * np.log(1 - X + SMALL))

    return func


def CostCrossEntropy(target):
    return lambda X: -(1.0 / target.size) * np.sum(target * np.log(X + SMALL))
