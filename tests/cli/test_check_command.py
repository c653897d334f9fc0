"""Tests of the commands as users run them: exit codes, the documented JSON, messages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from grader import assignment
from grader.sandbox import group
from tests.cli.exercises import EXAMPLES, exercises
from tests.conftest import REAL_DATA, ROOT, SINGLE_NEURON, ending, known_wrong, notebook, on_real_data

CHECKS = [check.name for check in assignment.load("single-neuron").content.checks]


@pytest.mark.quick
@pytest.mark.parametrize("name", ["correct.ipynb", "another_style.py"])
def test_correct_submission_passes(check, name):
    code, report = check(EXAMPLES / name)
    assert code == 0
    assert (report["score"], report["max_score"], report["passed"]) == (100, 100, True)


def test_json_has_the_documented_fields(check):
    code, report = check(EXAMPLES / "wrong.py")
    assert code == 1
    assert list(report) == [
        *("schema", "assignment", "submission", "grader", "seed_fingerprint", "score", "max_score", "passed", "ending"),
        *("checks", "isolation", "environment", "seconds"),
    ]
    assert report["schema"] == "grader.report/1"
    assert {**report["assignment"], "digest": ""} == {"name": "single-neuron", "version": "2", "digest": ""}
    assert report["submission"]["path"] == str(EXAMPLES / "wrong.py")
    assert len(report["submission"]["sha256"]) == 64
    assert (report["score"], report["max_score"], report["passed"], report["ending"]) == (52.5, 100, False, "graded")
    assert [result["name"] for result in report["checks"]] == CHECKS
    for result in report["checks"]:
        assert list(result) == [
            "name",
            "title",
            "status",
            "score",
            "max_score",
            "message",
            "hint",
            "diagnosis",
            "evidence",
        ]
        assert result["diagnosis"] is None or list(result["diagnosis"]) == ["bug", "title", "where"]
        assert ("location" in result["evidence"]) == (result["status"] in ("failed", "partial"))
    assert list(report["isolation"]) == ["level", "not_enforced"]
    assert list(report["environment"]) == ["python", "numpy", "tensorflow", "device", "data", "expected_answers"]
    assert isinstance(report["seconds"], float)


def test_wrong_gradient_is_located_without_the_expected_numbers(check):
    _, report = check(EXAMPLES / "wrong.py")
    result = ending(report, "gradients")
    assert (result["status"], result["score"]) == ("partial", 7.5)
    assert result["message"].startswith("`gradients`, case 'lecture points': db is wrong")
    assert "Right: dw." in result["message"]
    assert result["evidence"]["result"] == "db"
    assert result["hint"]
    assert "expected" not in result["evidence"]


def test_check_with_a_failed_requirement_is_skipped(grader_here, tmp_path):
    (tmp_path / "climbs.py").write_text(known_wrong("numpy-mnist", "climbs"))
    report = json.loads(grader_here("check", "numpy-mnist", "climbs.py", "--json").stdout)
    result = ending(report, "trajectory")
    assert (result["status"], result["score"]) == ("skipped", 0)
    assert result["message"] == "Skipped because `one-step` did not pass. Fix that first."


def test_false_success_from_the_lecture_is_recognised(check, tmp_path):
    (tmp_path / "mine.py").write_text(known_wrong("single-neuron", "false-success"))
    _, report = check("mine.py")
    result = ending(report, "unseen-corners")
    assert result["status"] == "failed"
    assert "2 of 4 unseen inputs are classified correctly" in result["message"]
    assert "All inputs get the same class, so some of them are right by chance." in result["message"]


def test_only_runs_a_check_without_its_requirements(check):
    code, report = check(EXAMPLES / "wrong.py", "--only", "trajectory", "--only", "loss")
    assert [result["name"] for result in report["checks"]] == ["loss", "trajectory"]
    assert [result["status"] for result in report["checks"]] == ["passed", "failed"]
    assert report["max_score"] == 25
    assert code == 1


def test_only_works_for_a_check_without_points(grader_here, tmp_path):
    (tmp_path / "wrong.py").write_text(known_wrong("single-neuron", "changes-arguments"))
    only = ("--only", "arguments-unchanged")
    assert grader_here("check", "single-neuron", SINGLE_NEURON / "solution.py", *only).returncode == 0
    assert grader_here("check", "single-neuron", "wrong.py", *only).returncode == 1


def test_only_refuses_an_unknown_check(grader_here):
    done = grader_here("check", "single-neuron", EXAMPLES / "wrong.py", "--only", "nothing")
    assert done.returncode == 2
    assert "has no check 'nothing': use one of sigmoid," in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 12345])
def test_verdict_does_not_depend_on_the_seed(check, seed):
    assert check(EXAMPLES / "another_style.py", "--seed", seed)[1]["score"] == 100
    assert check(EXAMPLES / "wrong.py", "--seed", seed)[1]["score"] == 52.5


@pytest.mark.parametrize("level", ["strong", "medium", "none"])
def test_isolation_level_can_be_chosen_and_is_reported(grader_here, level):
    done = grader_here("check", "single-neuron", EXAMPLES / "another_style.py", "--json", "--isolation", level)
    assert done.returncode == 0
    isolation = json.loads(done.stdout)["isolation"]
    assert isolation["level"] == level
    assert ("memory of the kernel" in isolation["not_enforced"]) == (not group.can_be_had())
    assert bool({*isolation["not_enforced"]} - {"memory of the kernel"}) == (level != "strong")
    assert ("without isolation" in done.stderr) == (level == "none")


def test_unavailable_isolation_level_is_not_gradable(tmp_path):
    """The grader itself runs under a worker's seccomp filter, which allows Landlock but no namespaces."""
    program = (
        "from grader.worker import seccomp, system\n"
        "system.prctl(system.PR_SET_NO_NEW_PRIVS, 1); seccomp.install(unix_sockets=True, landlock=True)\n"
        "import sys; sys.argv = ['grader', *sys.argv[1:]]\n"
        "from grader.cli import main; main()\n"
    )
    command = [sys.executable, "-c", program, "check", "single-neuron", str(EXAMPLES / "another_style.py"), "--json"]
    done = subprocess.run([*command, "--isolation", "strong"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    report = json.loads(done.stdout)
    assert (report["ending"], report["score"]) == ("not_gradable", None)
    (message,) = {result["message"] for result in report["checks"]}
    assert "No worker could be started at isolation level 'strong' (unshare: Operation not permitted)" in message
    assert "grader doctor" in message

    best = subprocess.run(command, capture_output=True, text=True, check=False)
    assert best.returncode == 0
    assert json.loads(best.stdout)["isolation"]["level"] == "medium"


def test_piped_report_is_plain_text_in_whole_lines(grader):
    done = grader("check", "single-neuron", EXAMPLES / "wrong.py")
    assert "\x1b" not in done.stdout
    assert "Score: 52.5 of 100, not passed (70 needed)." in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if "db is wrong" in line]
    assert len(line) > 80


def test_terminal_gets_colours_and_wrapped_lines():
    leader, follower = os.openpty()
    command = [sys.executable, "-m", "grader", "check", "single-neuron", str(EXAMPLES / "wrong.py")]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(command, stdout=follower, env=environment) as process:
        os.close(follower)
        screen = b""
        try:
            while chunk := os.read(leader, 65536):
                screen += chunk
        except OSError:  # the terminal is closed
            pass
    assert process.returncode == 1
    assert b"\x1b[" in screen
    assert b"Score: 52.5 of 100" in screen
    lines = re.sub(r"\x1b\[[\d;]*m", "", screen.decode()).splitlines()
    start = next(line for line in lines if " trajectory " in line).index("train(")
    assert lines[1 + next(i for i, line in enumerate(lines) if " trajectory " in line)].startswith(" " * start)


def test_report_explains_a_load_error_once(tmp_path, grader_here):
    (tmp_path / "mine.py").write_text("def f(:\n")
    done = grader_here("check", "single-neuron", "mine.py")
    assert done.returncode == 1
    assert done.stdout.count("SyntaxError") == 1


def test_failed_cell_is_named_for_a_missing_function(tmp_path, check):
    cell = "@np.nothing\ndef sigmoid(z): return z"
    (tmp_path / "mine.ipynb").write_text(notebook("import numpy as np", cell))
    _, report = check("mine.ipynb")
    result = ending(report, "sigmoid")
    assert result["status"] == "error"
    assert result["message"].startswith(
        "`sigmoid` is not defined. Loading mine.ipynb failed at cell 2, line 1 with Attr"
    )


COLUMNS = """
import numpy as np
def sigmoid(z): return 1 / (1 + np.exp(-z))
def predict(X, w, b=0.0): return sigmoid(X @ np.reshape(w, (-1, 1)) + b)
def loss(y, y_hat): return 0.5 * np.sum((y.reshape(-1, 1) - y_hat) ** 2)
"""


def test_intermediate_results_keep_their_layout(tmp_path, check):
    (tmp_path / "mine.py").write_text(COLUMNS)
    _, report = check("mine.py")
    assert ending(report, "predict")["status"] == "passed"
    assert "accepted" in ending(report, "predict")["message"]
    assert ending(report, "loss")["status"] == "passed"


@pytest.mark.table
@pytest.mark.parametrize(
    "cell",
    [
        "import keras",
        "%%time\nimport keras",
        "x = !ls\nimport keras",
        "__import__('ker' + 'as')",
        "exec('import keras')",
    ],
)
def test_forbidden_import_is_found_in_every_form(tmp_path, check, solution, cell):
    (tmp_path / "keras.py").write_text("")  # next to the notebook, so that nothing large is loaded
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "keras.py").write_text("")
    (folder / "mine.ipynb").write_text(notebook(solution, cell))
    _, report = check("folder", "--only", "numpy-only")
    assert report["checks"][0]["status"] == "failed"
    assert "Your code imports keras" in report["checks"][0]["message"]


