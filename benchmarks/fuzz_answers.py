"""Grade submissions with odd answers through the command line: ``python benchmarks/fuzz_answers.py [--submissions 2000] [--seed 0]``.

Each is a correct solution in which some functions return odd values, or whose worker sends odd data about variables, figures,
models and training, or about the submission itself. ``grader grade`` grades them as a class. Every submission must get a
status: exit code 1 if one is not graded, or if the grader shows a traceback. ``--keep DIR`` keeps the submissions and the
results. Linux only.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from grader.support.places import ASSIGNMENTS

GRADER = str(Path(sys.executable).with_name("grader"))
# The share of each assignment, in percent of the submissions.
SHARES = {"single-neuron": 56, "relu-swap": 32, "numpy-mnist": 3, "cifar-grayscale": 4, "clothing-mlp": 5}
SLOW = {"challenge_train": "[X[:, :1], labels[:1]]", "challenge_predict": "np.arange(X.shape[1]) % 10"}

# Values that a function returns instead of ``right`` or a part of it.
LEAVES = (
    *("None", "True", "False", "0", "1", "-1", "2**62", "2**63", "10**400", "0.5", "-0.0", "float('nan')"),
    *("float('inf')", "-float('inf')", "1e308", "5e-324", "1j", "complex('nan')", "''", "'0.5'", "b'x'", "'x' * 20000"),
    *("...", "NotImplemented", "int", "np", "lambda: 0", "(x for x in [1.0])", "iter([1.0])", "range(3)", "object()"),
    *("[]", "()", "{}", "set()", "[[]]", "[[], []]", "[[1.0], [1.0, 2.0]]", "[1.0, [2.0]]", "[[1.0, 2.0], 3.0]"),
    *("[None]", "[None, 1.0]", "['a', 1.0]", "[np.ones(2), np.ones(3)]", "[np.ones((2, 2)), 1.0]", "(np.ones(2),)"),
    *("np.ones(0)", "np.ones((0, 3))", "np.ones((3, 0, 2))", "np.array(0.5)", "np.array([0.5])", "np.array(None)"),
    *("np.array([1, 'a'], dtype=object)", "np.array([[1.0], [2.0, 3.0]], dtype=object)", "np.array(['a', 'b'])"),
    *("np.array([b'a'])", "np.array(['2020-01-01'], dtype='M8[D]')", "np.array([1], dtype='m8[s]')"),
    *("np.zeros(3, dtype=[('a', 'f8'), ('b', 'i4')])", "np.float128(0.5)", "np.ones(3, np.float128)", "np.float16(1)"),
    *(
        "np.ones(3, np.float16)",
        "np.ones(3, np.complex128)",
        "np.ones(3, bool)",
        "np.ones(3, np.int8)",
        "np.uint8(255)",
    ),
    *("np.full(3, np.nan)", "np.full(3, np.inf)", "np.full((2, 2), -np.inf)", "np.ma.masked_all(3)", "np.ma.masked"),
    *("np.matrix([[1.0, 2.0]])", "np.ones((1,) * 32)", "np.ones((2,) * 20)", "np.ones(10**6)", "np.ones((1000, 1001))"),
    *("np.ones(10**8, np.int8)", "np.broadcast_to(1.0, (10**5, 10**5))", "np.ones((7, 7, 7, 7))", "[0.0] * 50000"),
    *("[[0.0] * 300] * 300", "[np.float64(1)] * 1000", "{'w': np.ones(3)}", "{1: 2}", "{None: 1}", "{(1, 2): [3]}"),
    *("{'dw': [1, [2]], 'db': None}", "{'': 1}", "{'a' * 500: 1}", "{'\\ud800': 1}", "{'\\u202e\\x1b[31m': 1}"),
    *("type('Odd', (float,), {})(1)", "type('Odd', (np.ndarray,), {})((2, 2))", "type('X' * 300, (), {})()"),
    *("np.finfo(float).max * np.ones(3)", "np.nextafter(0, 1) * np.ones((4, 1))", "-np.ones((3, 1))", "np.eye(7)"),
)
FORMS = (
    *("ODD",) * 6,
    *("[ODD]", "(ODD,)", "(ODD, ODD)", "[ODD, ODD, ODD]", "{'a': ODD}", "(ODD,) * 6", "[right, ODD]"),
    *("(ODD, right)", "np.asarray(right) * ODD", "np.asarray(right) + ODD", "np.asarray(right).astype(ODD)", "[right]"),
    *("np.asarray(right)[..., None] * np.ones(2)", "np.asarray(right).tolist()", "np.asarray(right).T", "str(right)"),
    *("np.asarray(right)[:0]", "np.asarray(right)[None, None]", "np.concatenate([np.ravel(right)] * 2)"),
    *("tuple(np.asarray(item).tolist() for item in right)", "tuple(right)[:-1] + (ODD,)", "(ODD,) + tuple(right)[1:]"),
    *("tuple(right)[::-1]", "tuple(right) * 2", "[list(right)]", "dict(enumerate(right))", "list(map(str, right))"),
    *(
        "dict(zip('ab', right))",
        "tuple(np.asarray(item) * ODD for item in right)",
        "tuple(np.float32(i) for i in right)",
    ),
    *(
        "tuple(np.asarray(item, dtype=object) for item in right)",
        "[np.asarray(item).tolist() + [ODD] for item in right]",
    ),
    *(
        "tuple(np.where(np.arange(np.size(i)).reshape(np.shape(i)) == 0, ODD, i) for i in right)",
        "right if n % 2 else ODD",
    ),
    *("ODD if n > 2 else right", "np.random.rand(*np.shape(right))", "(right, right)", "np.full(np.shape(right), ODD)"),
)
ODD_FUNCTION = """
_right_{name}, _calls_{name} = {name}, []


