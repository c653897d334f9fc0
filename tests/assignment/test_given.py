"""Files, values of names, and packages that a course provides to its students' code."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from grader.assignment import load
from grader.assignment.limits import Limits
from grader.machine import packages
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmStart
from grader.support.errors import UsageError
from tests.conftest import notebook
from tests.sandbox.test_session import submitted

YAML = """
name: own
version: "1"
title: The mean of each row
reference: reference.py
files: [train.csv, parts/first.npy, parts/second.npy]
globals:
  m: {length_of: X, axis: 1}
  two: 2.0
  W: {file: w.npy}
packages: [numpy, "matplotlib>=3", yaml]
functions:
  mean: {signature: (X), returns: [s]}
probes:
  rows: {times: 2, inputs: {X: {draw: normal, shape: [3, 5]}}}
checks:
  - {name: mean, title: The mean of each row, kind: values, function: mean, probes: [rows], points: 10}
"""
SOLUTION = "import numpy as np\ndef mean(X):\n    return np.sum(X, axis=1) / X.shape[1]\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "exercise"
    (path / "parts").mkdir(parents=True)
    (path / "assignment.yaml").write_text(YAML)
    for name in ("reference.py", "solution.py"):
        (path / name).write_text(SOLUTION)
    (path / "train.csv").write_text("a,b\n1,2\n3,4\n")
    for name, value in (("parts/first", 1.0), ("parts/second", 2.0), ("w", 7.0)):
        np.save(path / f"{name}.npy", np.full(3, value))
    return path


@pytest.fixture
def checked(grader, folder, tmp_path):
    """Check a submission and return its only result."""

    def run(source, *options, name="mine.py"):
        (tmp_path / name).write_text(source)
        process = grader("check", folder, tmp_path / name, "--json", *options)
        assert "Traceback" not in process.stderr
        return json.loads(process.stdout)["checks"][0]

    return run


READING = {
    "kaggle": "open('/kaggle/input/digit-recognizer/train.csv').read()",
    "a folder above": "open('../data/train.csv').read()",
    "windows": r"open(r'C:\Users\me\Desktop\train.csv').read()",
    "another case": "open('Train.CSV').read()",
    "bytes": "open(b'/content/train.csv', 'rb').read().decode()",
    "by keyword": "open(file='/content/train.csv', mode='r').read()",
    "io": "__import__('io').open('/content/train.csv').read()",
    "codecs": "__import__('codecs').open('/content/train.csv', encoding='utf-8').read()",
    "a path": "__import__('pathlib').Path('/content/drive/MyDrive/train.csv').read_text()",
    "a descriptor": "__import__('os').read(__import__('os').open('/content/train.csv', 0), 100).decode()",
    "copied": "open(__import__('shutil').copy('/content/train.csv', 'copy.csv')).read()",
    "found by glob": "open(__import__('glob').glob('/kaggle/input/digits/*.csv')[0]).read()",
    "found by listing": "open([f'/kaggle/{name}' for name in __import__('os').listdir('/kaggle') if name == 'train.csv'][0]).read()",
    "where it lies": "open('train.csv').read()",
}


@pytest.mark.table
@pytest.mark.parametrize("expression", READING.values(), ids=READING)
def test_course_file_is_found_by_its_name(checked, expression):
    result = checked(f"text = {expression}\nassert text == 'a,b\\n1,2\\n3,4\\n', text\n{SOLUTION}")
    assert result["status"] == "passed", result["message"]


def test_replaced_file_is_noted(checked):
    assert "notes" not in checked(f"open('train.csv').read()\n{SOLUTION}")["evidence"]
    noted = checked(f"open('/kaggle/input/train.csv').read()\n{SOLUTION}")["evidence"]["notes"]
    assert noted == ["The course's train.csv was read instead of /kaggle/input/train.csv."]


LIBRARIES = """
import os, tarfile
import h5py, matplotlib.pyplot as plt
import numpy as np
assert np.load('/content/first.npy').tolist() == [1, 1, 1]
assert np.load('data/second.npy', mmap_mode='r').tolist() == [2, 2, 2]
assert np.loadtxt('/kaggle/train.csv', delimiter=',', skiprows=1).shape == (2, 2)
assert np.genfromtxt('../train.csv', delimiter=',', skip_header=1).shape == (2, 2)
assert len(np.fromfile('/kaggle/train.csv', np.uint8)) == 12
assert os.path.exists('/a/train.csv') and os.path.isfile('/a/train.csv') and os.path.getsize('/a/train.csv') == 12
assert os.access('/a/train.csv', os.R_OK) and not os.access('/a/train.csv', os.W_OK)
assert os.path.isdir('/content/parts') and sorted(os.listdir('/content/parts')) == ['first.npy', 'second.npy']
assert [entry.name for entry in os.scandir('/content/parts')]
assert os.path.realpath('/kaggle/train.csv') == '/kaggle/train.csv'  # and does not fail
"""


@pytest.mark.parametrize("level", ["strong", "medium", "none"])
def test_libraries_find_course_files_at_each_level(checked, level):
    result = checked(LIBRARIES + SOLUTION, "--isolation", level)
    assert result["status"] == "passed", result["message"]


@pytest.mark.parametrize("engine", ["shell", "kernel"])
def test_notebooks_find_course_files(checked, engine):
    cells = ("text = open('/content/train.csv').read()\nassert len(text) == 12", LIBRARIES, SOLUTION)
    result = checked(notebook(*cells), "--engine", engine, name="mine.ipynb")
    assert result["status"] == "passed"
    assert [note for note in result["evidence"]["notes"] if "stopped" in note] == []
    assert "The course's train.csv was read instead of /content/train.csv." in result["evidence"]["notes"]


def test_forked_worker_finds_course_files(folder):
    source = "text = open('/content/train.csv').read()\ndef f(): return text"
    equipment = WorkerSetup(files={"train.csv": folder / "train.csv"})
    with WarmStart() as warm:
        for _ in range(2):
            with Session(submitted(source), Limits(), equipment=equipment, warm=warm) as session:
                session.load()
                assert session.call("f", [], {}).value == "a,b\n1,2\n3,4\n"


NOT_FOUND = {
    "another name": "open('/kaggle/test.csv')",
    "to write": "open('/kaggle/train.csv', 'w')",
    "to append": "open('/kaggle/train.csv', 'a')",
    "to read and write": "open('/kaggle/train.csv', 'r+')",
    "to create": "os.open('/kaggle/train.csv', os.O_CREAT)",
    "a hidden folder": "open('/home/me/.config/train.csv')",
    "a folder of Python": "open(sys.prefix + '/train.csv')",
    "a file as a folder": "open('/kaggle/train.csv/x')",
    "what the assignment keeps": "open('/kaggle/solution.py')",
}


@pytest.mark.table
@pytest.mark.parametrize("expression", NOT_FOUND.values(), ids=NOT_FOUND)
def test_other_paths_are_unchanged(checked, expression):
    source = (
        f"import os, sys\ntry:\n    {expression}\nexcept OSError:\n    pass\nelse:\n    raise ValueError\n{SOLUTION}"
    )
    assert checked(source)["status"] == "passed"


def test_student_file_is_not_replaced(checked):
    source = f"open('/tmp/train.csv', 'w').write('own')\nassert open('/tmp/train.csv').read() == 'own'\n{SOLUTION}"
    assert checked(source)["status"] == "passed"


def test_system_functions_are_unchanged(checked):
    source = (
        "import builtins, io, os, shutil, tempfile\n"
        "assert builtins.open is io.open and open.__name__ == 'open'\n"
        "assert os.stat in os.supports_follow_symlinks and os.stat in os.supports_dir_fd and os.open in os.supports_dir_fd\n"
        "assert os.scandir in os.supports_fd and os.listdir in os.supports_fd\n"
        "there = tempfile.mkdtemp()\n"
        "os.makedirs(there + '/a/b')\n"
        "shutil.copytree(there + '/a', there + '/c')\n"
        "assert [names for _, names, _ in os.walk(there)][0]\n"
        "shutil.rmtree(there)\n"
        "assert not os.path.exists(there)\n"
        "assert list(os.walk('/nowhere/at/all/.hidden')) == []\n"
    )
    assert checked(source + SOLUTION)["status"] == "passed"


GLOBALS = "import numpy as np\ndata = np.loadtxt('test.csv')\nm, n = data.shape\n"


def cells(*sources):
    return {"source": notebook(*sources), "name": "mine.ipynb"}


@pytest.mark.table
@pytest.mark.parametrize(
    "body",
    [
        "def mean(X):\n    return X.sum(axis=1) / m",
        "def mean(X):\n    def inner(): return m\n    return X.sum(axis=1) / inner()",
        "def mean(X):\n    return (lambda: X.sum(axis=1) / m)()",
        "class Net:\n    def mean(self, X):\n        return X.sum(axis=1) / m",
        "class Net:\n    @staticmethod\n    def mean(X):\n        return X.sum(axis=1) / m",
        "def mean(X):\n    return helper(X) / m\ndef helper(X):\n    return two * X.sum(axis=1) / 2 + W.sum() - 21",
    ],
)
def test_undefined_name_gets_the_value_of_the_assignment(checked, body):
    result = checked(**cells(GLOBALS, body))
    assert result["status"] == "passed", result["message"]
    note = "Your code uses `m`, which it does not define: the assignment's value was used."
    assert note in result["evidence"]["notes"]


@pytest.mark.parametrize(
    "body",
    [
        "m = 4\ndef mean(X):\n    return X.sum(axis=1) / m",  # the student's own value, although it is wrong
        "def mean(X):\n    return X.sum(axis=1) / k",  # a name that the assignment does not have
    ],
)
def test_other_names_get_no_value(checked, body):
    result = checked(**cells("import numpy as np", body))
    assert result["status"] in ("failed", "error")
    assert not [note for note in result["evidence"].get("notes", []) if "the assignment's value" in note]


def test_function_may_define_the_name_itself():
    source = "def a():\n    global m\n    m = 3\ndef b(): return m"
    with Session(submitted(source), Limits(), equipment=WorkerSetup(globals=["m", "other"])) as session:
        session.load()
        assert session.definitions.unbound == ["m"]
        assert session.call("b", [], {}, supply={"m": 5, "other": 1}).value == 5
        assert session.call("b", [], {}, supply={"m": 6}).value == 6
        session.call("a", [], {})
        assert session.call("b", [], {}, supply={"m": 7}).value == 3


def test_code_that_does_not_use_the_name_gets_no_value():
    source = "def f(): return sorted(name for name in globals() if name in ('m', 'n'))\ndef g(x): return x.n"
    with Session(submitted(source), Limits(), equipment=WorkerSetup(globals=["m", "n"])) as session:
        session.load()
        assert session.definitions.unbound == []
        assert session.call("f", [], {}, supply={"m": 5}).value == []


MISTAKES = {
    "missing": ("files: [train.csv, test.csv]", 6, "'test.csv' is not a file of the folder"),
    "a folder": ("files: [parts]", 6, "'parts' is not a file of the folder"),
    "absolute": ("files: [/etc/passwd]", 6, "'/etc/passwd' is not a path inside the folder"),
    "outside": ("files: [../other.csv]", 6, "'../other.csv' is not a path inside the folder"),
    "a link": ("files: [link.csv]", 6, "'link.csv' is a link that leads out of the folder"),
    "large": ("files: [large.csv]", 6, "'large.csv' is larger than 50 MB"),
    "the solution": ("files: [solution.py]", 6, "students must not see 'solution.py'"),
    "the reference": ("files: [reference.py]", 6, "students must not see 'reference.py'"),
    "no name": ("  2m: 3", 8, "'2m' is not a valid Python name"),
    "no input": ("  m: {length_of: Q}", 8, "'Q' is not a known input of a probe"),
    "two origins": ("  m: {length_of: X, file: w.npy}", 8, "give exactly one of length_of and file"),
    "no origin": ("  m: {axis: 1}", 8, "give exactly one of length_of and file"),
    "a text": ("  two: hello", 9, "a number, a list of numbers, or a mapping with 'length_of' or 'file'"),
    "no array": ("  W: {file: train.csv}", 10, "'train.csv' is not a .npy file of numbers"),
    "no file": ("  W: {file: v.npy}", 10, "'v.npy' is not a file of the folder"),
    "no package": ("packages: [numpy, 'pandas=>2']", 11, "'pandas=>2' is not a valid requirement"),
    "a package of an address": ("packages: ['x @ https://example.org/x.zip']", 11, "more than a name and a version"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_reported_with_its_line(folder, tmp_path, name):
    line, number, message = MISTAKES[name]
    (tmp_path / "other.csv").write_text("1")
    (folder / "link.csv").symlink_to(tmp_path / "other.csv")
    with open(folder / "large.csv", "wb") as file:
        file.truncate(51 << 20)
    lines = YAML.splitlines()
    lines[number - 1] = line
    (folder / "assignment.yaml").write_text("\n".join(lines))
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        load(str(folder))
    assert f"assignment.yaml:{number}: " in str(caught.value)


def test_missing_package_is_not_gradable(grader, folder, tmp_path):
    text = YAML.replace(
        '[numpy, "matplotlib>=3", yaml]', '[numpy, "sklearn_of_tomorrow>=2", "numpy>=99", tqdm_of_tomorrow]'
    )
    (folder / "assignment.yaml").write_text(text)
    (tmp_path / "mine.py").write_text(SOLUTION)
    process = grader("check", folder, tmp_path / "mine.py")
    assert process.returncode == 3
    assert "run pip install 'sklearn_of_tomorrow>=2' 'numpy>=99' tqdm_of_tomorrow." in process.stderr
    report = json.loads(grader("check", folder, tmp_path / "mine.py", "--json").stdout)
    assert (report["score"], report["ending"]) == (None, "not_gradable")


def test_packages_have_import_names_or_pip_names(monkeypatch):
    versions = {"scikit-learn": "1.4.0", "pandas": "2.0.0rc1", "numpy": "2.1"}
    monkeypatch.setattr(packages, "_version", versions.get)
    monkeypatch.setattr(packages, "is_installed", lambda name: name == "json")
    assert packages.missing(["sklearn", "scikit-learn>=1.4", "pandas>=1.5", "numpy"]) == []
    assert packages.missing(["sklearn>=1.5", "cv2", "numpy<2"]) == [
        "scikit-learn>=1.5",
        "opencv-python-headless",
        "numpy<2",
    ]
    assert packages.missing(["json"]) == []  # available, but not installed by pip


def test_class_is_graded_with_course_files(grader, folder, tmp_path):
    for student in ("anna", "ben"):
        (tmp_path / "class" / student).mkdir(parents=True)
        source = f"text = open('/kaggle/{student}/train.csv').read()\nassert len(text) == 12\n{SOLUTION}"
        (tmp_path / "class" / student / "own.py").write_text(source)
    process = grader("grade", folder, tmp_path / "class", "--out", tmp_path / "out", "--jobs", 1, "--seed", 1)
    assert process.returncode == 0, process.stderr
    rows = (tmp_path / "out" / "gradebook.csv").read_text().splitlines()
    assert [row.split(",")[2:4] for row in rows[1:]] == [["graded", "10"]] * 2