def test_reassigned_function_name_is_reported(tmp_path, check, solution):
    (tmp_path / "mine.ipynb").write_text(notebook(solution, "loss = 0.5"))
    _, report = check("mine.ipynb")
    assert ending(report, "loss")["message"].startswith("`loss` is a value (float) at the end, not a function")


def test_failed_cell_is_noted_in_a_correct_notebook(tmp_path, grader_here, solution):
    (tmp_path / "mine.ipynb").write_text(notebook(solution, "data = open('data.csv')"))
    done = grader_here("check", "single-neuron", "mine.ipynb")
    assert done.returncode == 0
    assert "Note: Loading mine.ipynb failed at cell 2, line 1 with FileNotFoundError" in done.stdout


def test_failing_experiment_in_a_module_costs_nothing_and_is_noted(tmp_path, check, solution):
    (tmp_path / "mine.py").write_text(solution + "\n\npredict(1, 2, 3, 4)\npredict('a', 'b')\n")
    code, report = check("mine.py")
    assert (code, report["score"]) == (0, 100)
    first, second = report["checks"][0]["evidence"]["notes"]
    assert "with TypeError" in first
    assert "called at line" in second


def test_graded_file_of_a_folder_is_named(tmp_path, grader_here, solution):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "neuron.py").write_text(solution)
    assert grader_here("check", "single-neuron", "mine").stdout.startswith("single-neuron: mine (neuron.py)\n")