def {name}({signature}):
    _calls_{name}.append(0)
    n = len(_calls_{name})
    try:
        right = _right_{name}({passed})
    except Exception:
        right = None
    try:
        return {answer}
    except {caught}:
        return {leaf}
"""

# Data that a worker sends about a submission, as text; parts of it are replaced.
IMAGE = "{'data': np.ones((28, 28)), 'colour_map': 'gray', 'colours': [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]}"
AXES = (
    "{'titles': ['loss', 'cat'], 'x_label': 'epoch', 'y_label': 'loss', 'images': [IMAGE], "
    "'lines': [{'y': np.arange(5.0)}, {'y': [4.0, 3.0, 2.0, 1.0, 0.5]}]}"
).replace("IMAGE", IMAGE)
DATA = (
    "{'type': 'ndarray', 'shape': [100, 28, 28], 'dtype': 'float32', 'range': [0.0, 1.0], 'deviation': 0.3, "
    "'standardised': False, 'origin': {'fashion_mnist': {'training': 1.0, 'test': 0.0}}, "
    "'pairs': {'fashion_mnist': [[k, k % 10] for k in range(30)]}}"
)
HISTORY = "{'loss': [3.0, 2.0, 1.0], 'val_loss': [3.0, 2.0, 2.5], 'accuracy': [0.5, 0.6, 0.7], 'val_accuracy': [0.5, 0.6, 0.6]}"
FIT = (
    f"{{'method': 'fit', 'model': ['model'], 'number': 0, 'inputs': {DATA}, 'validation': {DATA}, 'validation_split': 0.0, "
    "'epochs': 3, 'batch_size': 32, 'callbacks': [{'types': ['EarlyStopping', 'Callback'], 'monitor': 'val_loss', "
    f"'keeps_best': False, 'settings': '{{}}'}}], 'history': {HISTORY}}}"
)
LAYER = "{'type': 'Dense', 'settings': '{\"units\": 10}', 'units': 10, 'activation': 'softmax'}"
MODEL = (
    f"{{'built': True, 'sequential': True, 'layers': [{LAYER.replace('10', '64').replace('softmax', 'relu')}, {LAYER}], "
    "'loss': {'name': 'sparse_categorical_crossentropy', 'from_logits': False, 'settings': '{}', 'values': [1.0, 2.0, 3.0]}, "
    "'optimizer': 'adam', 'inputs': [28, 28], 'outputs': [10], 'steps': 900, 'trainable': [1, 2, 3]}"
)
SAID = {
    "model": f"{{'type': 'Sequential', 'length': None, 'value': {MODEL}, 'model': True}}",
    "regularized_model": f"{{'type': 'Sequential', 'length': None, 'value': {MODEL}, 'model': True}}",
    "history": f"{{'type': 'History', 'length': 4, 'value': {HISTORY}, 'model': False}}",
    "regularized_history": f"{{'type': 'History', 'length': 4, 'value': {HISTORY}, 'model': False}}",
    "gray_images": "{'type': 'ndarray', 'length': 100, 'value': np.ones((100, 32, 32)), 'model': False}",
    "images": "{'type': 'ndarray', 'length': 100, 'value': np.ones((100, 32, 32, 3), np.uint8), 'model': False}",
    "labels": "{'type': 'ndarray', 'length': 100, 'value': np.arange(100) % 10, 'model': False}",
    "CLASS_NAMES": "{'type': 'list', 'length': 10, 'value': list('abcdefghij'), 'model': False}",
}
SAY = """
import sys

