import numpy as np

class Neuron:
    def __init__(self, w, b):
        self.w = np.array(w, dtype=float)
        self.b = b

    def forward(self, X):
        self.X = X
        self.z = X.dot(self.w) + self.b
        self.a = sigmoid(self.z)
        return self.a

    def backward(self, y):
        dz = (self.a - y) * self.a * (1 - self.a)
        return self.X.T.dot(dz), dz.sum()

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def predict(X, w, b=0.0):
    return Neuron(w, b).forward(X)

def loss(y, y_hat):
    return np.sum(np.square(y - y_hat)) / 2

def gradients(X, y, w, b=0.0):
    n = Neuron(w, b)
    n.forward(X)
    return n.backward(y)

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    neuron = Neuron(w, b)
    curve = []
    for e in range(epochs):
        out = neuron.forward(X)
        curve.append(loss(y, out))
        gw, gb = neuron.backward(y)
        neuron.w -= learning_rate * gw
        if fit_bias:
            neuron.b -= learning_rate * gb
    return neuron.w, neuron.b, curve
