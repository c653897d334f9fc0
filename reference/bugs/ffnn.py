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


def used_functions(hidden_name, output_name, hidden_everywhere, output_always, hidden_always):
    """Return the names of the functions of the hidden layers and of the last one in a forward pass with these mistakes."""
    return hidden_always or hidden_name, hidden_name if hidden_everywhere else output_always or output_name


def predict(
    X,
    parameters,
    dimensions,
    hidden_name,
    output_name,
    cost_name,
    threshold=0.5,
    bias_input=1.0,
    leak=0.01,
    one_hot=False,
    classes=True,
    hidden_everywhere=False,
    output_always="",
    hidden_always="",
    inverted=False,
    limit=None,
    axis=1,
):
    """Return the outputs (n, k), for CostLogReg the classes 0 and 1 (n, k), for CostCrossEntropy the class numbers (n,)."""
    hidden, output = used_functions(hidden_name, output_name, hidden_everywhere, output_always, hidden_always)
    y = passed_forward(X, layers_of(parameters, dimensions), hidden, output, bias_input, leak)[1][-1]
    if not classes or cost_name == "CostOLS":
        return y
    if cost_name == "CostLogReg" or one_hot:
        return np.where((y > (threshold if limit is None else limit)) != inverted, 1.0, 0.0)
    return (np.argmin if inverted else np.argmax)(y, axis=axis).astype(float)


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
    fits=1,
    bias_input=1.0,
    softmax_by="rows",
    updated_weights=False,
    averaged=True,
    output_slope=True,
    superfluous_slope=False,
    hidden_slope="",
    hidden_error=0.0,
    on_biases=False,
    penalty=1.0,
    penalty_averaged=False,
    fixed="",
    bias_gradient="sum",
    inputs_of_layers="activations",
    ascending=False,
    all_rows=False,
    size_of_batches=False,
    batches_left_out=0,
    epochs_ignored=0,
    starts_again=False,
    factor_two=True,
    hidden_everywhere=False,
    output_always="",
    hidden_always="",
    own_slopes=False,
    shared="",
    from_first=False,
    biases_first=False,
):
    """Return the parameters after training; the keyword arguments after ``fits`` are conventions and mistakes.

    ``fits`` is the number of calls of fit(). ``own_slopes``: the derivatives are those of a wrong forward pass, not those of the
    functions of the task. ``shared`` says which arrays have the same scheduler; the changes then depend on the order of the
    updates, which ``from_first`` and ``biases_first`` say.
    """
    hidden, output = used_functions(hidden_name, output_name, hidden_everywhere, output_always, hidden_always)
    hidden_slope_name, output_slope_name = (hidden, output) if own_slopes else (hidden_name, output_name)
    layers = layers_of(parameters, dimensions)
    changes = {}

    def update(k, i, gradient):
        shares = {"weights": i == 0, "biases": i == 1, "each kind": True, "layer": True, "all": True}.get(shared, False)
        key = {"layer": k, "all": 0}.get(shared, ("weights", "biases")[i]) if shares else (k, i)
        changes[key] = momentum * changes.get(key, 0.0) + eta * gradient
        if fixed not in (("weights", "biases")[i], f"layers {k < len(layers) - 1}"):
            layers[k][i] = layers[k][i] + (1 if ascending else -1) * changes[key]

    batches = len(X) // int(batches) if size_of_batches else int(batches)
    size = len(X) // batches
    for _epoch in range((1 if starts_again else int(fits)) * (epochs_ignored or int(epochs))):
        for batch in range(1 if all_rows else batches - batches_left_out):
            rows = slice(batch * size, len(X) if batch == batches - 1 or all_rows else (batch + 1) * size)
            zs, activations = passed_forward(X[rows], layers, hidden, output, bias_input)
            y, target = activations[-1], t[rows]
            if output_name == "softmax":
                delta = (y - target) / {"rows": len(y), "sum": 1, "entries": y.size}[softmax_by]
            elif cost_name == "CostLogReg":  # of a sigmoid
                delta = (y - target) / len(y)
            else:
                delta = (2 if factor_two else 1) * (y - target) / len(y)
                delta = delta * SLOPES[output_slope_name](zs[-1]) if output_slope else delta
            if superfluous_slope and cost_name != "CostOLS":
                delta = delta * y * (1 - y)
            delta = delta if averaged else delta * len(y)
            gradients = []
            for k in reversed(range(len(layers))):
                W, b = layers[k]
                inputs = {"activations": activations, "sums": [X[rows], *zs]}[inputs_of_layers][k]
                gW = inputs.T @ delta + lam * penalty * W / (len(y) if penalty_averaged else 1)
                gb = {"sum": delta.sum(axis=0), "mean": delta.mean(axis=0), "scalar": delta.sum()}[bias_gradient]
                gradients.append((k, gW, gb + lam * b if on_biases else gb))
                if updated_weights:
                    for i in (1, 0) if biases_first else (0, 1):
                        update(k, i, gradients[-1][1 + i])
                if k:
                    error = hidden_error * (y - target) / len(y) if hidden_error and k == len(layers) - 1 else delta
                    delta = _before(error, layers[k][0], zs[k - 1], hidden_slope_name, hidden_slope)
            for k, *both in [] if updated_weights else reversed(gradients) if from_first else gradients:
                for i in (1, 0) if biases_first else (0, 1):
                    update(k, i, both[i])
    return joined(layers)


def _before(delta, W, z, hidden, hidden_slope):
    """Return the delta of the layer before."""
    slope = {
        "": SLOPES[hidden],
        "none": np.ones_like,
        "sigmoid": SLOPES["sigmoid"],
        "at the output": lambda sums: SLOPES[hidden](HIDDEN[hidden](sums)),
        "of an activation": lambda sums: sums * (1 - sums),
        "of a number": lambda sums: HIDDEN[hidden](sums),
    }
    return delta @ W.T * slope[hidden_slope](z)
