"""Tests of bad input at the real command line: each gets its own status and one sentence, and never passes."""

from __future__ import annotations

import textwrap

import pytest

from tests.conftest import ending, notebook

R_KERNEL = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}

# name of the file, content, status of every check, part of the sentence
BROKEN = {
    "not UTF-8": ("mine.py", b"x = '\xe4'\n", "error", "is not UTF-8 text (byte 5 cannot be read)"),
    "syntax error": ("mine.py", "x = 1\ndef f(:\n", "error", "line 2 with SyntaxError: invalid syntax (`def f(:`)"),
    "fails at import": ("mine.py", "import numpy\nnumpy.nothing\n", "error", "line 2 with AttributeError"),
    "exits": ("mine.py", "import sys\nsys.exit(0)\n", "failed", "is missing"),
    "exits at once": ("mine.py", "import os\nos._exit(0)\n", "crashed", "killed the Python process at line 2"),
    "dies of a signal": (
        "mine.py",
        "import os\nos.kill(os.getpid(), 9)\n",
        "crashed",
        "killed the Python process at line 2",
    ),
    "waits for input": ("mine.py", "name = input()\n", "error", "waits for input() at line 1"),
    "prints megabytes": ("mine.py", "while True: print('x' * 999)\n", "output", "printed too much at line 1"),
    "eats memory": ("mine.py", "import numpy as np\nx = np.ones((10**6, 10**6))\n", "memory", "needed more memory"),
    "invalid JSON": ("mine.ipynb", '{"cells": [', "error", "is not a valid notebook: its JSON"),
    "another kernel": ("mine.ipynb", notebook("x <- 1", **R_KERNEL), "error", "a kernel of the language R"),
}


