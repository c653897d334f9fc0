"""Tests of the upload in a folder like ``/autograder``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from grader.assignment import load
from grader.gradescope import autograder
from grader.machine.capacity import MemoryLimit
from grader.sandbox import memory_needs
from grader.support import i18n
from tests.conftest import known_wrong, notebook

OWN = """
name: own
version: 1
title: Own
reference: truth.py
functions:
  double: {signature: (x), returns: [y]}
probes:
  some: {inputs: {x: {draw: normal, shape: [3]}}}
checks:
  - {name: double, title: It doubles, kind: values, function: double, probes: [some], points: 3}
  - {name: again, title: It doubles again, kind: values, function: double, probes: [some], points: 2, visibility: hidden}
  - {name: secret, title: It doubles in secret, kind: values, function: double, probes: [some], points: 1, visibility: instructor}
"""


@pytest.fixture(scope="module")
def single_neuron(make):
    """The bundled assignment with the seed of the recorded answers, so that no test needs TensorFlow."""
    upload = make("single-neuron", "--seed", "0")
    upload.install()
    return upload


@pytest.fixture(scope="module")
def custom(make, tmp_path_factory):
    """An instructor's assignment with hidden checks and its own reference."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "assignment.yaml").write_text(OWN)
    (folder / "truth.py").write_text("def double(x):\n    return 2 * x\n")
    (folder / "solution.py").write_text("def double(x):\n    return 2 * x\n")
    upload = make(folder)
    shutil.rmtree(folder)
    upload.install()
    return upload


def test_submission_is_named_in_the_language_of_the_upload(tmp_path):
    (tmp_path / "a.zip").write_text("none")
    with i18n.use("de"):
        assert autograder._read(tmp_path, load("single-neuron")).nothing.startswith("Deine Abgabe ist ein beschädigtes")


@pytest.fixture
def small(monkeypatch):
    """Gradescope's default container."""
    monkeypatch.setattr(memory_needs, "memory", lambda: MemoryLimit(768 << 20, Path("/sys/fs/cgroup")))


def laid_out(base, name="numpy-mnist"):
    for folder in ("source/trial", "submission"):
        (base / folder).mkdir(parents=True)
    (base / "source" / "grader.json").write_text(
        json.dumps({"assignment": name, "seed": 0, "isolation": None, "language": "en"})
    )
    for path in ("submission/mine.py", "source/trial/solution.py"):
        (base / path).write_text(load(name).file("solution.py").read_text())


def test_container_that_is_too_small_fails_the_build(small, tmp_path, capsys):
    laid_out(tmp_path)
    assert autograder.main(tmp_path, prepare=True) == 3
    output = capsys.readouterr().out
    assert "This container has 768 MB of memory, but numpy-mnist needs 1.5 GB: choose at least 1 processor" in output
    assert not (tmp_path / "results").exists()


def test_reason_for_missing_score_is_for_instructors_only(small, tmp_path, capsys):
    """The build may have been made in a larger container."""
    laid_out(tmp_path)
    assert autograder.main(tmp_path, prepare=False) == 3
    results = json.loads((tmp_path / "results" / "results.json").read_text())
    assert results["output"] == "This could not be graded yet. It is not your fault."
    assert not {"score", "tests"} & results.keys()
    assert results["stdout_visibility"] == "hidden"
    assert "numpy-mnist needs 1.5 GB: choose at least 1 processor and 1.5 GB" in capsys.readouterr().out


def test_build_reports_reduced_memory_in_a_small_container(small, tmp_path, capsys, monkeypatch):
    laid_out(tmp_path, "single-neuron")
    assert autograder.main(tmp_path, prepare=True) == 0
    output = capsys.readouterr().out
    assert "768 MB of memory (limits of this container)" in output
    assert "A submission may use 640 MB here; the assignment allows 1 GB." in output
    assert "The solution got 100.0 of 100.0 points." in output


