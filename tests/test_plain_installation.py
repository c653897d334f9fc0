"""The wheel without optional dependencies, such as TensorFlow, grades the exercises that need only NumPy."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"

DRAWN = "--seed=77"
SHOWN = """
def to_grayscale(images):
    return images @ [0.299, 0.587, 0.114] / 255

CLASS_NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()
images, labels = x_train[:25], y_train[:25]
gray_images = to_grayscale(images)
for pictures in (images, gray_images):
    plt.figure()
    for i in range(25):
        plt.subplot(5, 5, i + 1)
        plt.imshow(pictures[i], cmap="gray")
        plt.title(CLASS_NAMES[labels[i][0]])
    plt.show()
"""
WAYS = {
    "as a parent": "import tensorflow as tf\n(x_train, y_train), _ = tf.keras.datasets.cifar10.load_data()",
    "below a parent": "from tensorflow.keras.datasets import cifar10\n(x_train, y_train), _ = cifar10.load_data()",
    "as a name": "from tensorflow import keras\n(x_train, y_train), _ = keras.datasets.cifar10.load_data()",
    "renamed": "import keras.datasets.cifar10 as data\n(x_train, y_train), _ = data.load_data()",
    "the function": "from keras.datasets.cifar10 import load_data\n(x_train, y_train), _ = load_data()",
    "beside what is not used": "from keras import datasets, layers\nfrom keras.models import Sequential\n"
    "(x_train, y_train), _ = datasets.cifar10.load_data()",
    "after a seed": "import tensorflow as tf\ntf.random.set_seed(1)\nprint(tf.__version__)\n"
    "(x_train, y_train), _ = tf.keras.datasets.cifar10.load_data()",
    "in case of need": "try:\n    from tensorflow.keras import datasets, layers\nexcept ImportError:\n"
    "    from keras import datasets\n(x_train, y_train), _ = datasets.cifar10.load_data()",
}


@pytest.fixture(scope="session")
def plain(tmp_path_factory, distributions):
    """Return the Python of an environment with only the wheel and the dependencies in pyproject.toml."""
    home = tmp_path_factory.mktemp("plain") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    for distribution in needed("deep-learning-grader"):
        for file in distribution.files or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                if file.locate().is_file():  # otherwise it lists the removed packages
                    shutil.copy(file.locate(), target)
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    return home / "bin" / "python"


def needed(name: str) -> list[importlib.metadata.Distribution]:
    """Return the distributions that ``name`` needs without any extra, except itself."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [name]
    while waiting:
        for line in importlib.metadata.requires(waiting.pop()) or []:
            wanted = Requirement(line)
            package = canonicalize_name(wanted.name)
            if package not in found and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
                found[package] = importlib.metadata.distribution(wanted.name)
                waiting.append(wanted.name)
    return [*found.values()]


