"""Submissions that look for the solution in the grader's installation, in older installations and in the checkout."""

from __future__ import annotations

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, SINGLE_NEURON

SUBMISSIONS = Path(__file__).with_name("installed")
NAMES = sorted(path.name for path in SUBMISSIONS.glob("*.py"))
KINDS = ("wheel", "editable")
HELD = ("grader", "assignments", "reference", "examples", "docs")


@pytest.fixture(scope="module")
def installations(tmp_path_factory, distributions):
    """The Python of an environment with the wheel, and of one that uses a checkout in a folder that workers can see.

    Both contain that checkout, and an older installation for another Python, which has solutions.
    """
    return {kind: environment(tmp_path_factory.mktemp(kind) / "venv", kind, distributions) for kind in KINDS}


def environment(home, kind, distributions):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib"))
    (wheel,) = distributions.glob("*.whl")
    checkout = home / "lib" / "deep-learning-grader"
    for name in HELD:
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "-c", "core.looseCompression=1"]
    (checkout / "only").mkdir()
    shutil.copy(SINGLE_NEURON / "solution.py", checkout / "only")
    for command in (["init", "--quiet"], ["add", "only"], ["commit", "--quiet", "--message", "x"]):
        subprocess.run([*git, *command], cwd=checkout, check=True)
    shutil.rmtree(checkout / "only")
    compileall.compile_dir(checkout / "assignments" / "single-neuron", quiet=2)
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if kind == "wheel" or ".dist-info/" in name]
        archive.extractall(packages, names)
    (record,) = packages.glob("*.dist-info")
    told = {"url": f"file://{checkout}", "dir_info": {"editable": kind == "editable"}}
    (record / "direct_url.json").write_text(json.dumps(told))
    if kind == "editable":
        (packages / "deep_learning_grader.pth").write_text(f"{checkout}\n")
    older = home / "lib" / "python3.10" / "site-packages" / "grader"
    for name in ("assignments", "reference"):
        shutil.copytree(ROOT / name, older / "bundled" / name)
    (checkout / "dist").mkdir()
    with zipfile.ZipFile(checkout / "dist" / wheel.name, "w") as archive:
        archive.write(SINGLE_NEURON / "solution.py", "grader/bundled/assignments/single-neuron/solution.py")
    return home / "bin" / "python"


def run(python, name, level, folder):
    command = [python, "-P", "-m", "grader", "check", "single-neuron", SUBMISSIONS / name, "--json", "--only", "loss"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    options = {"cwd": folder, "env": environment, "capture_output": True, "text": True, "check": False}
    done = subprocess.run([*command, "--isolation", level], timeout=120, **options)
    assert "Traceback" not in done.stderr
    (check,) = json.loads(done.stdout)["checks"]
    return check


@pytest.mark.table
@pytest.mark.parametrize("level", ["strong", "medium"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_solution_is_not_found(installations, tmp_path, name, kind, level):
    check = run(installations[kind], name, level, tmp_path)
    assert (check["status"], check["score"]) == ("error", 0), check["message"]
    assert "OSError: nothing there" in check["message"]


@pytest.mark.table
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_trick_works_without_the_sandbox(installations, tmp_path, name, kind):
    """Positive control: otherwise the test above could pass without any protection."""
    (declared,) = re.findall(r"^# control: (.+)$", (SUBMISSIONS / name).read_text(), re.MULTILINE)
    if declared in (kind, "both"):
        check = run(installations[kind], name, "none", tmp_path)
        assert check["status"] == "passed", check["message"]
