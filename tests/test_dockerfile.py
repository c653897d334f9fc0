"""Tests of the steps of the Dockerfile, without Docker: in a folder with the copied files and a separate environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, SINGLE_NEURON

TEXT = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
NOBODY = 65534


def arguments(instruction):
    return re.findall(rf"^{instruction} +(.*)$", TEXT, re.MULTILINE)


def copied():
    """Return {target path: file} of all files that COPY copies into a layer, without those in .dockerignore."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    ignored = {path for line in lines if line and not line.startswith("#") for path in ROOT.glob(line)}
    files = {}
    for instruction in arguments("COPY"):
        *names, target = instruction.split()
        for name in names:
            top = ROOT / name
            to = Path(target, name) if target.endswith("/") else Path(target)
            for path in [top] if top.is_file() else top.rglob("*"):
                if path.is_file() and not ignored & {path, *path.parents}:
                    files[to / path.relative_to(top)] = path
    return files


def test_no_layer_contains_a_solution(distributions):
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name.removeprefix("grader/bundled/") for name in archive.namelist()}
    layers = {path.as_posix() for path in copied() if path.parts[0] in ("assignments", "reference")}
    assert layers == {name for name in names if name.startswith(("assignments/", "reference/"))}
    assert not {"tests", "examples"} & {path.parts[0] for path in copied()}


def python_for_everybody():
    """Return an interpreter that an ordinary user can read, with the modules that create environments."""
    for python in (sys._base_executable, "/usr/bin/python3"):
        needed = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
        folders = [Path(python).resolve(), *Path(python).resolve().parents]
        if Path(python).exists() and all(folder.stat().st_mode & 0o005 == 0o005 for folder in folders):
            result = subprocess.run([python, "-c", needed], check=False, capture_output=True)
            if result.returncode == 0:
                return python
    return pytest.skip("there is no Python 3.11 or later that every user of this machine may read")


@pytest.fixture(scope="module")
def image():
    """Return a folder that everybody can enter, with the environment that the steps installed."""
    python = python_for_everybody()
    with tempfile.TemporaryDirectory(prefix="grader-image-") as folder:
        os.chmod(folder, 0o755)
        source, tools = Path(folder, "src"), Path(folder, "tools")
        for to, path in copied().items():
            (source / to).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, source / to)
        tools.mkdir()
        (tools / "useradd").write_text("#!/bin/sh\n")  # this machine keeps its users
        (tools / "useradd").chmod(0o755)
        subprocess.run([python, "-m", "venv", f"{folder}/venv"], check=True)
        path = f"{folder}/venv/bin:{tools}:{os.environ['PATH']}"
        environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        for step in arguments("RUN"):
            command = step.replace("/src/", f"{source}/")
            settings = {**environment, "PATH": path, "VARIANT": "cpu"}
            subprocess.run(["sh", "-ec", command], cwd=source, env=settings, check=True, umask=0o022)
        assert [*source.iterdir()] == []
        yield Path(folder)


@pytest.mark.long
def test_ordinary_user_can_grade_in_the_image(image):
    home = image / "home"
    home.mkdir()
    shutil.copy(SINGLE_NEURON / "solution.py", home / "mine.py")
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        os.chown(home, NOBODY, NOBODY)
    (entry,) = map(json.loads, arguments("ENTRYPOINT"))
    assert arguments("USER") == ["1000"]
    environment = {"PATH": f"{image}/venv/bin:/usr/bin:/bin", "HOME": str(home)}

    def run(*words):
        command = [f"{image}/venv/bin/{entry[0]}", *entry[1:], *words]
        return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False, **user)

    assert "Usage: grader" in run("--help").stdout
    result = run("check", "single-neuron", "mine.py", "--seed", "7")  # a seed that needs TensorFlow
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Score: 100 of 100, passed." in result.stdout
    assert json.loads(run("doctor", "--json").stdout)["levels"]["medium"]["reached"] == []
