"""Exercise 1: the neuron."""
from numpy import exp, sum, array, dot


def sigmoid(x):
    return 1 / (1 + exp(-x))


def predict(inputs, weights, bias=0.0):
    return sigmoid(dot(inputs, weights) + bias)


def loss(target, output):
    return sum((target - output) ** 2) / 2


def gradients(inputs, target, weights, bias=0.0):
    output = predict(inputs, weights, bias)
    common = -(target - output) * output * (1 - output)
    return dot(inputs.T, common), sum(common)


def train(inputs, target, weights, bias=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    error_history = []
    for iteration in range(epochs):
        error_history.append(loss(target, predict(inputs, weights, bias)))
        grad_weights, grad_bias = gradients(inputs, target, weights, bias)
        weights = weights - learning_rate * grad_weights
        bias = bias - learning_rate * grad_bias if fit_bias else bias
    return weights, bias, array(error_history)