def run(plain, folder, *arguments, **variables):
    command = [plain, "-P", "-m", "grader", *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_tensorflow_is_not_installed(plain):
    code = "import importlib.util as u; print([n for n in ('tensorflow', 'keras', 'h5py', 'pandas', 'dask') if u.find_spec(n)])"
    assert subprocess.run([plain, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    "name",
    [
        "numpy-mnist",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("single-neuron", "relu-swap", "cifar-grayscale")),
    ],
)
def test_new_seed_is_graded(plain, tmp_path, name):
    (correct,) = (EXAMPLES / name).glob("correct.*")
    done = run(plain, tmp_path, "check", name, correct, DRAWN, "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["score"] == 100
    assert found["environment"]["tensorflow"] is None
    assert "steps" in found["environment"]["expected_answers"]
    assert "reference" not in found["environment"]["expected_answers"]


@pytest.mark.table
@pytest.mark.parametrize("way", WAYS)
def test_datasets_work_without_keras(plain, tmp_path, way):
    (tmp_path / "gray.py").write_text(f"import matplotlib.pyplot as plt\n{WAYS[way]}\n{SHOWN}")
    done = run(plain, tmp_path, "check", "cifar-grayscale", "gray.py")
    assert "Score: 100 of 100, passed." in done.stdout, done.stdout + done.stderr


def test_use_of_keras_is_not_judged(plain, tmp_path):
    """The code may be correct; this machine cannot run it."""
    text = f"import matplotlib.pyplot as plt\n{WAYS['as a parent']}\n{SHOWN}"
    text = text.replace("images @ [0.299, 0.587, 0.114] / 255", "tf.image.rgb_to_grayscale(images)[..., 0] / 255")
    (tmp_path / "gray.py").write_text(text)
    done = run(plain, tmp_path, "check", "cifar-grayscale", "gray.py", "--json")
    assert done.returncode == 3
    found = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert found["images"]["status"] == "passed"
    assert found["to-grayscale"]["status"] == "not_gradable"
    assert "pip install tensorflow" in found["to-grayscale"]["message"]


def test_exercise_in_keras_is_refused_before_a_worker_starts(plain, tmp_path):
    (tmp_path / "mine.py").write_text("open('started', 'w')\n")
    done = run(plain, tmp_path, "check", "clothing-mlp", "mine.py", "--isolation", "none")
    assert done.returncode == 3
    assert "pip install 'deep-learning-grader[tensorflow]'" in done.stderr
    assert done.stderr.count("\n") <= 2
    assert not (tmp_path / "started").exists()


def test_class_with_a_random_seed_is_graded(plain, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("anna", "berta"):
        shutil.copy(EXAMPLES / "relu-swap" / "correct.py", tmp_path / "class" / f"{name}.py")
    done = run(plain, tmp_path, "grade", "relu-swap", "class", "--out", "out", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    scores = re.findall(r"^(?:anna|berta),.*", (tmp_path / "out" / "gradebook.csv").read_text(), re.MULTILINE)
    assert len(scores) == 2
    assert all(",100" in line for line in scores)


def test_class_in_keras_is_refused_with_the_command_to_install(plain, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "anna.py").write_text("x = 1\n")
    done = run(plain, tmp_path, "grade", "clothing-mlp", "class", "--out", "out", "--jobs", "1")
    assert done.returncode == 3
    assert "pip install 'deep-learning-grader[tensorflow]'" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", [["validate"], ["reference"], ["reference", "--write"]])
def test_command_that_needs_a_solution_names_the_repository(plain, tmp_path, command):
    done = run(plain, tmp_path, *command, "relu-swap")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "Error: assignments/relu-swap/solution.py is not part of an installed grader: "
        "clone the repository and run the command there.\n"
    )


def test_exercise_in_keras_cannot_be_validated_in_a_clone(plain, tmp_path):
    done = run(plain, tmp_path, "validate", "clothing-mlp", PYTHONPATH=str(ROOT))
    assert (done.returncode, done.stdout) == (3, "")
    assert "pip install 'deep-learning-grader[tensorflow]'" in done.stderr


@pytest.mark.long
def test_other_commands_work(plain, tmp_path):
    assert "relu-swap" in run(plain, tmp_path, "list").stdout
    assert run(plain, tmp_path, "show", "numpy-mnist").returncode == 0
    assert run(plain, tmp_path, "new", "clothing-mlp").returncode == 0
    found = json.loads(run(plain, tmp_path, "doctor", "--json").stdout)
    assert any("pip install 'deep-learning-grader[tensorflow]'" in advice for advice in found["advice"])


def test_answers_cannot_be_recorded_without_tensorflow(plain, tmp_path):
    done = run(plain, tmp_path, "reference", "single-neuron", PYTHONPATH=str(ROOT))
    assert done.returncode == 3
    assert "tensorflow" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_message_installs_the_other_grader():
    """``grader`` on PyPI is a different project."""
    kinds = (".py", ".md", ".yml", ".toml", ".po", ".pot", ".sh", ".html", ".j2", "")
    folders = ("docs", "grader", "examples", "tests", ".github", "assignments", "reference", "benchmarks")
    files = [*ROOT.glob("*.*"), *(path for folder in folders for path in (ROOT / folder).rglob("*"))]
    read = [path for path in files if path.suffix in kinds and path.is_file() and path != Path(__file__)]
    assert len(read) > 400
    for path in read:
        text = path.read_bytes().decode(errors="replace")
        assert not re.search(r"pip3? install (-\S+ )*['\"]?grader\b(?!-)", text), path