import numpy as np

inspection, models = sys.modules["grader_worker.inspection"], sys.modules["grader_worker.models"]
said = {variables}
inspection.variables = lambda namespace, names, rows: {{name: said[name] for name in names if name in said}}
inspection.describe_figures = lambda: {figures}
inspection.describe_training = lambda namespace: {training}
models.predict = lambda model, inputs: {predicted}
{names}


def preprocess(images):
    return {preprocessed}


def to_grayscale(images):
    return images @ np.array([0.2989, 0.5870, 0.1140]) / 255
"""
PREDICTED = (
    *("np.eye(10)[np.arange(len(inputs)) % 10]", "np.arange(len(inputs)) % 10", "np.full((len(inputs), 10), np.nan)"),
    *("np.zeros((len(inputs), 10))", "np.ones((len(inputs), 1))", "[[0.1] * 10] * 5", "np.full(len(inputs), 1e300)"),
    *("np.full((len(inputs), 10), np.inf)", "np.ones((10, len(inputs)))", "-np.eye(10)[np.arange(len(inputs)) % 10]"),
    *(
        "np.ones((len(inputs), 3))",
        "np.ones((len(inputs), 10), np.int8)",
        "np.ones((len(inputs), 999), np.int8)",
        "ODD",
    ),
    *("np.full((len(inputs), 10), 1e308)", "np.ones((len(inputs), 10), complex)", "np.ones((len(inputs), 2, 5))"),
)
PREPROCESSED = ("images / 255", "images / 255", "images.reshape(len(images), -1) / 255", "images", "ODD", "images[:1]")

# The worker changes the header of each answer at one random position.
CHANGE_HEADERS = """
import random as _random
import sys as _sys

_frames, _choose = _sys.modules["grader_worker.frames"], _random.Random({seed})
_begin, _encode = _frames.begin, _frames.encode
_LEAVES = [None, True, -1, 0, 1, 2**31, 2**63, 10**400, 0.5, 1e308, float("nan"), "", "x" * 1000, "\\ud800", "<f8", [], {{}},
           [[]], ["none"], ["array", "<f8", [0]], ["array", "<f8", [-1]], ["array", "<f8", [2**39, 0]], ["list", []],
           ["dict", {{"": ["none"]}}], ["other", "x"], ["float", float("inf")], ["int", 2**62], ["tuple", [["none"]] * 3],
           {{"a": 1}}, [["x", "KEYWORD_ONLY", True]], "def", "VAR_POSITIONAL"]


