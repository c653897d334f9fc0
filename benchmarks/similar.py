"""Measure the list of similar submissions: pairs in classes that wrote alone, copies that are found, and the time.

The students of a simulated class solve numpy-mnist with the usual structure. For each of twelve details they choose one of two to four usual forms,
the first one most often, and add nothing of their own. Real solutions differ more, so this is the hardest class for the list.

    python benchmarks/similar.py [CLASSES] [STUDENTS]
"""

from __future__ import annotations

import ast
import random
import sys
import time

from grader import assignment
from grader.copies.compared_code import ComparedCode, Piece
from grader.copies.comparing import compare

LAYERS = (3, 2, 1)
SHAPES = ((16, 784), (16, 16), (10, 16))
ONE_HOT = (
    "Y = np.zeros((labels.size, 10)); Y[np.arange(labels.size), labels] = 1; return Y.T",
    "Y = np.zeros((10, labels.size)); Y[labels, np.arange(labels.size)] = 1; return Y",
    "return np.eye(10)[labels].T",
    "Y = np.array([labels == digit for digit in range(10)]); return Y.astype(float)",
)


def code(name, source):
    """Return a module as it is compared."""
    return ComparedCode(name, name, [Piece("", source)])


def solution(draw):
    """Return a solution with the usual structure and the forms that a student chooses."""

    def choose(*forms):
        return draw.choices(forms, [2.0**-place for place in range(len(forms))])[0]

    product = choose("{}.dot({})", "{} @ {}", "np.dot({}, {})").format
    mean = choose("({}) / m", "1 / m * ({})", "np.multiply(1 / m, {})").format
    total = choose(
        "np.sum({}, axis=1, keepdims=True)", "{}.sum(axis=1, keepdims=True)", "np.sum({}, 1).reshape(-1, 1)"
    ).format
    weights, biases = choose(
        ("np.random.rand({}, {}) - 0.5", "np.random.rand({}, 1) - 0.5"),
        ("np.random.randn({}, {}) * 0.1", "np.zeros(({}, 1))"),
        ("np.random.uniform(-0.5, 0.5, ({}, {}))", "np.random.uniform(-0.5, 0.5, ({}, 1))"),
    )
    lines = ["import numpy as np", "def init_NN_parameters():"]
    for layer, shape in enumerate(SHAPES, start=1):
        lines += [f"    w{layer} = {weights.format(*shape)}", f"    b{layer} = {biases.format(shape[0])}"]
    lines += ["    return w1, b1, w2, b2, w3, b3", "def ReLU(Z):"]
    lines += ["    return " + choose("np.maximum(Z, 0)", "np.maximum(0, Z)", "Z * (Z > 0)", "np.where(Z > 0, Z, 0)")]
    lines += ["def der_ReLU(Z):", "    return " + choose("Z > 0", "(Z > 0).astype(float)", "np.where(Z > 0, 1, 0)")]
    lines += ["def one_hot(labels):", f"    {choose(*ONE_HOT)}", "def forward_propagation(X, w1, b1, w2, b2, w3, b3):"]
    for layer, data in ((1, "X"), (2, "A1"), (3, "A2")):
        lines += [f"    Z{layer} = {product(f'w{layer}', data)} + b{layer}", f"    A{layer} = ReLU(Z{layer})"]
    lines += ["    return Z1, A1, Z2, A2, Z3, A3", "def back_propagation(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3):"]
    last = choose("2 * (A3 - Y) * der_ReLU(Z3)", "(A3 - Y) * 2 * der_ReLU(Z3)", "der_ReLU(Z3) * 2 * (A3 - Y)")
    hidden = choose("({}) * der_ReLU({})", "der_ReLU({1}) * ({0})").format
    deltas = [f"    dZ3 = {last}"] + [
        f"    dZ{n} = {hidden(product(f'w{n + 1}.T', f'dZ{n + 1}'), f'Z{n}')}" for n in (2, 1)
    ]
    slopes = [
        [f"    dW{n} = {mean(product(f'dZ{n}', f'{data}.T'))}", f"    dB{n} = {mean(total(f'dZ{n}'))}"]
        for n, data in ((3, "A2"), (2, "A1"), (1, "X"))
    ]
    lines.append("    m = " + choose("X.shape[1]", "Y.shape[1]"))
    for delta, slope in zip(deltas, slopes, strict=True):
        lines += [delta, *slope]
    lines += ["    return dW3, dB3, dW2, dB2, dW1, dB1"]
    names = [f"{kind}{layer}" for layer in LAYERS for kind in "wb"]
    lines.append(f"def update_params(alpha, {', '.join(names)}, {', '.join(f'd{name.upper()}' for name in names)}):")
    step = choose("    {0} = {0} - alpha * d{1}", "    {0} -= alpha * d{1}")
    lines += [step.format(name, name.upper()) for name in names] + [f"    return {', '.join(names)}"]
    lines += [
        "def get_predictions(A3):",
        "    return " + choose("np.argmax(A3, axis=0)", "np.argmax(A3, 0)", "A3.argmax(axis=0)"),
    ]
    return "\n".join(lines) + "\n"


def renamed(source):
    """Return a copy with other names of variables, and the functions in reverse order."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id[0] in "AZdwb" and not node.id.startswith("der"):
            node.id = f"my_{node.id}"
        elif isinstance(node, ast.arg):
            node.arg = f"my_{node.arg}" if node.arg[0] in "AZdwb" else node.arg
    tree.body[1:] = tree.body[:0:-1]
    return ast.unparse(tree)


def main(classes=40, students=20):
    """Print how many pairs are listed in classes without and with a copy, and the time."""
    loaded = assignment.load("numpy-mnist")
    starters = [code("starter", (loaded.folder / "starter.py").read_text())]
    reference = code("solution", (loaded.folder / loaded.content.solution).read_text())
    with_pairs = pairs = copies = 0
    began = time.process_time()
    for number in range(classes):
        draw = random.Random(number)
        works = [code(f"student {each}", solution(draw)) for each in range(students)]
        honest = compare(works, starters, reference)
        with_pairs, pairs = with_pairs + bool(honest.pairs), pairs + len(honest.pairs)
        copy = code("copy", renamed(works[0].pieces[0].text))
        found = compare([*works, copy], starters, reference).pairs
        copies += any({pair.first.name, pair.second.name} == {"student 0", "copy"} for pair in found)
    seconds = (time.process_time() - began) / (2 * classes)
    print(f"{classes} classes of {students} that wrote alone: {with_pairs} have a listed pair, {pairs} pairs in total")
    print(f"a renamed copy in each: {copies} of {classes} are listed; {seconds:.2f} s of processor time for a class")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
