import numpy as np

data = np.load("mnist.npz")
pixels = data["x_train"].reshape(-1, 784).T / 255.0
digits = data["y_train"].astype(int)


def init_params():
    params = {}
    for layer, (inputs, outputs) in enumerate([(784, 16), (16, 16), (16, 10)], start=1):
        params[f"W{layer}"] = np.random.randn(outputs, inputs) * np.sqrt(2 / inputs)
        params[f"b{layer}"] = np.zeros((outputs, 1))
    return params


def relu(z):
    return np.where(z > 0, z, 0)


def relu_derivative(z):
    return np.where(z > 0, 1, 0)


def one_hot(labels):
    return np.eye(10)[labels].T


def forward_prop(X, params):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = relu(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = relu(Z2)
    Z3 = params["W3"] @ A2 + params["b3"]
    A3 = relu(Z3)
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "Z3": Z3, "A3": A3}


def backward_prop(X, Y, params, cache):
    n = X.shape[1]
    grads = {}
    delta = 2 * (cache["A3"] - Y) * relu_derivative(cache["Z3"]) / n
    for layer, below in ((3, cache["A2"]), (2, cache["A1"]), (1, X)):
        grads[f"dW{layer}"] = delta @ below.T
        grads[f"db{layer}"] = np.sum(delta, axis=1, keepdims=True)
        if layer > 1:
            delta = params[f"W{layer}"].T @ delta * relu_derivative(cache[f"Z{layer - 1}"])
    return grads


def update_params(params, grads, learning_rate):
    return {name: value - learning_rate * grads[f"d{name}"] for name, value in params.items()}


def get_predictions(A3):
    return A3.argmax(axis=0)


def challenge_train(X, labels):
    params = init_params()
    for epoch in range(10):
        order = np.random.permutation(len(labels))
        for start in range(0, len(order), 50):
            batch = order[start : start + 50]
            cache = forward_prop(X[:, batch], params)
            params = update_params(params, backward_prop(X[:, batch], one_hot(labels[batch]), params, cache), 0.03)
    return params


def challenge_predict(params, X):
    return get_predictions(forward_prop(X, params)["A3"])


if __name__ == "__main__":
    trained = challenge_train(pixels, digits)
    print(np.mean(challenge_predict(trained, pixels) == digits))