def _changed(node):
    if isinstance(node, (list, dict)) and node and _choose.random() < 0.85:
        node = node.copy()
        key = _choose.choice(list(node)) if isinstance(node, dict) else _choose.randrange(len(node))
        if isinstance(node, dict) and _choose.random() < 0.1:
            node[_choose.choice(["", "self", "X", "\\u202e", "train"])] = node.pop(key)
        elif _choose.random() < 0.1:
            del node[key]
        else:
            node[key] = _changed(node[key])
        return node
    return _choose.choice(_LEAVES)


def _odd(header, payload=b""):
    if "progress" in header or "shown" in header or _choose.random() > {share}:
        return _encode(header, payload)
    identity = header["id"]
    for _ in range(_choose.randrange(1, 4)):
        key = _choose.choice([key for key in header if key != "id"] or ["value"])
        header = {{**header, key: _changed(header.get(key))}}
    return _encode({{**header, "id": identity}}, payload)


_frames.encode = _odd
"""


def leaf(choose: random.Random) -> str:
    """Return an odd value, as text."""
    return choose.choice(LEAVES)


def form(choose: random.Random, forms: tuple[str, ...]) -> str:
    """Return one of the forms, filled with odd values."""
    answer = choose.choice(forms)
    while "ODD" in answer:
        answer = answer.replace("ODD", leaf(choose), 1)
    return answer


def functions_of(source: str) -> dict[str, ast.FunctionDef]:
    """Return the functions at the top level."""
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def odd_functions(choose: random.Random, assignment: str) -> str:
    """Return a correct solution in which one or more functions return odd values."""
    source = (ASSIGNMENTS / assignment / "solution.py").read_text()
    functions = functions_of(source)
    slow = SLOW.keys() & functions
    chosen = {
        *slow,
        *choose.sample(sorted(functions), min(choose.choice([1, 1, 1, 2, len(functions)]), len(functions))),
    }
    parts = [source]
    for name in sorted(chosen):
        arguments = functions[name].args
        plain = [each.arg for each in arguments.args]
        right = name in slow and choose.random() < 0.5
        filled = {
            **{"name": name, "signature": ast.unparse(arguments), "passed": ", ".join(plain)},
            **{"answer": SLOW[name] if right else form(choose, FORMS), "leaf": leaf(choose)},
            "caught": choose.choice(["Exception", "Exception", "ZeroDivisionError"]),
        }
        text = ODD_FUNCTION.format(**filled)
        parts.append(
            text.replace(f"right = _right_{name}({filled['passed']})", "right = None") if name in slow else text
        )
    return "".join(parts)


def replaced(choose: random.Random, text: str) -> str:
    """Return the text of a value with some parts replaced by odd values."""
    tree = ast.parse(text, mode="eval")
    for _ in range(choose.choice([0, 1, 1, 2, 3])):
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Dict | ast.List) and ast.unparse(node) != "[]"]
        node = choose.choice(nodes or [ast.List([])])
        items = node.values if isinstance(node, ast.Dict) else node.elts
        if not items:
            continue
        position = choose.randrange(len(items))
        kind = choose.randrange(5)
        if kind == 0:
            del items[position]
            if isinstance(node, ast.Dict):
                del node.keys[position]
        elif kind == 1 and isinstance(node, ast.List):
            items += [items[position]] * choose.choice([1, 60, 3000])
        else:
            number = choose.choice(["-1", "0", "1", "2**40", "-2**40", "1e300", "float('nan')", "float('inf')", "-0.5"])
            odd = number if isinstance(items[position], ast.Constant) and choose.random() < 0.7 else leaf(choose)
            items[position] = ast.parse(odd, mode="eval").body
    return ast.unparse(tree)


def odd_description(choose: random.Random) -> str:
    """Return a submission that trains and plots nothing and sends odd data about training and figures."""
    said = ", ".join(f"{name!r}: {replaced(choose, text)}" for name, text in SAID.items() if choose.random() < 0.95)
    calls = [FIT, FIT.replace("'number': 0", "'number': 1").replace("['model']", "['regularized_model']")]
    calls.append(FIT.replace("'fit'", "'evaluate'"))
    return SAY.format(
        variables="{" + said + "}",
        figures=replaced(
            choose, "[" + ", ".join([f"{{'axes': [{AXES}, {AXES}]}}"] * choose.choice([1, 1, 2, 25])) + "]"
        ),
        training=replaced(choose, "[" + ", ".join(calls[: choose.choice([0, 1, 2, 3, 3])]) + "]"),
        predicted=form(choose, PREDICTED),
        preprocessed=form(choose, PREPROCESSED),
        names="\n".join(f"{name} = {choose.choice(['object()', 'None', '[1]', '{}'])}" for name in SAID),
    )


def odd_headers(choose: random.Random, source: str, share: float) -> str:
    """Return the submission with a worker whose answers are changed."""
    return source + CHANGE_HEADERS.format(seed=choose.randrange(10**9), share=share)


def submission(choose: random.Random, assignment: str) -> str:
    """Return one submission for an assignment."""
    if assignment in ("clothing-mlp", "cifar-grayscale") and choose.random() < 0.8:
        source = odd_description(choose)
    elif assignment == "clothing-mlp":
        source = SAY.format(
            **{"variables": "{}", "figures": "[]", "training": "[]", "predicted": "inputs", "names": ""},
            preprocessed=form(choose, PREPROCESSED),
        )
    else:
        source = odd_functions(choose, assignment)
    if choose.random() < 0.3:
        return odd_headers(choose, source, choose.choice([0.05, 0.3, 1.0]))
    return source


def grade(assignment: str, submissions: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Grade a folder of modules as a class."""
    command = [GRADER, "grade", assignment, submissions, "--out", out, "--seed", "0", *options]
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)


