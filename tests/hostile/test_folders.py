"""Assignments in folders that try to run code in the grader's process, or to reach what lies around it."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from grader import probes
from grader.assignment import load
from grader.diagnosis.mutants import Mutations
from grader.diagnosis.proof import by_steps
from grader.errors import UsageError

LINE = 20  # of the expression
FOLDER = """\
name: doubling
version: "1"
title: Doubling
reference: reference.py
functions:
  double: {{signature: "(x)", returns: [y]}}
  halve: {{signature: "(x)", returns: [y]}}
probes:
  numbers: {{inputs: {{x: {{draw: normal, shape: [4]}}}}}}
checks:
  - name: double
    title: Doubled
    kind: values
    function: double
    probes: [numbers]
    points: 1
steps:
  halve: {{y: x / 2}}
  double:
    y: {step}
"""
# What each tries, and the part of it that is named. MARK is a path; a control shows that plain eval() does it.
CODE = {
    "__import__('os').system('touch MARK')": "__import__",
    "eval(\"__import__('os').system('touch MARK')\")": "eval",
    'exec(\'open("MARK", "w")\')': "exec",
    "open('MARK', 'w') and x": "open",
    "().__class__.__base__.__subclasses__()": "__subclasses__",
    "x.__class__.__mro__": "__mro__",
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'x']": "__subclasses__",
    "np.save('MARK.npy', x)": "np.save",
    "np.savetxt('MARK', x)": "np.savetxt",
    "x.tofile('MARK')": "x.tofile",
    "x.dump('MARK')": "x.dump",
    "np.memmap('MARK', dtype=float, mode='w+', shape=(2,))": "np.memmap",
    "np.DataSource().open('MARK', 'w')": "np.DataSource",
    "np.load('MARK', allow_pickle=True)": "np.load",
    "np.fromfile('MARK')": "np.fromfile",
    "np.genfromtxt('MARK')": "np.genfromtxt",
    "np.lib.npyio.DataSource().open('MARK', 'w')": "np.lib",
    "np.ctypeslib.load_library('libc', '/')": "np.ctypeslib",
    "np.testing.rundocs('MARK')": "np.testing",
    "np.f2py.compile('x')": "np.f2py",
    "np.vectorize(abs)(x)": "np.vectorize",
    "np.frompyfunc(abs, 1, 1)(x)": "np.frompyfunc",
    "np.sum.__globals__": "np.sum.__globals__",
    "np.linalg.linalg": "np.linalg.linalg",
    "[m for m in [np]][0].save('MARK.npy', x)": ".save",
    "(lambda: open('MARK', 'w'))() and x": "lambda",
    "(f := x)": "f := x",
    'f\'{open("MARK", "w")}\'': "{open(",
    "'{0.__class__}'.format(x)": "format",
    "'%s' % x": "%s",
    "getattr(x, 'to' + 'file')('MARK')": "'to'",
    "getattr(x, 'tofile')('MARK')": "getattr",
    "vars(np)": "'np'",
    "like(np, 0)": "'np'",
    "(np).save('MARK.npy', x)": "np.save",
    "globals()": "globals",
    "breakpoint()": "breakpoint",
    "__builtins__": "__builtins__",
    "sigmoid.__globals__['np']": "sigmoid.__globals__",
    "(y for y in x).gi_frame.f_back": "gi_frame",
    "x.ctypes.data": "x.ctypes",
    "np.exp(x, out=x)": "out=",
    "np.sum(*[x])": "*[x]",
    "{'a': x}['a']": "{'a': x}",
    "max(x, key=input)": "input",
}
HANGS = {
    "10 ** 10 ** 10 + x": "a power of whole numbers is too large",
    "np.power(10, 10 ** 4) ** 10 ** 9 + x": "a power of whole numbers is too large",
    "sum(1 for i in range(10 ** 12)) + x": "a range has more than 10000 numbers",
    "round(7, -10 ** 9) + x": "at most 400 digits",
    "np.zeros(10 ** 12) + 1": "more than 100000000 entries",
    "np.ones((10 ** 6, 10 ** 6))": "more than 100000000 entries",
    "np.arange(0, 1, 1e-12)": "more than 100000000 entries",
    "np.tile(x, 10 ** 12)": "more than 100000000 entries",
}


@pytest.fixture
def folder(tmp_path):
    """A function that writes the assignment with an expression in it, and returns its folder."""

    def made(step, **files):
        own = tmp_path / "own"
        own.mkdir()
        quoted = "'" + step.replace("MARK", str(tmp_path / "mark")).replace("'", "''") + "'"
        (own / "assignment.yaml").write_text(FOLDER.format(step=quoted))
        (own / "reference.py").write_text("def double(x):\n    return 2 * x\n")
        (own / "solution.py").write_text("def double(x):\n    return 2 * x\n\n\ndef halve(x):\n    return x / 2\n")
        for name, text in files.items():
            (own / f"{name}.py").write_text(text)
        return own

    return made


@pytest.mark.quick
@pytest.mark.parametrize(("step", "part"), CODE.items(), ids=CODE)
def test_an_expression_that_runs_code_is_refused_with_its_line(folder, tmp_path, step, part):
    own = folder(step)
    with pytest.raises(UsageError, match=re.escape(f"assignment.yaml:{LINE}: ")) as raised:
        load(str(own))
    sentence = str(raised.value)
    assert re.search(rf"['\"] has [^;]*{re.escape(part)}", sentence), sentence
    assert "docs/authoring.md" in sentence
    assert not [path for path in os.listdir(tmp_path) if path.startswith("mark")]


@pytest.mark.quick
@pytest.mark.parametrize("step", [step for step in CODE if "'touch MARK'" in step or "MARK.npy" in step])
def test_the_same_expression_works_where_nothing_is_refused(tmp_path, step):
    eval(step.replace("MARK", str(tmp_path / "mark")), {"np": np, "x": np.ones(4)})
    assert [path for path in os.listdir(tmp_path) if path.startswith("mark")]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("returns: [y]}\n  halve", "returns: [\"a[__import__('os').getpid()]\"]}\n  halve", "is not a name in Python"),
        ("    y: 'x'", "    ? \"a[__import__('os').getpid()]\"\n    : 'x'", "is not a name in Python"),
        ("(x)", "(__builtins__)", "is not a Python signature"),
        ("  halve: {y: x / 2}", "  halve: {y: 'lambda: 1'}", "is not allowed"),
        ("  halve: {y: x / 2}", "  halve: {y: " + "-" * 3000 + "x}", "has more than 2000 characters"),
        ("  halve: {y: x / 2}", "  halve: {y: " + "-" * 1900 + "x}", "is nested too deep"),
    ],
)
def test_no_name_or_nesting_gets_around_it(folder, old, new, said):
    own = folder("x")
    text = (own / "assignment.yaml").read_text()
    assert old in text
    (own / "assignment.yaml").write_text(text.replace(old, new))
    with pytest.raises(UsageError, match=re.escape(said)):
        load(str(own))


@pytest.mark.quick
def test_calls_that_would_never_end_are_refused(folder):
    own = folder("halve(x)")
    steps = "".join(f"  f{i}: {{y: f{i + 1}(x) + f{i + 1}(x)}}\n" for i in range(30))
    functions = "".join(f'  f{i}: {{signature: "(x)", returns: [y]}}\n' for i in range(31))
    text = (own / "assignment.yaml").read_text()
    text = text.replace("probes:\n  n", f"{functions}probes:\n  n").replace(
        "steps:\n", f"steps:\n{steps}  f30: {{y: x}}\n"
    )
    (own / "assignment.yaml").write_text(text)
    with pytest.raises(UsageError, match="the steps of f0 call other functions more than 100000 times"):
        load(str(own))


@pytest.mark.quick
@pytest.mark.parametrize(("step", "said"), HANGS.items(), ids=HANGS)
def test_an_expression_that_would_never_end_cannot_be_computed(folder, step, said):
    loaded = load(str(folder(step)))
    (case,) = probes.cases(loaded.content, ["numbers"], 0)
    found, problem = by_steps(Mutations(loaded), "double", case)
    assert (found, said in problem) == ({}, True), problem


@pytest.mark.quick
def test_aliases_cannot_blow_up_a_file(folder):
    own = folder("x")
    aliases = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    aliases += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with (own / "assignment.yaml").open("a") as file:
        file.write("\n".join(aliases) + "\n")
    with pytest.raises(UsageError, match=r"assignment.yaml:\d+: becomes too large by its aliases"):
        load(str(own))
