import numpy as np

def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))

def predict(X, w, b=0.0):
    z = X @ w + b
    a = sigmoid(z)
    return a

def loss(y, y_hat):
    return np.sum((y - y_hat) ** 2) / 2

def gradients(X, y, w, b=0.0):
    z = X @ w + b
    a = sigmoid(z)
    delta = (a - y) * a * (1 - a)
    dw = X.T @ delta
    db = delta.sum()
    return dw, db

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    for epoch in range(epochs):
        dw, db = gradients(X, y, w, b)
        losses.append(loss(y, predict(X, w, b)))
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
    return w, b, np.array(losses)

if __name__ == "__main__":
    X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
    y = np.array([0, 1, 0, 1])
    print(train(X, y, np.array([-0.2, 0.4, -1.0])))
