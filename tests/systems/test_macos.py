"""The grader on a simulated macOS; docs/isolation.md describes the parts of macOS that are simulated on Linux."""

import json
import os
import random
import shlex
import site
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.processes import processes

HERE = Path(__file__).with_name("macos")
HIDE = "mount -t tmpfs none /proc && mount -t tmpfs none /sys && mount -t tmpfs -o mode=000 none /dev/shm"
UNSHARE = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-Urm"]
LEFT_OPEN = ["memory of each process", "number of processes", "memory of all processes together"]
MARK = f"86399.{random.SystemRandom().randrange(10**9):09d}"  # seconds of sleep, which identify a process that is left behind


@pytest.fixture(scope="module")
def macos(tmp_path_factory):
    """Return a function that runs ``grader ARGUMENTS`` as on macOS, with a long temporary path that contains a link."""
    folder = tmp_path_factory.mktemp("macos")
    if subprocess.run([*UNSHARE, "sh", "-c", HIDE], check=False, capture_output=True).returncode:
        pytest.skip("no mount namespaces here, to hide /proc in")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    (packages,) = (folder / "venv" / "lib").glob("python3*/site-packages")
    (packages / "sitecustomize.py").write_text((HERE / "sitecustomize.py").read_text())
    (packages / "real.pth").write_text("\n".join([*site.getsitepackages(), str(ROOT)]))
    temporary = folder / "private" / "var" / "folders" / "zz" / "zyxvpxvq6csfxvn_n0000000000000" / "T"
    temporary.mkdir(parents=True)
    (folder / "var").symlink_to(folder / "private" / "var")
    python = str(folder / "venv" / "bin" / "python")

    def run(*arguments, cwd=ROOT / "examples", code=0):
        command = [python, "-S", str(HERE / "launch.py"), python, "-m", "grader", *map(str, arguments)]
        linked = str(folder / temporary.relative_to(folder / "private"))
        done = subprocess.run(
            [*UNSHARE, "sh", "-c", f"{HIDE} && exec {shlex.join(command)}"],
            cwd=cwd,
            env={**os.environ, "TMPDIR": linked},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == code, done.stdout + done.stderr
        assert not [*temporary.iterdir()], "a folder is left behind"
        return done

    return run


@pytest.mark.parametrize(
    ("assignment", "file", "options"),
    [
        ("single-neuron", "another_style.py", []),
        ("single-neuron", "correct.ipynb", []),
        ("single-neuron", "correct.ipynb", ["--engine", "kernel", "--only", "gradients"]),
        ("relu-swap", "correct.py", []),
        ("numpy-mnist", "correct.py", ["--only", "backward", "--only", "trajectory"]),
        ("cifar-grayscale", "correct.py", ["--isolation", "none"]),
    ],
)
def test_exercise_is_graded(macos, assignment, file, options):
    done = macos("check", assignment, f"{assignment}/{file}", "--json", *options)
    report = json.loads(done.stdout)
    assert (report["passed"], report["isolation"]["level"]) == (True, "none")
    assert set(report["isolation"]["not_enforced"]) >= {"files", "network", *LEFT_OPEN}
    assert "ran without isolation" in done.stderr


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_level_that_needs_linux_is_refused(macos, level):
    done = macos("check", "single-neuron", "single-neuron/wrong.py", "--isolation", level, code=3)
    assert done.stderr.count("\n") == 1
    assert f"at isolation level '{level}' (it needs Linux)" in done.stderr


def test_doctor_reports_level_none(macos):
    document = json.loads(macos("doctor", "--json").stdout)
    assert {level for level, tried in document["levels"].items() if tried["works"]} == {"none"}
    assert document["isolation"] == "none"
    assert document["advice"][0] == "strong isolation needs Linux: use the Docker image or a virtual machine."


def test_class_is_graded_at_level_none(macos, tmp_path):
    for student in ("ada", "bob"):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "mine.py").write_text(
            (ROOT / "examples/single-neuron/another_style.py").read_text()
        )
    done = macos(
        "grade",
        "single-neuron",
        "class",
        "--out",
        "out",
        "--isolation",
        "none",
        "--seed",
        "0",
        "--jobs",
        "2",
        cwd=tmp_path,
    )
    assert "2 passed, 0 without a score" in done.stdout


def test_process_left_behind_is_killed(macos, tmp_path):
    solution = (ROOT / "examples/single-neuron/another_style.py").read_text()
    (tmp_path / "mine.py").write_text(f"{solution}\nimport subprocess\nleft = subprocess.Popen(['sleep', '{MARK}'])\n")
    macos("check", "single-neuron", "mine.py", "--only", "predict", cwd=tmp_path)
    assert processes(MARK) == []
