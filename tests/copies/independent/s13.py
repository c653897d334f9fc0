import numpy as np

def sigmoid(z):
    return np.where(z > 0, 1 / (1 + np.exp(-np.abs(z))), 1 - 1 / (1 + np.exp(-np.abs(z))))

def net_input(X, w, b):
    return X.dot(w) + b

def predict(X, w, b=0.0):
    return sigmoid(net_input(X, w, b))

def loss(y, y_hat):
    errors = y - y_hat
    squared = errors ** 2
    return squared.sum() / 2.0

def gradients(X, y, w, b=0.0):
    activation = predict(X, w, b)
    errors = y - activation
    factor = errors * activation * (1.0 - activation)
    return -X.T.dot(factor), -factor.sum()

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    w_ = np.copy(w).astype(float)
    b_ = b
    cost_ = []
    for i in range(epochs):
        activation = predict(X, w_, b_)
        cost_.append(loss(y, activation))
        grad_w, grad_b = gradients(X, y, w_, b_)
        w_ += -learning_rate * grad_w
        if fit_bias:
            b_ += -learning_rate * grad_b
    return w_, b_, cost_
