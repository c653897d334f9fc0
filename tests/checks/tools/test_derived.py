"""Derivatives from a forbidden library are detected, and other code is not."""

from __future__ import annotations

import importlib.util
import os
from types import SimpleNamespace

import pytest

from grader.assignment import load
from grader.checks.outcome import Outcome
from grader.checks.tools import derived
from grader.sandbox import mapped
from grader.submission import Code
from tests.conftest import ending
from tests.hostile.test_by_hand import in_place_of_gradients

TAPE = """
def gradients(X, y, w, b=0.0):
    {library}
    X, y, w, b = (tf.constant(np.asarray(value, float)) for value in (X, y, w, b))
    with tf.{tape}() as tape:
        tape.watch([w, b])
        value = 0.5 * tf.reduce_sum((y - tf.sigmoid(tf.linalg.matvec(X, w) + b)) ** 2)
    dw, db = tape.gradient(value, [w, b])
    return dw.numpy(), float(db)

"""
BUILT = "tf = __import__('tensor' + 'flow')"
THREAD = """import threading
    box = []
    thread = threading.Thread(target=lambda: box.append(__import__('tensor' + 'flow')))
    thread.start(); thread.join()
    tf = box[0]"""
REMOVED = """import sys
    tf = globals().get('kept') or __import__('tensor' + 'flow')
    globals()['kept'] = tf
    sys.modules.pop('tensorflow', None)"""
BY_TAPE = {
    "under its own name": TAPE.format(library="import tensorflow as tf", tape="GradientTape"),
    "under a built name": TAPE.format(library=BUILT, tape="GradientTape"),
    "in a thread": TAPE.format(library=THREAD, tape="GradientTape"),
    "removed from sys.modules": TAPE.format(library=REMOVED, tape="GradientTape"),
}
INNOCENT = {
    "NumPy": ([], "", True),
    "an import that is shown costs another check": (["tensorflow"], "import tensorflow as tf", True),
    "a package that brings it along": (["torch"], "import shap", True),
    "a built name": (["torch"], "library = __import__('tor' + 'ch')", False),
    "another program": (["jax"], "import subprocess\nsubprocess.run(['python', 'x.py'])", False),
}


@pytest.mark.long
@pytest.mark.parametrize("name", BY_TAPE)
def test_a_tape_earns_nothing_by_whatever_name(graded, solution, name):
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed")
    source = in_place_of_gradients(solution, BY_TAPE[name])
    report = graded("single-neuron", source, ["gradients", "numpy-only"]).model_dump()
    for check in ("gradients", "numpy-only"):
        assert ending(report, check)["status"] == "failed", ending(report, check)["message"]
        assert ending(report, check)["diagnosis"]["bug"] == "forbidden-library"


@pytest.mark.parametrize("name", INNOCENT)
def test_who_uses_a_library_for_the_derivatives(name):
    libraries, text, innocent = INNOCENT[name]
    content = load("single-neuron").content
    function = "def gradients(X, y, w, b):\n    return X.T @ y, 0.0\n"
    context = SimpleNamespace(
        content=content,
        student=SimpleNamespace(
            code=[Code("", f"{text}\n{function}")],
            imported=[],
            libraries=lambda: set(libraries),
            find=lambda _: None,
        ),
    )
    check = next(check for check in content.checks if check.name == "gradients")
    assert (derived.judged(Outcome(1.0, ""), check.function, context).share == 1) is innocent


def test_what_a_process_has_mapped_is_read_from_outside(monkeypatch):
    import numpy as np

    monkeypatch.setattr(mapped, "descendants", lambda _: [os.getpid()])
    assert np.__name__ in mapped.libraries(0)


def test_maps_of_libraries_are_known_by_folder_or_file():
    lines = (
        b"7f0 r-xp 0 08:01 1  /usr/lib/python3/dist-packages/torch/lib/libtorch_cpu.so\n"
        b"7f1 r-xp 0 08:01 2  /tmp/copy/libtensorflow_framework.so.2\n"
        b"7f2 r--p 0 08:01 3  /submission/torch_weights.npz\n"
    )
    found = {name for pattern in (mapped.IN_A_PACKAGE, mapped.BY_NAME) for name in pattern.findall(lines)}
    assert found == {b"torch", b"tensorflow"}
