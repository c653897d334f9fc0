"""Every command that README.md and docs/ show is run, and its output compared with what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def examples():
    """(page, command, shown output) of every console block."""
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL):
            for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, shown = example.partition("\n")
                slow = "clothing-mlp" in command or "validate" in command  # trains, grades every known-wrong solution
                marks = [pytest.mark.long] if slow else []
                yield pytest.param(command, shown.rstrip(), id=f"{page.name}: {command}", marks=marks)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Commands of a page follow each other in one folder, which looks like the repository."""
    made = tmp_path_factory.mktemp("docs")
    for name in ("Makefile", "examples", "pyproject.toml"):
        (made / name).symlink_to(ROOT / name)
    scripts = made / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "grader").symlink_to(Path(sys.executable).with_name("grader"))
    (made / ".venv" / "installed").touch()
    return made


@pytest.mark.parametrize(("command", "shown"), list(examples()))
def test_a_command_prints_what_the_page_shows(folder, command, shown):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MAKEFLAGS": "--no-print-directory"}
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert without_measurements(done.stdout + done.stderr) == without_measurements(shown)


def without_measurements(text):
    """Times, versions of this machine, and what training reaches on it, are not the page's."""
    text = re.sub(r"\d+\.\d s\b", "N s", text)
    text = text.replace(", without memory of the kernel", "")  # depends on the control groups of the machine
    text = re.sub(r"-?\d+\.\d %( \(-?\d+\.\d to -?\d+\.\d\))?", "N %", text)
    return re.sub(
        r"^(python|system|numpy|nbclient|ipykernel|tensorflow|device) +\S.*$", r"\1", text, flags=re.MULTILINE
    ).rstrip()