@pytest.mark.table
@pytest.mark.parametrize("name", BROKEN)
def test_submission_that_cannot_be_loaded_is_explained(tmp_path, check, name):
    file, content, status, fragment = BROKEN[name]
    (tmp_path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    code, report = check(file)
    assert code == 1
    assert report["score"] == 0
    assert report["ending"] == "graded"
    judged = [result for result in report["checks"] if result["status"] != "skipped"]
    assert {result["status"] for result in judged} == {status}
    for result in judged:
        assert fragment in result["message"]


@pytest.mark.parametrize(
    ("content", "fragment"), [("", "is empty"), (notebook(), "has no code to run"), ("<html></html>", "is a web page")]
)
def test_file_with_nothing_to_grade_gets_no_score(tmp_path, check, content, fragment):
    (tmp_path / "mine.ipynb").write_text(content)
    code, report = check("mine.ipynb")
    assert (code, report["score"], report["ending"]) == (3, None, "not_gradable")
    assert {result["status"] for result in report["checks"]} == {"not_gradable"}
    (message,) = {result["message"] for result in report["checks"]}
    assert fragment in message
    assert_one_sentence(message)


# replacement of train(), status of the check of its first update, part of the sentence
FUNCTIONS = {
    "missing": (
        "",
        "failed",
        "The function `train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True)` is missing",
    ),
    "too few arguments": (
        "def train(X, y): return X",
        "failed",
        "Expected `train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True)`, found `train(X, y)`: "
        "it has no parameter for w, b and epochs.",
    ),
    "too many arguments": ("def train(X, y, w, b, epochs, momentum): return X", "failed", "it also requires momentum"),
    "returns nothing": (
        "def train(X, y, w, b=0, learning_rate=1, epochs=1, fit_bias=True): pass",
        "failed",
        "returned None",
    ),
    "returns ragged lists": (
        "def train(X, y, w, b=0, epochs=1): return [0.0, [1.0]], 0.0, [1.0]",
        "failed",
        "w is a list, expected an array of shape (3,): its entries are not numbers",
    ),
    "yields": ("def train(X, y, w, b=0, epochs=1):\n    yield w", "failed", "returned a generator; expected 3 values"),
    "object array": (
        "def train(X, y, w, b=0, epochs=1): return np.array([None] * 3), 0.0, [1.0]",
        "failed",
        "w is an object array",
    ),
    "NaN": ("def train(X, y, w, b=0, epochs=1): return w * np.nan, 0.0, [1.0]", "failed", "w is NaN in 3 of 3 entries"),
    "text": ("def train(X, y, w, b=0, epochs=1): return 'w', 0.0, [1.0]", "failed", "w is a str"),
    "raises": (
        "def train(X, y, w, b=0, epochs=1):\n    raise ValueError('no\\x1b[31m\\nidea')",
        "error",
        "with ValueError: no",
    ),
    "loops forever": (
        "def train(X, y, w, b=0, epochs=1):\n    while True: pass",
        "timeout",
        "`train` did not finish in time",
    ),
    "prints megabytes": (
        "def train(X, y, w, b=0, epochs=1):\n    while True: print('x' * 999)",
        "output",
        "printed more than",
    ),
    "waits for input": ("def train(X, y, w, b=0, epochs=1): return input()", "error", "waits for input()"),
    "exits": ("def train(X, y, w, b=0, epochs=1): raise SystemExit", "error", "`train` ended the program"),
    "kills itself": (
        "def train(X, y, w, b=0, epochs=1):\n    import os\n    os.kill(os.getpid(), 9)",
        "crashed",
        "`train` killed the Python process (SIGKILL)",
    ),
    "eats memory": (
        "def train(X, y, w, b=0, epochs=1): return np.ones((10**6, 10**6))",
        "memory",
        "needed more memory than allowed",
    ),
    "is no function": ("train = 5", "failed", "`train` is a value (int) at the end, not a function"),
    "calls itself": ("def train(X, y, w, b=0, epochs=1): return train(X, y, w)", "error", "RecursionError"),
}


LONG = {"loops forever": pytest.mark.long}  # a call may take 20 s


@pytest.mark.table
@pytest.mark.parametrize("name", [pytest.param(n, marks=LONG.get(n, ())) for n in FUNCTIONS])
def test_function_without_an_answer_is_explained(tmp_path, check, solution, name):
    code, status, fragment = FUNCTIONS[name]
    source = solution[: solution.index("def train")] + textwrap.dedent(code) + "\n"
    (tmp_path / "mine.py").write_text(source)
    exit_code, report = check("mine.py")
    result = ending(report, "one-update")
    assert (result["status"], result["score"]) == (status, 0)
    assert fragment in result["message"]
    assert_one_sentence(result["message"])
    assert exit_code == 1
    assert report["score"] == 45  # the other functions are correct and count
    assert "passed" not in {item["status"] for item in report["checks"][7:10]}


@pytest.mark.parametrize(
    ("prepare", "fragment"),
    [
        (lambda folder: folder / "nothing.py", "nothing.py does not exist: check the path of your solution."),
        (lambda folder: folder, "contains no notebook (.ipynb) and no Python file (.py)"),
        (
            lambda folder: two_notebooks(folder),
            "2 files that may be the solution (a.ipynb, b.ipynb): name the one to grade",
        ),
        (lambda folder: written(folder / "mine.txt", "x"), "is neither a notebook (.ipynb) nor a Python file (.py)"),
        (lambda folder: written(folder / "mine.zip", "x"), "is a damaged or encrypted archive"),
    ],
    ids=["missing file", "no notebook", "two notebooks", "other file", "damaged archive"],
)
def test_path_without_a_submission_is_wrong_usage(tmp_path, grader_here, prepare, fragment):
    done = grader_here("check", "single-neuron", prepare(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert fragment in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (("check", "double-neuron", "x.py"), "There is no assignment 'double-neuron'"),
        (("check", "single-neuron", "x.py", "--seed", "-1"), "--seed"),
        (("check", "single-neuron"), "The files to grade are missing"),
        (("chek",), "did you mean 'grader check'?"),
        (("new", "single-neuron", "--as", "poem"), "poem"),
    ],
)
def test_wrong_usage_is_exit_code_two(grader_here, arguments, fragment):
    done = grader_here(*arguments)
    assert done.returncode == 2
    assert fragment in done.stderr


def assert_one_sentence(message):
    assert message.endswith(".")
    assert "\n" not in message
    assert "\x1b" not in message
    assert "Traceback" not in message


def two_notebooks(folder):
    for name in ("a.ipynb", "b.ipynb"):
        (folder / name).write_text(notebook("def sigmoid(z):\n    return z", name))
    return folder


def written(path, text):
    path.write_text(text)
    return path
