"""Assignments in folders that try to run code in the grader's process, or to reach its surroundings."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys

import numpy as np
import pytest

from grader.assignment import load
from grader.diagnosis.proving import by_steps
from grader.expected import author, probes
from grader.expected.mutations import Mutations
from grader.expected.proof import program_file
from grader.expected.reference import Oracle
from grader.sandbox.worker_process import WorkerProcess
from grader.support.errors import NotGradable, UsageError
from grader.worker.author import execute

LINE = 20  # line of the expression in FOLDER
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
# {hostile expression: the part of it that the message names}. MARK is a path; a control shows that plain eval() works.
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
    "np.sum(*['x'])": "'x'",
    "{'a': x}['a']": "{'a': x}",
    "max(x, key=input)": "input",
}
HANGS = {
    "10 ** 10 ** 10 + x": "a power of integers is too large",
    "np.power(10, 10 ** 4) ** 10 ** 9 + x": "a power of integers is too large",
    "sum(1 for i in range(10 ** 12)) + x": "a range has more than 10000 numbers",
    "round(7, -10 ** 9) + x": "at most 400 digits",
    "np.zeros(10 ** 12) + 1": "more than 100000000 entries",
    "np.ones((10 ** 6, 10 ** 6))": "more than 100000000 entries",
    "np.arange(0, 1, 1e-12)": "more than 100000000 entries",
    "np.tile(x, 10 ** 12)": "more than 100000000 entries",
}


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes the assignment with an expression, and returns its folder."""

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
def test_expression_that_runs_code_is_refused_with_its_line(folder, tmp_path, step, part):
    own = folder(step)
    with pytest.raises(UsageError, match=re.escape(f"assignment.yaml:{LINE}: ")) as raised:
        load(str(own))
    sentence = str(raised.value)
    assert re.search(rf"['\"] has [^;]*{re.escape(part)}", sentence), sentence
    assert "docs/authoring-bugs.md" in sentence
    assert not [path for path in os.listdir(tmp_path) if path.startswith("mark")]


@pytest.mark.quick
@pytest.mark.parametrize("step", [step for step in CODE if "'touch MARK'" in step or "MARK.npy" in step])
def test_same_expression_works_in_plain_eval(tmp_path, step):
    eval(step.replace("MARK", str(tmp_path / "mark")), {"np": np, "x": np.ones(4)})
    assert [path for path in os.listdir(tmp_path) if path.startswith("mark")]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "returns: [y]}\n  halve",
            "returns: [\"a[__import__('os').getpid()]\"]}\n  halve",
            "is not a valid Python name",
        ),
        ("    y: 'x'", "    ? \"a[__import__('os').getpid()]\"\n    : 'x'", "is not a valid Python name"),
        ("(x)", "(__builtins__)", "is not a Python signature"),
        ("  halve: {y: x / 2}", "  halve: {y: 'lambda: 1'}", "is not allowed"),
        ("  halve: {y: x / 2}", "  halve: {y: " + "-" * 3000 + "x}", "is longer than 2000 characters"),
        ("  halve: {y: x / 2}", "  halve: {y: " + "-" * 1900 + "x}", "is nested too deep"),
    ],
)
def test_names_and_nesting_do_not_bypass_the_checks(folder, old, new, message):
    own = folder("x")
    text = (own / "assignment.yaml").read_text()
    assert old in text
    (own / "assignment.yaml").write_text(text.replace(old, new))
    with pytest.raises(UsageError, match=re.escape(message)):
        load(str(own))


@pytest.mark.quick
def test_steps_with_too_many_calls_are_refused(folder):
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
@pytest.mark.parametrize(("step", "message"), HANGS.items(), ids=HANGS)
def test_endless_expression_is_not_computed(folder, step, message):
    loaded = load(str(folder(step)))
    (case,) = probes.cases(loaded.content, ["numbers"], 0)
    results, problem = by_steps(Mutations(loaded), "double", case)
    assert (results, message in problem) == ({}, True), problem


@pytest.mark.quick
def test_yaml_aliases_cannot_blow_up_a_file(folder):
    own = folder("x")
    aliases = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    aliases += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with (own / "assignment.yaml").open("a") as file:
        file.write("\n".join(aliases) + "\n")
    with pytest.raises(UsageError, match=r"assignment.yaml:\d+: the file becomes too large through its aliases"):
        load(str(own))


