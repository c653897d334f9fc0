import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def predict(X, w, b=0.0):
    y_hat = sigmoid(np.dot(X, w) + b)
    return y_hat

def loss(y, y_hat):
    L = 0.5 * np.sum((y_hat - y)**2)
    return L

def gradients(X, y, w, b=0.0):
    y_hat = predict(X, w, b)
    dL_dyhat = y_hat - y
    dyhat_dz = y_hat * (1 - y_hat)
    dw = np.dot(X.T, dL_dyhat * dyhat_dz)
    db = np.sum(dL_dyhat * dyhat_dz)
    return dw, db

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    for epoch in range(epochs):
        y_hat = predict(X, w, b)
        losses.append(loss(y, y_hat))
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
    losses = np.array(losses)
    return w, b, losses
