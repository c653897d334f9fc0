"""The functions of ``by-hand`` in NumPy, and the mistakes in them that no operator makes.

The weights have the names of the slide: the columns of W1 are (w1, w2) and (w3, w4), and W2 is (w5, w6).
"""

import numpy as np

PLACES = {"w1": (0, 0), "w2": (1, 0), "w3": (0, 1), "w4": (1, 1), "w5": 0, "w6": 1}


def wrong_forward(i, W1, W2, weights, instead):
    """Return h and pred, with the weights in ``instead`` in the places of those in ``weights``, such as "w1 w2" and "w3 w4"."""
    used_W1, used_W2 = W1.copy(), W2.copy()
    for name, other in zip(weights.split(), instead.split(), strict=True):
        old, used = (W2, used_W2) if name in ("w5", "w6") else (W1, used_W1)
        used[PLACES[name]] = old[PLACES[other]]
    h = i @ used_W1
    return h, h @ used_W2


def update(i, W1, W2, target, a, forward, delta):
    """Return W1 and W2 after one step against the gradient of the error."""
    h, pred = forward(i, W1, W2)
    d = delta(pred, target)
    rate = a
    new_W2 = W2 - rate * d * np.reshape(h, W2.shape)
    new_W1 = W1 - rate * d * np.outer(i, W2)
    return new_W1, new_W2


def wrong_update(
    i,
    W1,
    W2,
    target,
    a,
    forward,
    delta,
    updated=False,
    uphill=False,
    hidden_inputs=False,
    inputs_twice=False,
    steps_only=False,
    kept="",
    weights="",
    of="",
):
    """Return the same with a mistake.

    ``kept`` names a matrix or a weight that does not change. The new ``weights``, such as "w3 w4", are computed with
    the input or the output weight of others, or with the other sign: "other input", "other output weight" or "other
    sign" in ``of``.
    """
    h, pred = forward(i, W1, W2)
    step = (-a if uphill else a) * delta(pred, target)
    start = 0.0 if steps_only else 1.0
    new_W2 = start * W2 - step * np.reshape(i if inputs_twice else h, W2.shape)
    carried = np.ravel(new_W2 if updated else W2)
    inputs = np.ravel(h if hidden_inputs else i)
    new_W1 = start * W1 - step * np.outer(inputs, carried)
    for name in weights.split():
        place = PLACES[name]
        old, new, factor = (W2, new_W2, np.ravel(h)) if name in ("w5", "w6") else (W1, new_W1, inputs)
        others = {
            "other input": factor[1 - np.ravel(place)[0]] * (carried[place[1]] if old is W1 else 1),
            "other output weight": factor[np.ravel(place)[0]] * carried[1 - np.ravel(place)[-1]],
        }
        new[place] = 2 * old[place] - new[place] if of == "other sign" else old[place] - step * others[of]
    if kept in PLACES:
        old, new = (W2, new_W2) if kept in ("w5", "w6") else (W1, new_W1)
        new[PLACES[kept]] = old[PLACES[kept]]
    return W1 if kept == "W1" else new_W1, W2 if kept == "W2" else new_W2