# {attack: (code in the folder, a part of the message)}; {mark} and {own} are files to write, {secret} is one to read.
ATTACKS = {
    "writes a file": ("open({mark!r}, 'w').close()", None),  # at strong the worker has its own /tmp
    "writes into its folder": ("open({own!r}, 'w').close()", "reference.py, line 1, "),
    "reads the home folder": ("raise ValueError(open({secret!r}).read())", "reference.py, line 1, "),
    "runs a program": ("import subprocess; subprocess.run(['touch', {mark!r}], check=True)", None),
    "reaches the network": ("import socket; socket.create_connection(('127.0.0.1', {port}))", "reference.py, line 1, "),
    "ends the process": ("import os; os._exit(0)", "ended its process"),
    "ends the program": ("raise SystemExit(0)", "SystemExit: 0"),
    "kills its parents": ("import os, signal; os.kill(os.getppid(), signal.SIGKILL); os.kill(1, 9)", None),
    "writes into the channel": (
        "import os\nfor n in range(3, 64):\n    try: os.write(n, b'x' * 64)\n    except OSError: pass",
        "broke the connection",
    ),
    "never ends": ("while True: pass", "did not finish within 3 s"),
    "looks for the grader": ("import sys; sys.modules['grader'].oracle", "KeyError: 'grader'"),
    "needs a module": ("import no_such_module", "needs no_such_module, which is not installed here"),
    "is not valid Python": ("def", "SyntaxError"),
}


@pytest.fixture
def attack(folder, tmp_path, monkeypatch):
    """Return a function that calls a reference that begins with an attack, and returns (message, answer)."""
    (tmp_path / "secret").write_text("geheim")
    monkeypatch.setattr(author, "CALL_SECONDS", 3)

    def made(code, port=9):
        names = {"mark": tmp_path / "mark", "own": tmp_path / "own" / "mark", "secret": tmp_path / "secret"}
        text = code.format(port=port, **{name: str(path) for name, path in names.items()})
        loaded = load(str(folder("2 * x", reference=f"{text}\n\n\ndef double(x):\n    return 2 * x\n")))
        try:
            answer = Oracle(loaded, live=True).results("double", {"x": np.ones(2)})["y"].tolist()
        except NotGradable as error:
            return str(error), None
        finally:
            author.author_of(loaded).close()
        return "", answer

    return made


@pytest.mark.table
@pytest.mark.parametrize("name", ATTACKS)
def test_python_code_of_a_folder_is_confined(attack, tmp_path, name):
    code, message = ATTACKS[name]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sentence, answer = attack(code, listening.getsockname()[1])
    assert not (tmp_path / "mark").exists() and not (tmp_path / "own" / "mark").exists()
    assert "geheim" not in sentence
    if message is not None:
        assert message in sentence and answer is None
    else:
        assert answer in (None, [2, 2])


@pytest.mark.table
@pytest.mark.parametrize("name", ["writes a file", "writes into its folder", "runs a program", "reads the home folder"])
def test_same_code_succeeds_in_the_graders_process(folder, tmp_path, name):
    """Positive control: otherwise the test above could pass without any protection."""
    (tmp_path / "secret").write_text("geheim")
    paths = {"mark": tmp_path / "mark", "own": tmp_path / "own" / "mark", "secret": tmp_path / "secret"}
    text = ATTACKS[name][0].format(**{key: str(path) for key, path in paths.items()})
    own = folder("x", reference=text)
    try:
        execute(str(own / "reference.py"), "reference")
        assert (tmp_path / "mark").exists() or (own / "mark").exists()
    except ValueError as error:
        assert str(error) == "geheim"


STEPS = """\
import numpy as np

calls = 0


def double(x, halve, shift=0.0):
    global calls
    calls += 1
    try:
        halve(np.ones(3), 4)
    except TypeError:
        pass
    return {"y": 4 * halve(x) + shift}


def broken(x, y):
    raise ZeroDivisionError(f"{y.sum():g}")


def leaves(x):
    open(MARK, "w")
"""


