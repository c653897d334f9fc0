"""The feed forward network of ``ffnn`` in NumPy, and the mistakes and conventions in it.

``parameters`` has all weights and biases in one array, layer by layer, W (in, out) before b.
"""

import itertools

import numpy as np

HIDDEN = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "RELU": lambda z: np.where(z > 0, z, 0.0),
    "LRELU": lambda z: np.where(z > 0, z, 0.01 * z),
    "identity": lambda z: z,
    "softmax": lambda z: (
        np.exp(z - z.max(axis=-1, keepdims=True))
        / np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True)
    ),
}
SLOPES = {
    "sigmoid": lambda z: HIDDEN["sigmoid"](z) * (1 - HIDDEN["sigmoid"](z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "RELU": lambda z: np.where(z > 0, 1.0, 0.0),
    "LRELU": lambda z: np.where(z > 0, 1.0, 0.01),
    "identity": np.ones_like,
}


def layers_of(parameters, dimensions):
    """Return [W, b] of each layer."""
    layers, place = [], 0
    sizes = [int(size) for size in np.ravel(dimensions)]
    for before, after in itertools.pairwise(sizes):
        W = np.reshape(parameters[place : place + before * after], (before, after))
        place += before * after
        layers.append([W, np.array(parameters[place : place + after])])
        place += after
    return layers


def joined(layers):
    """Return all weights and biases in one array."""
    return np.concatenate([np.ravel(array) for layer in layers for array in layer])


def passed_forward(X, layers, hidden, output, bias_input=1.0, leak=0.01):
    """Return the weighted sums and the activations of all layers; the activations begin with X. ``leak`` is the slope of LRELU."""
    functions = {**HIDDEN, "LRELU": lambda z: np.where(z > 0, z, leak * z)}
    zs, activations = [], [X]
    for number, (W, b) in enumerate(layers, start=1):
        zs.append(activations[-1] @ W + bias_input * b)
        activations.append(functions[output if number == len(layers) else hidden](zs[-1]))
    return zs, activations


def used_functions(hidden_name, output_name, hidden_everywhere, output_missing, hidden_missing):
    """Return the names of the functions of the hidden layers and of the last one in a forward pass with these mistakes."""
    output = hidden_name if hidden_everywhere else "identity" if output_missing else output_name
    return "identity" if hidden_missing else hidden_name, output


def predict(
    X,
    parameters,
    dimensions,
    hidden_name,
    output_name,
    cost_name,
    bias_input=1.0,
    leak=0.01,
    one_hot=False,
    classes=True,
    hidden_everywhere=False,
    output_missing=False,
    hidden_missing=False,
):
    """Return the outputs (n, k), for CostLogReg the classes 0 and 1 (n, k), for CostCrossEntropy the class numbers (n,)."""
    hidden, output = used_functions(hidden_name, output_name, hidden_everywhere, output_missing, hidden_missing)
    y = passed_forward(X, layers_of(parameters, dimensions), hidden, output, bias_input, leak)[1][-1]
    if not classes or cost_name == "CostOLS":
        return y
    if cost_name == "CostLogReg" or one_hot:
        return np.where(y > 0.5, 1.0, 0.0)
    return np.argmax(y, axis=1).astype(float)


def cost_of(X, t, parameters, dimensions, hidden_name, output_name, cost_name, bias_input=1.0):
    """Return the cost of the outputs, divided by the number of rows."""
    zs, activations = passed_forward(X, layers_of(parameters, dimensions), hidden_name, output_name, bias_input)
    z, y = zs[-1], activations[-1]
    if cost_name == "CostOLS":
        return np.sum((t - y) ** 2) / len(X)
    if cost_name == "CostLogReg":  # of a sigmoid, by its weighted sum
        return np.sum(np.logaddexp(0, z) - t * z) / len(X)
    largest = z.max(axis=1, keepdims=True)
    logarithms = z - largest - np.log(np.exp(z - largest).sum(axis=1, keepdims=True))
    return -np.sum(t * logarithms) / len(X)


def train(
    X,
    t,
    parameters,
    dimensions,
    hidden_name,
    output_name,
    cost_name,
    eta,
    momentum=0.0,
    batches=1,
    epochs=1,
    lam=0.0,
    bias_input=1.0,
    softmax_by="rows",
    updated_weights=False,
    averaged=True,
    output_slope=True,
    hidden_slope="",
    on_biases=False,
    penalty=1.0,
    biases_fixed=False,
    mean_for_biases=False,
    ascending=False,
    all_rows=False,
    one_epoch=False,
    factor_two=True,
    hidden_everywhere=False,
    output_missing=False,
    hidden_missing=False,
    own_slopes=False,
):
    """Return the parameters after training; the keyword arguments after ``lam`` are conventions and mistakes.

    ``own_slopes``: the derivatives are those of a wrong forward pass, not those of the functions of the task.
    """
    hidden, output = used_functions(hidden_name, output_name, hidden_everywhere, output_missing, hidden_missing)
    hidden_slope_name, output_slope_name = (hidden, output) if own_slopes else (hidden_name, output_name)
    layers = layers_of(parameters, dimensions)
    changes = [[0.0, 0.0] for _ in layers]
    batches = int(batches)
    size = len(X) // batches
    for _epoch in range(1 if one_epoch else int(epochs)):
        for batch in range(1 if all_rows else batches):
            rows = slice(batch * size, len(X) if batch == batches - 1 or all_rows else (batch + 1) * size)
            zs, activations = passed_forward(X[rows], layers, hidden, output, bias_input)
            y, target = activations[-1], t[rows]
            if output_name == "softmax":
                by = {"rows": len(y), "sum": 1, "entries": y.size}[softmax_by]
                delta = (y - target) / by
            elif cost_name == "CostLogReg":  # of a sigmoid
                delta = (y - target) / len(y)
            else:
                delta = (2 if factor_two else 1) * (y - target) / len(y)
                if output_slope:
                    delta = delta * SLOPES[output_slope_name](zs[-1])
            if not averaged:
                delta = delta * len(y)
            for k in reversed(range(len(layers))):
                W, b = layers[k]
                gW = activations[k].T @ delta + lam * penalty * W
                gb = delta.mean(axis=0) if mean_for_biases else delta.sum(axis=0)
                gb = gb + lam * b if on_biases else gb
                if not updated_weights and k:
                    delta = _before(delta, W, zs[k - 1], hidden_slope_name, hidden_slope)
                sign = -1 if ascending else 1
                steps = [momentum * changes[k][i] + eta * gradient for i, gradient in enumerate((gW, gb))]
                changes[k] = steps
                layers[k] = [W - sign * steps[0], b if biases_fixed else b - sign * steps[1]]
                if updated_weights and k:
                    delta = _before(delta, layers[k][0], zs[k - 1], hidden_slope_name, hidden_slope)
    return joined(layers)


def _before(delta, W, z, hidden, hidden_slope):
    """Return the delta of the layer before."""
    slope = {"": SLOPES[hidden], "none": np.ones_like, "sigmoid": SLOPES["sigmoid"], "of the output": HIDDEN[hidden]}
    return delta @ W.T * slope[hidden_slope](z)
