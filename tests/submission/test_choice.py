"""Tests of choosing the file to grade."""

from __future__ import annotations

import pytest

from grader.assignment import load
from grader.submission import read_contents
from grader.support.errors import UsageError
from tests.conftest import SINGLE_NEURON, notebook

pytestmark = pytest.mark.quick


SIGMOID = "def sigmoid(z):\n    return 1 / (1 + z)\n"


ALL = SIGMOID + "".join(f"def {name}(x):\n    return x\n" for name in ("predict", "loss", "gradients", "train"))


STARTER = (SINGLE_NEURON / "starter.py").read_text()


@pytest.mark.parametrize(
    ("chosen", "others"),
    [
        ("single_neuron.py", {"Untitled.ipynb": notebook("1 + 1"), "single_neuron.py": ALL}),
        ("single_neuron.ipynb", {"Untitled.ipynb": notebook("1 + 1"), "single_neuron.ipynb": notebook(ALL)}),
        ("Single-Neuron (1).ipynb", {"Single-Neuron (1).ipynb": notebook(SIGMOID), "all.py": ALL}),
        ("single_neuron_final_anna.py", {"single_neuron_final_anna.py": SIGMOID, "all.py": ALL}),
        ("single_neuron.py", {"single_neuron.py": ALL, "single_neuron (1).py": "# a copy\n" + ALL}),
        ("single_neuron.ipynb", {"single_neuron.py": ALL, "single_neuron.ipynb": notebook(ALL)}),
        ("work.py", {"single_neuron.py": STARTER, "work.py": ALL}),
        ("mine.py", {"mine.py": ALL, "test_single_neuron.py": "from mine import *\ndef test_it():\n    assert 1\n"}),
        ("mine.py", {"mine.py": ALL, "tests/check_all.py": "import pytest\n" + ALL, "conftest.py": "x = 1"}),
        ("mine.py", {"mine.py": ALL, "mine-checkpoint.py": ALL + "x = 1", "setup.py": "from setuptools import setup"}),
        ("week1/single_neuron.ipynb", {"week1/single_neuron.ipynb": notebook(ALL), "week2/relu.py": "def relu(x): 1"}),
        ("all.py", {"all.py": ALL, "some.py": SIGMOID}),
        ("main.py", {"main.py": "from parts import *\n", "parts.py": ALL}),
        (
            "main.ipynb",
            {"main.ipynb": notebook("from parts import sigmoid, train"), "parts.py": SIGMOID + "def train(x): 2"},
        ),
        ("mine.ipynb.txt", {"mine.ipynb.txt": notebook(ALL), "report.txt": "text", "data.json": "{}"}),
        ("single_neuron.json", {"single_neuron.json": notebook(ALL)}),
        ("single_neuron.py", {"single_neuron.py": "x = 1", "other.py": "y = 2"}),
        ("mine.py", {"mine.py": "def sigmod(z):\n    return z\n"}),
        ("mine.py", {"mine.py": "def f(:\n"}),
    ],
)
def test_file_to_grade_is_chosen(chosen, others):
    contents = {name: text.encode() for name, text in others.items()}
    assert read_contents("work", contents, load("single-neuron")).file == chosen


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.txt", b"x", "notes.txt is not a notebook (.ipynb) or a Python file (.py): hand in your solution."),
        ("photo.png", b"\x89PNG", "photo.png is actually an image: hand in the notebook (.ipynb) or the module (.py)."),
        (
            "a.py",
            STARTER.encode(),
            "a.py cannot be graded: it is the unchanged starter. Hand in your solution.",
        ),
        (
            "a.py",
            b"x = 1",
            "a.py defines none of the expected names (sigmoid, predict, loss, gradients, ...): hand in your solution.",
        ),
    ],
)
def test_sentence_about_a_single_file_says_what_it_is(name, content, sentence):
    for folder in ("", "ada/"):  # a class has a folder for each student
        with pytest.raises(UsageError) as error:
            read_contents(folder + name, {name: content}, load("single-neuron"))
        assert str(error.value) == folder + sentence


@pytest.mark.parametrize(
    ("others", "fragment"),
    [
        ({"a.py": ALL, "b.py": ALL + "x = 1"}, "contains 2 files that may be the solution (a.py, b.py)"),
        ({"single_neuron_1.py": ALL, "single_neuron_2.py": ALL + "a = 1"}, "(single_neuron_1.py, single_neuron_2.py)"),
        ({"test_neuron.py": "def test_it():\n    assert True\n", "report.pdf": "%PDF"}, "test_neuron.py: it is a test"),
        ({"single_neuron.py": "# my name\n" + STARTER}, "it is the unchanged starter"),
        (
            {"Untitled.ipynb": notebook("1 + 1")},
            "defines none of the expected names (sigmoid, predict, loss, gradients",
        ),
        ({"report.pdf": "%PDF", "notes.txt": "x"}, "contains no notebook (.ipynb) and no Python file (.py)"),
        ({"solution.rar": "Rar!"}, "an unsupported archive (solution.rar)"),
        ({"mine.ipynb": "<html>"}, "mine.ipynb is a web page"),
    ],
)
def test_ambiguous_and_unsuitable_files_are_refused(others, fragment):
    with pytest.raises(UsageError) as error:
        read_contents("work", {name: text.encode() for name, text in others.items()}, load("single-neuron"))
    assert fragment in str(error.value)
