import numpy as np


def split(X, y, train, validation, test, seed):
    np.random.seed(seed)
    X = np.random.permutation(X)
    y = np.random.permutation(y)
    a = int(train * len(X))
    b = int((train + validation) * len(X))
    return X[:a], y[:a], X[a:b], y[a:b], X[b:], y[b:]


def one_hot(labels):
    return np.eye(10)[labels]
