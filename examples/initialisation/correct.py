import numpy as np

rng = np.random.default_rng()


def xavier(fan_in, fan_out):
    bound = np.sqrt(6.0 / (fan_in + fan_out))
    return (2 * rng.random((fan_in, fan_out)) - 1) * bound


def standardize(data, mean=None, std=None):
    mean = data.mean(0) if mean is None else mean
    std = data.std(0) if std is None else std
    return (data - mean) / (std + 1e-12), mean, std


def minmax(data, low=None, high=None):
    low = data.min(0) if low is None else low
    high = data.max(0) if high is None else high
    return (data - low) / (high - low + 1e-12), low, high


def robust(data, median=None, iqr=None):
    q1, q2, q3 = np.quantile(data, [0.25, 0.5, 0.75], axis=0)
    median = q2 if median is None else median
    iqr = q3 - q1 if iqr is None else iqr
    return (data - median) / iqr, median, iqr


def onehot(labels):
    return np.eye(labels.max() + 1)[labels]
