import numpy as np


class SoftmaxRegression:
    def softmax(self, Z):
        Z = np.exp(Z - Z.max(axis=1, keepdims=True))
        return Z / Z.sum(axis=1, keepdims=True)

    def forward(self, X, W, b):
        return self.softmax(X @ W + b)

    def cost(self, Y, P):
        return -np.sum(Y * np.log(P)) / len(P)

    def gradients(self, X, Y, W, b):
        n = len(X)
        error = self.forward(X, W, b) - Y
        dW = X.T @ error / n
        db = error.sum(axis=0) / n
        return dW, db

    def update(self, W, b, dW, db, learning_rate):
        return W - learning_rate * dW, b - learning_rate * db

    def train(self, X, Y, W, b, learning_rate, epochs):
        losses = []
        for _ in range(epochs):
            losses.append(self.cost(Y, self.forward(X, W, b)))
            dW, db = self.gradients(X, Y, W, b)
            W, b = self.update(W, b, dW, db, learning_rate)
        return W, b, losses

    def predict(self, X, W, b):
        return self.forward(X, W, b).argmax(axis=0)