def test_python_steps_in_a_worker_call_functions_of_the_grader(folder, tmp_path):
    """A function of the folder runs in its worker and calls steps that are expressions, which are computed here."""
    own = folder("x", mistakes=STEPS.replace("MARK", repr(str(tmp_path / "own" / "mark"))))
    text = (own / "assignment.yaml").read_text().replace("  double:\n    y: 'x'\n", "  double: mistakes.double\n")
    text += "bugs:\n  - {name: shifted, function: double, options: {shift: 1.0}}\n"
    text += "  - {name: broken, function: double, mutation: mistakes.broken}\n"
    text += "  - {name: leaves, function: double, mutation: mistakes.leaves}\n"
    (own / "assignment.yaml").write_text(text)
    loaded = load(str(own))
    mutations, x = Mutations(loaded), np.array([1.0, 2.0])
    shifted, broken, leaves = mutations.of("double")
    assert mutations.uses("double") == {"halve"}
    assert mutations.results("double", [], {"x": x})["y"].tolist() == [2, 4]
    assert mutations.results("double", [shifted], {"x": x})["y"].tolist() == [3, 5]
    with pytest.raises(author.AuthorCodeError, match=r"^6$") as raised:
        mutations.results("double", [broken], {"x": x})
    assert (raised.value.kind, raised.value.line) == ("ZeroDivisionError", 17)
    with pytest.raises(author.AuthorCodeError):
        mutations.results("double", [leaves], {"x": x})
    assert not (own / "mark").exists()
    worker = author.author_of(loaded)._worker
    assert mutations.results("double", [], {"x": x})["y"].tolist() == [2, 4]
    assert author.author_of(loaded)._worker is worker  # the same worker for all calls
    author.author_of(loaded).close()


def test_worker_that_always_dies_is_not_started_again(folder, monkeypatch):
    loaded = load(str(folder("x", reference="def double(x):\n    import os\n    os._exit(3)\n")))
    started = []
    monkeypatch.setattr(author, "WorkerProcess", lambda *given: started.append(given) or WorkerProcess(*given))
    for _ in range(4):
        with pytest.raises(NotGradable, match=r"The code of the assignment \(reference.py\) ended its process"):
            Oracle(loaded, live=True).results("double", {"x": np.ones(2)})
    assert len(started) == author.MOST_DEATHS


def test_object_that_cannot_be_sent_is_reported(folder):
    loaded = load(str(folder("x", reference="def double(x):\n    return object()\n")))
    with pytest.raises(NotGradable, match="returns an object of the type object: return arrays and numbers"):
        Oracle(loaded, live=True).results("double", {"x": np.ones(2)})
    author.author_of(loaded).close()


def test_many_calls_need_few_requests(folder, monkeypatch):
    reference = "def double(x):\n    return 2 * x\n\n\ndef cost(x, k=1):\n    return (x**2).sum() * k\n"
    loaded = load(str(folder("x", reference=reference)))
    sent = []
    original = WorkerProcess.send
    monkeypatch.setattr(WorkerProcess, "send", lambda self, *given: sent.append(given) or original(self, *given))
    x = np.arange(900.0)
    right, slope = Oracle(loaded, live=True).central_differences("cost", {"x": x}, "x", 2 * x)
    np.testing.assert_allclose(slope, right, rtol=1e-4, atol=1e-3)
    assert len(sent) == 2  # one for its parameters, one for 1800 calls
    author.author_of(loaded).close()


@pytest.mark.quick
@pytest.mark.parametrize("file", ["reference", "mistakes"])
def test_link_out_of_the_folder_is_not_executed(folder, tmp_path, file):
    own = folder("x")
    (tmp_path / "outside.py").write_text("def double(x):\n    return 2 * x\n")
    (own / f"{file}.py").unlink(missing_ok=True)
    (own / f"{file}.py").symlink_to(tmp_path / "outside.py")
    loaded = load(str(own))
    with pytest.raises(
        UsageError, match=f"'{file}.py' is a link that leads out of the folder; put the file itself there"
    ):
        loaded.reference_file() if file == "reference" else program_file(loaded, "mistakes.double")


@pytest.mark.quick
def test_bundled_references_need_no_worker():
    loaded = load("single-neuron")
    assert Oracle(loaded, live=True).program("numpy_challenge.challenge") is not None
    assert Mutations(loaded).is_program("train")
    assert loaded not in author._AUTHORS


SHADOWS = ("typing", "numpy", "click", "yaml", "pydantic", "matplotlib", "tensorflow", "sitecustomize", "usercustomize")


@pytest.mark.parametrize("module", ["grader", "grader.ci.needs"])
def test_modules_of_the_current_folder_are_not_imported(tmp_path, module):
    """A submission may be there; plain Python in the same folder does import the module."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'a').write({name!r})\n")
    (tmp_path / "matplotlibrc").write_text("backend: module://numpy\n")
    arguments = ["list"] if module == "grader" else [".grader.yml"]
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "mark").exists()
    subprocess.run([sys.executable, "-c", "import numpy"], cwd=tmp_path, check=True)
    assert (tmp_path / "mark").read_text() == "numpy"