def test_solution_and_wrong_submission_get_their_scores(single_neuron, solution):
    single_neuron.submit(neuron__ipynb=notebook(solution))
    result = single_neuron.run()
    assert result.returncode == 0, result.stdout + result.stderr
    results = single_neuron.results()
    assert results["score"] == 100
    assert sum(test["max_score"] for test in results["tests"]) == 100
    assert results["extra_data"]["isolation"]["level"] in ("strong", "medium")
    assert "Isolation " in result.stdout
    single_neuron.submit(neuron__py=known_wrong("single-neuron", "mean-gradient"))
    assert single_neuron.run().returncode == 0
    results = single_neuron.results()
    assert results["score"] == 85
    assert "mean-instead-of-sum" in json.dumps(results)
    assert str(single_neuron.base) not in json.dumps(results)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "Your submission contains no notebook (.ipynb) and no Python file (.py)"),
        ({"a__ipynb": "{}", "b__ipynb": "{}"}, "Your submission contains nothing that can be graded (a.ipynb: "),
        (
            {"a__pdf": "%PDF", "test_all__py": "def test_it():\n    pass\n"},
            "Your submission contains nothing that can be",
        ),
        ({"a__zip": "not a zip"}, "Your submission is a damaged or encrypted archive"),
    ],
)
def test_unreadable_submission_gets_no_score_but_a_reason(single_neuron, files, sentence):
    single_neuron.submit(**files)
    result = single_neuron.run()
    assert result.returncode == 0, result.stdout + result.stderr
    results = single_neuron.results()
    assert not {"score", "tests"} & results.keys()
    assert results["output"].startswith(sentence)
    assert str(single_neuron.base) not in json.dumps(results)


def test_failure_of_the_grader_is_not_a_zero(single_neuron, solution):
    """The results of an earlier run are removed, so that Gradescope reports a failure of the autograder."""
    (single_neuron.base / "results" / "results.json").write_text("{}")
    settings = single_neuron.source / "grader.json"
    old_results = settings.read_text()
    try:
        for broken in ({"seed": "x"}, {"assignment": "gone"}):
            settings.write_text(json.dumps({**json.loads(old_results), **broken}))
            single_neuron.submit(neuron__py=solution)
            result = single_neuron.run()
            assert result.returncode == 3
            assert "Traceback" not in result.stdout + result.stderr
            assert not (single_neuron.base / "results" / "results.json").exists()
    finally:
        settings.write_text(old_results)


def test_build_grades_and_removes_the_solution(single_neuron, solution):
    result = single_neuron.run("--prepare")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "The solution got 100.0 of 100.0 points." in result.stdout
    assert not (single_neuron.base / "results" / "results.json").exists()
    files = [
        path for path in single_neuron.source.rglob("*") if path.is_file() and path.stat().st_size == len(solution)
    ]
    assert [path for path in files if path.read_text() == solution] == []
    result = single_neuron.run("--prepare")  # an installation makes uploads without a solution
    assert result.returncode == 0, result.stdout + result.stderr
    assert "no solution to test. The starter got 0.0 of 100.0 points: upload a solution" in result.stdout


@pytest.mark.long
def test_hidden_checks_are_graded_but_not_shown(custom):
    result = custom.run("--prepare")
    assert "The solution got 6.0 of 6.0 points." in result.stdout, result.stdout + result.stderr
    custom.submit(mine__py="def double(x):\n    return 2 * x + 1\n")
    result = custom.run()
    assert result.returncode == 0, result.stdout + result.stderr
    results = custom.results()
    tests_by_name = {test["name"].split(":")[0]: test for test in results["tests"]}
    assert [*tests_by_name] == ["double", "again", "Further checks"]
    assert "hidden" not in {
        test.get("visibility") for test in tests_by_name.values()
    }  # it would hide the total score from students
    assert "hidden" in tests_by_name["again"]["output"]
    assert results["score"] == 0
    assert sum(test["max_score"] for test in results["tests"]) == 6
    seed = json.loads((custom.source / "grader.json").read_text())["seed"]
    assert seed > 2**32
    assert str(seed) not in json.dumps(results) + result.stdout


def test_student_code_cannot_read_the_upload_or_the_results(custom):
    custom.submit(
        mine__py=f"import os\nfound = []\nfor folder, _, files in os.walk({str(custom.base)!r}):\n"
        "    for name in files:\n        path = os.path.join(folder, name)\n"
        "        if '/venv/' not in path:\n            found.append(path)\n"
        f"        elif '/grader/' in path and '/worker/' not in path:\n            found.append(path)\n"
        f"try:\n    open({str(custom.base / 'results' / 'results.json')!r}, 'w')\n    found.append('results')\n"
        "except OSError:\n    pass\ndef double(x):\n    raise ValueError(found)"
    )
    assert custom.run().returncode == 0
    assert "ValueError: []" in custom.results()["tests"][0]["output"]


@pytest.mark.long
def test_whole_process_from_setup_to_results(make, solution):
    """With a random seed, and with everything that setup.sh installs: takes minutes and needs a network."""
    upload = make("single-neuron")
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    result = subprocess.run([upload.source / "setup.sh"], env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "The solution got 100.0 of 100.0 points." in result.stdout
    upload.submit(neuron__py=solution)
    result = upload.run()
    assert result.returncode == 0, result.stdout + result.stderr
    assert upload.results()["score"] == 100