def statuses(out: Path) -> dict[str, list[dict[str, str]]]:
    """Return the checks of each student's report."""
    found = {}
    for report in sorted((out / "instructor").glob("*.json")):
        found[report.stem] = json.loads(report.read_text())["checks"]
    return found


def run(assignment: str, count: int, seed: int, folder: Path) -> tuple[Counter[str], int]:
    """Grade ``count`` odd submissions; return the number of checks with each status, and the number of failures."""
    given = folder / assignment / "submissions"
    given.mkdir(parents=True)
    choose = random.Random(f"{seed} {assignment}")
    for number in range(count):
        (given / f"s{number:04}.py").write_text(submission(choose, assignment), errors="surrogatepass")
    began = time.monotonic()
    done = grade(assignment, given, folder / assignment / "out")
    counts: Counter[str] = Counter()
    failures = 0
    found = statuses(folder / assignment / "out")
    for name, checks in found.items():
        counts.update(check["status"] for check in checks)
        lost = [check for check in checks if check["status"] == "not_gradable"]
        failures += bool(lost)
        for check in lost[:1]:
            print(f"NOT GRADED {assignment}/{name}, {check['name']}: {check['message']}")
    for stream in (done.stdout, done.stderr):
        if "Traceback" in stream:
            failures += 1
            print(f"TRACEBACK {assignment}: {stream[stream.index('Traceback') :][:2000]}")
    if len(found) != count or done.returncode not in (0, 1):
        failures += 1
        print(f"EXIT CODE {done.returncode} {assignment}, {len(found)} reports of {count}: {done.stderr[-2000:]}")
    seconds = time.monotonic() - began
    told = ", ".join(f"{status} {number}" for status, number in counts.most_common())
    print(
        f"{assignment}: {count} submissions in {seconds:.0f} s, exit code {done.returncode}; checks: {told}", flush=True
    )
    return counts, failures


def main() -> int:
    """Grade the submissions, one assignment after another."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=SHARES, action="append")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        for assignment in arguments.only or SHARES:
            share = 100 / len(arguments.only) if arguments.only else SHARES[assignment]
            count = max(round(arguments.submissions * share / 100), 1)
            of_one, failed = run(assignment, count, arguments.seed, arguments.keep or Path(temporary))
            counts += of_one
            failures += failed
    print("all checks: " + ", ".join(f"{status} {number}" for status, number in counts.most_common()))
    print(f"{failures} failures")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
