import numpy as np


def split(X, y, train, validation, test, seed):
    np.random.seed(seed)
    idx = np.arange(X.shape[0])
    np.random.shuffle(idx)
    n_train = int(round(len(idx) * train))
    n_val = int(round(len(idx) * validation))
    train_idx, val_idx, test_idx = np.split(idx, [n_train, n_train + n_val])
    X_train, X_val, X_test = X[train_idx], X[val_idx], X[test_idx]
    y_train, y_val, y_test = y[train_idx], y[val_idx], y[test_idx]
    return X_train, y_train, X_val, y_val, X_test, y_test


def one_hot(labels):
    return np.eye(10)[labels]
