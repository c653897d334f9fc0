"""An installation for students contains no solutions, and works in an empty folder, without the clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile

import pytest

from grader.assignment import bundled_names, digests_of_references, recorded_digests
from grader.expected.assignment_files import short_digest
from grader.gradescope import wheel
from tests.conftest import ROOT, SINGLE_NEURON, bundled

EXERCISES = bundled_names()
PUBLIC = (
    "assignments/*/assignment.yaml",
    "assignments/*/starter.*",
    "assignments/shared/*.yaml",
    "assignments/*/task*.md",
    "reference/answers/*",
    "reference/bugs/*.py",
    "reference/digests.json",
)
TO_READ = {path.relative_to(ROOT).as_posix() for pattern in PUBLIC for path in ROOT.glob(pattern)}
KINDS = {".py", ".yaml", ".po", ".pot", ".j2", ".js", ".css", ".typed"}  # of the grader's own files
SECRET = {
    path.read_bytes(): path
    for pattern in (
        "assignments/*/solution.*",
        "assignments/*/wrong/*",
        "assignments/*/known_wrong.yaml",
        "reference/*.py",
        "examples/*/*",
    )
    for path in ROOT.glob(pattern)
    if path.is_file()
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory, distributions):
    """Return a folder of packages with the grader's wheel and no file of the clone."""
    target = tmp_path_factory.mktemp("installed") / "site-packages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target]
    subprocess.run([*command, *distributions.glob("*.whl")], check=True)
    return target


def in_wheel(path):
    """Return {name: content} of the files in a wheel."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_sdist(path):
    with tarfile.open(path) as archive:
        return {
            member.name.partition("/")[2]: archive.extractfile(member).read()
            for member in archive.getmembers()
            if member.isfile()
        }


@pytest.fixture(scope="module")
def files(distributions):
    """Return the files of the wheel."""
    (path,) = distributions.glob("*.whl")
    return in_wheel(path)


def test_wheel_has_no_solutions(files):
    """docs/authoring.md lists the files that students can read."""
    prefix = "grader/bundled/"
    assert {name.removeprefix(prefix) for name in files if name.startswith(prefix)} == TO_READ
    others = [name for name in files if not name.startswith(prefix) and ".dist-info/" not in name]
    assert {name.partition("/")[0] for name in others} == {"grader"}
    scripts = {
        "grader/gradescope/setup.sh",
        "grader/gradescope/run_autograder",
        "grader/service/migrations/script.py.mako",
    }
    assert [name for name in others if "." + name.rpartition(".")[2] not in KINDS and name not in scripts] == []
    assert [SECRET[content] for content in files.values() if content in SECRET] == []
    assert len(SECRET) > 20


def test_sdist_has_no_solutions_and_builds_the_same_wheel(distributions, files, tmp_path):
    (path,) = distributions.glob("*.tar.gz")
    found = in_sdist(path)
    assert {name for name in found if name.startswith(("assignments/", "reference/"))} == TO_READ
    assert {name.partition("/")[0] for name in found} == {
        *("assignments", "grader", "reference"),
        *(".gitignore", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"),
    }
    assert [SECRET[content] for content in found.values() if content in SECRET] == []
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again"]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (again,) = (tmp_path / "again").iterdir()
    assert in_wheel(again) == files


def test_editable_installation_copies_nothing(tmp_path):
    command = [sys.executable, "-c", "import hatchling.build as b, sys; b.build_editable(sys.argv[1])", tmp_path]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = tmp_path.iterdir()
    assert [name for name in in_wheel(path) if ".dist-info/" not in name and not name.endswith(".pth")] == []


def test_gradescope_gets_the_same_files(files, tmp_path):
    (tmp_path / "up.whl").write_bytes(wheel.build()[1])
    assert {name for name in in_wheel(tmp_path / "up.whl") if ".dist-info/" not in name} == {
        name for name in files if ".dist-info/" not in name
    }


def test_digests_of_the_references_are_recorded():
    assert recorded_digests() == digests_of_references(), "run 'grader reference NAME --write' with any bundled one"


@pytest.mark.parametrize("name", EXERCISES)
def test_installation_grades_by_the_same_rules_as_a_clone(installed, tmp_path, name):
    code = (
        "import sys; from grader.assignment import load; from grader.expected.assignment_files import short_digest; "
        "print(short_digest(load(sys.argv[1])))"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code, name], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == short_digest(bundled(name))


def run(installed, tmp_path, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_assignments_and_references_are_installed(installed, tmp_path):
    assert "single-neuron" in run(installed, tmp_path, "list").stdout
    assert (installed / "grader" / "bundled" / "reference" / "answers" / "single-neuron.npz").is_file()
    assert not (installed / "assignments").exists()


def test_submission_is_graded(installed, tmp_path):
    done = run(installed, tmp_path, "check", "single-neuron", SINGLE_NEURON / "solution.py", "--html", "page.html")
    assert done.returncode == 0, done.stderr
    assert "isolation strong" in done.stdout
    assert "--page: #" in (tmp_path / "page.html").read_text()  # templates are installed too


def test_installed_answers_are_hidden_from_submissions(installed, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from pathlib import Path\n"
        "def readable(path):\n"
        "    try:\n"
        "        return bool(path.read_bytes())\n"
        "    except OSError:\n"
        "        return False\n"
        f"files = Path({str(installed / 'grader')!r}).rglob('*')\n"
        "raise ValueError([str(path) for path in files if 'worker' not in path.parts and readable(path)])\n"
    )
    for level in ("strong", "medium"):
        done = run(installed, tmp_path, "check", "single-neuron", "mine.py", "--isolation", level)
        assert "ValueError: [] (" in done.stdout, done.stdout
    noticed = run(installed, tmp_path, "check", "single-neuron", "mine.py", "--isolation", "none")
    assert "ValueError: [] (" not in noticed.stdout


def test_canary_reaches_nothing_in_an_installation(installed, tmp_path):
    """At medium the file names of an installed grader can be listed, like those of all packages, but no file can be read."""
    found = json.loads(run(installed, tmp_path, "doctor", "--json").stdout)
    assert {level: found["levels"][level]["reached"] for level in ("strong", "medium")} == {"strong": [], "medium": []}
    assert "the reference's answers" in found["levels"]["none"]["reached"]


def test_installation_grades_a_class_at_medium(installed, tmp_path):
    """Docker's default container has the same level."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "anna.py").write_bytes((SINGLE_NEURON / "solution.py").read_bytes())
    options = ["--out", "out", "--isolation", "medium", "--jobs", "1", "--seed", "0"]
    done = run(installed, tmp_path, "grade", "single-neuron", "class", *options)
    assert done.returncode == 0, done.stderr