@pytest.mark.long
def test_answers_are_computed_without_a_cache_if_there_is_no_home(grader):
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    program = "import os; os.path.expanduser = lambda path: path; from grader.cli import main; main()"
    command = [sys.executable, "-c", program, "check", "single-neuron", str(EXAMPLES / "wrong.py"), "--only", "loss"]
    done = subprocess.run([*command, "--seed", "11"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", exercises("relu-swap"))
def test_demo_separates_correct_from_wrong(grader, name):
    examples = ROOT / "examples" / name
    for path, code in ((next(examples.glob("correct.*")), 0), (examples / "wrong.py", 1)):
        done = grader("check", name, path, timeout=400)
        assert done.returncode == code, done.stdout + done.stderr


@on_real_data
@pytest.mark.parametrize(
    "name",
    ["numpy-mnist", *(pytest.param(name, marks=pytest.mark.long) for name in ("cifar-grayscale", "clothing-mlp"))],
)
def test_solution_gets_full_marks_on_the_real_data(grader, name):
    solution = assignment.load(name).file("solution.py")
    done = grader("check", name, solution, "--json", "--data", REAL_DATA, timeout=400)
    report = json.loads(done.stdout)
    assert {check["status"] for check in report["checks"]} == {"passed"}
    assert ".npz" in report["environment"]["data"]


def test_missing_gpu_is_reported(grader):
    environment = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
    environment["PATH"] = "/nowhere"
    command = ("check", "single-neuron", SINGLE_NEURON / "solution.py", "--device", "gpu")
    report = grader(*command, "--json", env=environment)
    assert (report.returncode, json.loads(report.stdout)["ending"]) == (3, "not_gradable")
    done = grader(*command, env=environment)
    assert (done.returncode, done.stdout) == (3, "")
    assert (
        done.stderr
        == "Error: NVIDIA's driver is not loaded on this machine: install the driver, or leave out --device gpu.\n"
    )


def test_missing_data_folder_is_wrong_usage(grader_here):
    done = grader_here("check", "cifar-grayscale", SINGLE_NEURON / "solution.py", "--data", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_timings_are_printed_apart_from_the_report(grader, solution, tmp_path):
    (tmp_path / "mine.ipynb").write_text(notebook(solution))
    done = grader("check", "single-neuron", "mine.ipynb", "--timings", "--json")
    assert json.loads(done.stdout)["environment"]["engine"] == "shell"
    stages = [line.split(" s  ")[1] for line in done.stderr.splitlines()]
    assert stages[:3] == ["prepare", "start", "load"]
    assert {"gradients", "diagnosis", "report"} <= {*stages}


def test_notebook_is_executed_by_a_kernel_on_request(grader_here, solution, tmp_path):
    (tmp_path / "mine.ipynb").write_text(notebook(solution))
    done = grader_here("check", "single-neuron", "mine.ipynb", "--engine", "kernel")
    assert "executed by a kernel" in done.stdout
