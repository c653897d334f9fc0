import numpy as np

def sigmoid(z):
    # avoid overflow
    z = np.clip(z, -500, 500)
    return 1.0 / (1.0 + np.exp(-z))

def predict(X, w, b=0.0):
    return sigmoid(np.dot(X, w) + b)

def loss(y, y_hat):
    return 0.5 * np.sum((y - y_hat) ** 2)

def gradients(X, y, w, b=0.0):
    # forward pass
    a = predict(X, w, b)
    # chain rule
    dL_da = a - y
    da_dz = a * (1 - a)
    dz = dL_da * da_dz
    # gradients
    dw = X.T @ dz
    db = np.sum(dz)
    return dw, db

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    for epoch in range(epochs):
        # compute loss
        y_hat = predict(X, w, b)
        losses.append(loss(y, y_hat))
        # compute gradients
        dw, db = gradients(X, y, w, b)
        # update
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
        if epoch % 10 == 0:
            print(f"epoch {epoch}: {losses[-1]:.4f}")
    return w, b, np.array(losses)
