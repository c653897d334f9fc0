"""Forbidden imports, and allowed imports from a forbidden package."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.checks.tools import imports
from grader.submission import Code

pytestmark = pytest.mark.quick


def run(*cells, loaded=()):
    content = SimpleNamespace(
        forbidden_imports=["tensorflow", "keras", "sklearn"],
        allowed_imports=["keras.datasets", "tensorflow.keras.datasets"],
    )
    code = [Code(f"cell {number}", text) for number, text in enumerate(cells, start=1)]
    student = SimpleNamespace(code=code, imported=list(loaded), libraries=set)
    return imports.outcome(SimpleNamespace(content=content, student=student))


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np",
        "from keras.datasets import mnist",
        "from tensorflow.keras.datasets import mnist as m",
        "from keras.datasets.mnist import load_data",
        "import keras.datasets",
        "import tensorflow.keras.datasets.mnist as m",
        "import keras\nkeras.datasets.mnist.load_data()",
        "import tensorflow as tf\n(a, b), c = tf.keras.datasets.mnist.load_data()",
        "from tensorflow import keras\nx = keras.datasets.mnist",
        "from keras import datasets\ndatasets.mnist.load_data()",
        "def load():\n    from keras.datasets import mnist\n    return mnist.load_data()",
    ],
)
def test_images_may_come_from_keras(text):
    assert run(text, loaded=["numpy", "keras", "tensorflow"] if "keras" in text else []) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("import keras.layers", "keras.layers"),
        ("from keras import layers", "keras"),
        ("from keras.utils import to_categorical", "keras.utils"),
        ("from keras import *", "keras"),
        ("import keras\nkeras.layers.Dense(3)", "keras"),
        ("import keras\nk = keras", "keras"),
        ("import keras.datasets\nkeras.Sequential()", "keras.datasets"),
        ("import tensorflow as tf\ntf.constant(tf.keras.datasets)", "tensorflow"),
        ("from keras.datasets import mnist\nfrom tensorflow import nn", "tensorflow"),
        ("from sklearn.datasets import load_digits", "sklearn.datasets"),
        ("__import__('tensorflow')", "tensorflow"),
        ("import importlib\nimportlib.import_module('keras.layers')", "keras.layers"),
    ],
)
def test_anything_else_of_a_forbidden_package_is_a_finding(text, name):
    outcome = run(text)
    assert outcome.share == 0
    assert outcome.message.startswith(f"Your code imports {name} (cell 1, line ")


def test_what_another_cell_does_with_an_import_counts():
    assert run("import keras", "keras.datasets.mnist") is None
    assert run("import keras", "keras.Sequential()") is not None


def test_what_was_loaded_without_an_import_to_be_seen_is_a_finding():
    assert run("import numpy", loaded=["tensorflow"]) is not None
    assert run("from keras.datasets import mnist", loaded=["tensorflow", "keras"]) is None
    assert run("from keras.datasets import mnist", loaded=["sklearn"]) is not None


def test_what_another_library_loads_is_no_finding(monkeypatch):
    requirements = {"seaplot": ["numpy>=1.20", 'sklearn>=1.7; extra == "stats"']}
    monkeypatch.setattr(imports.metadata, "requires", requirements.get)
    assert run("import seaplot as sp", loaded=["seaplot", "sklearn"]) is None
    assert run("import numpy as np", loaded=["seaplot", "sklearn"]) is not None
    assert run("import seaplot as sp\nimport sklearn", loaded=["seaplot", "sklearn"]) is not None


def test_a_module_of_the_submission_may_have_any_name():
    assert run("from .keras import layers") is None


def test_code_that_does_not_parse_has_no_imports():
    assert run("import keras(") is None


def test_a_forbidden_import_is_reported_where_nothing_else_was_written(graded):
    report = graded("relu-swap", "import sys\nsys.modules['keras'] = sys\nimport keras\nkeras.nothing_of_it()\n")
    found = next(check for check in report.checks if check.name == "numpy-only")
    assert (found.status, found.score) == ("failed", 0)
    assert "Your code imports keras" in found.message
