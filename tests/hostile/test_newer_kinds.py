"""Attacks on objects that stay in the worker, random numbers, sweeps, shares and answers: each ends as one of the known endings.

Each submission is a correct one with another definition at its end, which may only cost the points of one check.
"""

from __future__ import annotations

import json

import pytest

from grader.support.text import clean
from tests.hostile.conftest import HERE

KINDS = HERE / "kinds"
MEAN = "class Mean:\n    def __init__(self, rate): pass\n    def reset(self): pass\n    def add(self, x):\n        "
WORKER = "import sys; values = next(v for v in list(sys.modules.values()) if hasattr(v, 'Kept'))"
CALLABLE = "class C:\n    def __call__(self, X): return 1.0\n    def __getattr__(self, name):\n        {body}\ndef cost(target): return C()"
# {name: (definition, the check that it attacks, its status)}
ATTACKS = {
    "method never returns": (MEAN + "while True: pass", "sequence", "timeout"),
    "method ends the process": (MEAN + "import os; os._exit(0)", "sequence", "crashed"),
    "method deletes itself": (MEAN + "del Mean.add; return x", "sequence", "error"),
    "endless list with a length": (
        f"class L(list):\n    def __len__(self): return 2\n    def __iter__(self):\n        while True: yield 1.0\n{MEAN}return L()",
        "sequence",
        "memory",
    ),
    "forged handle": (f"{WORKER}\n{MEAN}return values.Kept('object 1')", "sequence", "protocol"),
    "forged function": (f"{WORKER}\n{MEAN}return [values.Own('Mean'), values.Given('tanh')]", "sequence", "protocol"),
    "other objects replaced": (
        f"import gc\n{MEAN}[d.update({{'object 1': 7}}) for d in gc.get_objects() if type(d) is dict and 'object 1' in d]; return x",
        "sequence",
        "error",
    ),
    "objects deleted": (
        f"import gc\n{MEAN}[d.clear() for d in gc.get_objects() if type(d) is dict and 'object 1' in d]; return x",
        "sequence",
        "error",
    ),
    "function returns itself": ("def cost(target): return cost", "returned", "failed"),
    "attribute never ends": (CALLABLE.format(body="while True: pass"), "returned", "timeout"),
    "attribute ends the process": (CALLABLE.format(body="import os; os._exit(0)"), "returned", "crashed"),
    "name with markup": ("def cost(target): return type('<b>\\x1b[31m\\u202e' * 99, (), {})()", "returned", "failed"),
    "ten thousand levels": (
        "def layers(X, weights):\n    for _ in range(10_000): X = [X]\n    return X",
        "lists-2",
        "failed",
    ),
    "ten million entries": ("def layers(X, weights): return [0.0] * 10**7", "lists-3", "failed"),
    "the expected mean": ("def draw(n): return np.full(n, 0.5)", "random", "failed"),
    "always the same seed": ("def draw(n):\n    np.random.seed(1)\n    return np.random.uniform(size=n)", "random", "failed"),
    "one draw in another order": (
        "KEPT = np.random.uniform(size=999)\ndef draw(n): return np.random.permutation(KEPT[:n])",
        "random",
        "failed",
    ),
    "too many numbers": ("def draw(n): return np.random.uniform(size=10**6)", "random", "failed"),
    "huge numbers": ("def draw(n): return 1e308 * np.random.choice([-1, 1], n)", "random", "failed"),
    "costs without numbers": ("def descend(x, rate, epochs): return 0.0, [-np.inf] * epochs", "sweep", "failed"),
    "stored labels": ("def train(X, y, seed): return 0.1 + 0.8 * y\ndef predict(params, X): return params", "share", "failed"),
    "process ends between calls": (
        "import threading, os, time\ndef train(X, y, seed):\n"
        "    threading.Thread(target=lambda: (time.sleep(0.05), os._exit(0)), daemon=True).start()\n"
        "def predict(params, X):\n    time.sleep(1)\n    return np.zeros(4)",
        "share",
        "crashed",
    ),
    "all numbers": ("answers['q1'] = [25, 26, 27]", "number", "failed"),
    "no number": ("answers['q1'] = float('nan')", "number", "failed"),
    "all choices": ("answers['q2'] = ['red', 'green', 'blue']", "choice", "failed"),
    "all entries": ("answers['q3'] = 'red, green, blue, black'", "set", "failed"),
    "markup and control characters": ("answers['q2'] = '<script>\\x1b[31m\\u202e\\ud800'", "choice", "failed"),
}  # fmt: skip


@pytest.fixture
def checked(grader, tmp_path):
    def check(definition):
        file = tmp_path / "submission.py"
        file.write_text(f"{(KINDS / 'correct.py').read_text()}\n\n{definition}\n")
        done = grader("check", KINDS, file, "--json", "--isolation", "strong")
        assert "Traceback" not in done.stderr
        report = json.loads(done.stdout)
        assert report["ending"] == "graded"
        for item in report["checks"]:
            assert clean(item["message"], len(item["message"]) + 1) == item["message"]
        return {item["name"]: item["status"] for item in report["checks"]}

    return check


@pytest.mark.long
@pytest.mark.parametrize("name", ATTACKS)
def test_attack_costs_the_points_of_its_check(checked, name):
    definition, attacked, status = ATTACKS[name]
    statuses = checked(definition)
    assert statuses[attacked] == status
    others = {other for other in statuses if other.split("-")[0] != attacked.split("-")[0]}
    assert {statuses[other] for other in others - {"text"}} == {"passed"}


@pytest.mark.long
def test_correct_submission_passes(checked):
    statuses = checked("")
    assert statuses.pop("text") == "skipped"
    assert {*statuses.values()} == {"passed"}
