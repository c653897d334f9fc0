"""Each command on a system without POSIX functions: it works, or one sentence says what to do instead."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import COMMANDS
from tests.conftest import ROOT

LAUNCHER = Path(__file__).with_name("without_posix.py")
NO_WORKER = "Error: Submissions cannot be run on Windows: use the grader in WSL or in Docker, or hand in on your course's server."
# {command line: (exit code, a part of the output)}
WORKING = {
    "--help": (0, "Check and grade deep-learning exercises."),
    "check --help": (0, "--isolation"),
    "list": (0, "single-neuron"),
    "show single-neuron": (0, "## Scoring"),
    "new single-neuron --to mine": (0, "Wrote mine"),
    "schema summary": (0, '"$schema"'),
    "leaderboard report.json": (2, "report.json does not exist"),
    "compare one two": (2, "one is not an output folder"),
    "data --data .": (3, "stand-in"),
    "doctor": (3, "strong     not available: submissions cannot be run on Windows"),
    "gradescope single-neuron --seed 7": (0, "Wrote autograder.zip"),
    "check single-neuron": (2, "The files to grade are missing"),
    "grade single-neuron nothing --list": (2, "nothing does not exist"),
    "submit single-neuron mine.py --to http://127.0.0.1:9": (2, "A token is missing"),
    "submit single-neuron mine.py --to http://127.0.0.1:9 --token x": (3, "No server answers at http://127.0.0.1:9"),
    "fetch https://canvas.example.org/courses/12/assignments/345 --out class": (2, "A token is missing"),
    "fetch http://127.0.0.1:9/courses/12/assignments/345 --out class --token x": (
        3,
        "http://127.0.0.1:9 cannot be reached",
    ),
    "return . https://canvas.example.org/courses/12/assignments/345": (2, "has no gradebook.csv"),
}
REFUSED = (
    "check single-neuron mine.py",
    "check single-neuron mine.py --json",
    "check single-neuron mine.py --output report.json",
    "check single-neuron mine.py --html page.html",
    "check nothing nowhere.py",
    "grade single-neuron . --out results",
    "pages results",
    "feedback results",
    "override results --list",
    "serve",
    "serve --blobs s3://bucket/course",
    "serve --database postgresql://grader@127.0.0.1/grader",
    "serve token ada",
    "serve grade-repositories demo single-neuron",
    "serve copy --to postgresql://grader@127.0.0.1/grader",
    "ci",
    "validate single-neuron",
    "reference single-neuron --write",
)


@pytest.fixture
def windows(tmp_path):
    def run(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252:strict"}
        (tmp_path / "mine.py").write_text("x = 1\n")
        command = [sys.executable, str(LAUNCHER), *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=120, check=False)
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout.decode("cp1252"), done.stderr.decode("cp1252")

    return run


@pytest.mark.parametrize("typed", WORKING)
def test_command_without_a_worker_works(windows, typed):
    code, printed, errors = windows(*typed.split())
    assert code == WORKING[typed][0], errors
    assert WORKING[typed][1] in printed + errors
    assert "The grader itself failed" not in errors


@pytest.mark.parametrize("typed", REFUSED)
def test_command_with_a_worker_is_refused(windows, typed):
    code, printed, errors = windows(*typed.split())
    assert (code, printed, errors.strip()) == (3, "", NO_WORKER)


def test_every_command_is_tested():
    assert {typed.split()[0] for typed in (*WORKING, *REFUSED)} >= set(COMMANDS)


def test_ci_reports_it_in_an_annotation(windows, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code, printed, _ = windows("ci")
    assert code == 3
    assert printed.startswith("::error title=grader::Submissions cannot be run on Windows: use the grader in WSL")


def test_doctor_reports_it_as_json(windows):
    code, printed, _ = windows("doctor", "--json")
    document = json.loads(printed)
    assert (code, document["isolation"]) == (3, None)
    assert f"Error: {document['advice'][0]}" == NO_WORKER
    assert {level["works"] for level in document["levels"].values()} == {False}


def test_notebook_hands_in_on_a_server(tmp_path):
    launcher = LAUNCHER.read_text().replace(
        'main(prog_name="grader")',
        "from grader.notebook.remote import check_remotely\n    check_remotely('http://127.0.0.1:9', 'single-neuron', 'mine.py')",
    )
    (tmp_path / "launcher.py").write_text(launcher)
    done = subprocess.run(
        [sys.executable, "launcher.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GRADER_TOKEN": "x"},
        capture_output=True,
        text=True,
    )
    assert "NotChecked: No server answers at http://127.0.0.1:9" in done.stderr, done.stderr


def test_notebook_shows_the_sentence(tmp_path):
    code = (
        "import os; del os.fork\nimport platform; platform.system = lambda: 'Windows'\n"
        "import grader\ntry:\n    grader.check('single-neuron', 'mine.py')\nexcept grader.support.errors.GraderError as error:\n"
        "    print(error._render_traceback_())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert NO_WORKER.removeprefix("Error: ") in done.stdout, done.stderr
