import numpy as np

def sigmoid(z):
    return np.exp(z) / (np.exp(z) + 1)

def predict(X, w, b=0.0):
    net = b
    for j in range(len(w)):
        net = net + w[j] * X[:, j]
    return sigmoid(net)

def loss(y, y_hat):
    return np.sum([(a - t) ** 2 for a, t in zip(y_hat, y)]) * 0.5

def gradients(X, y, w, b=0.0):
    o = predict(X, w, b)
    slope = o - o ** 2
    err = o - y
    dw = []
    for j in range(len(w)):
        dw.append(np.sum(err * slope * X[:, j]))
    return np.array(dw), np.sum(err * slope)

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    L = []
    k = 0
    while k < epochs:
        L.append(loss(y, predict(X, w, b)))
        g, gb = gradients(X, y, w, b)
        w = w - learning_rate * g
        if fit_bias == True:
            b = b - learning_rate * gb
        k += 1
    return w, b, L
