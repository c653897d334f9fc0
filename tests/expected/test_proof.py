"""Only proven steps, which agree with the reference, give the expected answers of a new seed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from grader import assignment
from grader.diagnosis import agreement
from grader.diagnosis.proving import cases_of
from grader.expected import proof, reference
from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.grading.validate import _proof as lines_about
from grader.submission import read
from grader.support.errors import NotGradable

long = partial(pytest.param, marks=pytest.mark.long)
BUNDLED = assignment.bundled_names()
OFTEN = ("single-neuron", "numpy-mnist", "initialisation", "optimizers")  # the others only in the long tests
WITH_STEPS = [name for name in BUNDLED if assignment.load(name).content.steps]
SINGLE = assignment.load("single-neuron")
WITHOUT_TENSORFLOW = (
    "import sys\n"
    "class Refuse:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        assert name.partition('.')[0] not in ('tensorflow', 'keras')\n"
    "sys.meta_path.insert(0, Refuse())\n"
    "from grader.cli import main\n"
    "main()\n"
)


def copied_into(folder):
    """Fill a folder with a copy of single-neuron that has its own reference and no recorded answers."""
    shutil.copytree(SINGLE.folder, folder)
    (folder / "own.py").write_bytes((assignment.REFERENCE / "single_neuron.py").read_bytes())
    file = folder / "assignment.yaml"
    file.write_text(file.read_text().replace("reference: single_neuron", "reference: own.py"))
    return folder


@pytest.fixture
def own(tmp_path):
    """Return the folder of an assignment without a proof."""
    return copied_into(tmp_path / "own")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """Return the folder of an assignment with a proof for only two seeds, which is enough for these tests."""
    folder = copied_into(tmp_path_factory.mktemp("proven") / "own")
    loaded = assignment.load(str(folder))
    proof.write(loaded, agreement.proof_of(loaded, agreement.compare(loaded, range(2)), range(2)))
    return folder


@pytest.fixture
def proven(made_once, tmp_path):
    """Return a copy of the folder with a proof."""
    return Path(shutil.copytree(made_once, tmp_path / "own"))


@pytest.mark.parametrize("name", BUNDLED)
def test_no_bundled_exercise_needs_tensorflow_for_a_new_seed(name):
    loaded = assignment.load(name)
    assert not Oracle(loaded).needs_tensorflow(loaded.content.functions_on_probes())


@pytest.mark.parametrize("name", WITH_STEPS)
def test_steps_of_every_bundled_exercise_are_proven(name):
    loaded = assignment.load(name)
    record = proof.read(loaded)
    assert record is not None, f"run 'grader reference {name} --write'"
    assert record.seeds == 20
    assert record.functions.keys() == loaded.content.steps.keys()
    assert all(item.difference <= agreement.TOLERANCE for item in record.functions.values())


@pytest.mark.parametrize("name", [name if name in OFTEN else long(name) for name in WITH_STEPS])
def test_proof_holds_for_other_seeds(name):
    loaded = assignment.load(name)
    again = agreement.compare(loaded, range(20, 22))  # seeds that the proof does not contain
    assert {item.problem for item in again.values()} == {""}
    assert all(again[function].cases for function in loaded.content.steps)


def test_derivatives_are_confirmed_by_central_differences():
    proofs = {name: proof.read(assignment.load(name)) for name in ("single-neuron", "relu-swap", "numpy-mnist")}
    derivatives = {"single-neuron": "gradients", "relu-swap": "backward", "numpy-mnist": "back_propagation"}
    for name, function in derivatives.items():
        difference = proofs[name].functions[function].central_differences
        assert difference is not None
        assert 0 < difference < reference.WITNESS_TOLERANCE


@pytest.mark.parametrize("name", ["single-neuron", "numpy-mnist"])
def test_answers_of_a_new_seed_equal_those_of_the_reference(name):
    loaded = assignment.load(name)
    by_steps, live = Oracle(loaded), Oracle(loaded, live=True)
    for function in loaded.content.steps:
        for case in [*cases_of(loaded, live, function, 991)][:2]:
            right, answers = live.results(function, case.inputs), by_steps.results(function, case.inputs)
            for result, value in right.items():
                assert answers[result].dtype == value.dtype
                assert np.allclose(answers[result], value, rtol=1e-9, atol=1e-12), (function, result)
    assert "reference" not in by_steps.sources


@pytest.mark.parametrize(
    "name",
    [name if name in OFTEN else long(name) for name in BUNDLED if name != "clothing-mlp"],  # it trains
)
def test_new_seed_does_not_need_tensorflow(name, tmp_path):
    solution = assignment.load(name).file("solution.py")
    command = [sys.executable, "-c", WITHOUT_TENSORFLOW, "check", name, str(solution), "--seed", "77", "--json"]
    process = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr + process.stdout
    report = json.loads(process.stdout)
    assert report["score"] >= report["max_score"]
    assert set(report["environment"]["expected_answers"]) <= {"steps", "recorded"}  # some probes have no random inputs
    assert "steps" in report["environment"]["expected_answers"] or name not in WITH_STEPS


def test_reference_computes_answers_without_a_proof(own):
    loaded = assignment.load(str(own))
    report = grade(loaded, read(own / "solution.py", loaded), GradeOptions(seed=77, only=["predict"]))
    assert report.environment.expected_answers == ["reference"]
    report = grade(SINGLE, read(own / "solution.py", SINGLE), GradeOptions(only=["predict"]))
    assert report.environment.expected_answers == ["recorded"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("own.py", '"""TensorFlow', '"""A TensorFlow'),
        ("assignment.yaml", "    s: X @ w + b\n", "    s: b + X @ w\n"),
        ("assignment.yaml", "shape: [7, 3]", "shape: [8, 3]"),
        ("assignment.yaml", "(X, w, b=0.0)", "(X, w, b=1.0)"),
    ],
)
def test_proof_is_valid_for_one_reference_one_set_of_steps_and_probes(proven, file, old, new):
    assert proof.read(assignment.load(str(proven))) is not None
    text = (proven / file).read_text()
    assert old in text
    (proven / file).write_text(text.replace(old, new))
    changed = assignment.load(str(proven))
    assert proof.read(changed) is None
    (line,) = lines_about(changed)
    assert not line.holds
    assert f"run 'grader reference {proven} --write'" in line.sentence


@pytest.mark.long
def test_unchanged_copy_of_a_bundled_exercise_has_its_proof(tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(SINGLE.folder, folder)
    loaded = assignment.load(str(folder))
    assert proof.read(loaded) is not None
    assert [line.holds for line in lines_about(loaded)] == [True]
    file = folder / "assignment.yaml"
    file.write_text(file.read_text().replace("    s: X @ w + b\n", "    s: b + X @ w\n"))
    changed = assignment.load(str(folder))
    assert proof.read(changed) is None
    assert [*lines_about(changed)] == []  # no proof was recorded for the copy
    assert proof.file_of(changed) == folder / "answers" / "single-neuron.proof.json"
    assert reference.shipped_file(changed).parent == assignment.REFERENCE / "answers"


def test_program_of_the_steps_is_a_part_of_the_proof(proven):
    (proven / "bugs").mkdir()
    program = (assignment.REFERENCE / "bugs" / "single_neuron.py").read_text()
    (proven / "bugs" / "single_neuron.py").write_text(program + "\n# changed\n")
    assert proof.read(assignment.load(str(proven))) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", "no JSON", '{"schema": "grader.proof/2"}', "\0"])
def test_damaged_proof_is_ignored(proven, content):
    proof.file_of(assignment.load(str(proven))).write_text(content)
    assert proof.read(assignment.load(str(proven))) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    delta: error * slope\n", "    delta: error * slope * 1.0000001\n", "dw differs by 1.0e-07"),
        long("    db: np.sum(delta)\n", "    db: np.sum(delta, keepdims=True)\n", "db has the shape (1,)"),
        long("    a: predict(X, w, b)\n", "    a: predict(X, w, b) + nothing\n", "cannot be computed"),
        long("    db: np.sum(delta)\n", "    db: np.sum(delta) / 0\n", "db differs by"),
    ],
)
def test_steps_that_do_not_agree_are_not_proven(own, old, new, message):
    file = own / "assignment.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    loaded = assignment.load(str(own))
    compared = agreement.compare(loaded, range(1))
    assert message in compared["gradients"].problem
    assert "gradients" not in agreement.proof_of(loaded, compared).functions
    assert "predict" in agreement.proof_of(loaded, compared).functions


@pytest.mark.long
def test_reference_with_a_wrong_derivative_gives_no_proof(own):
    """Steps that repeat its mistake agree with it, but central differences do not."""
    reference = own / "own.py"
    text = reference.read_text()
    assert "return dw, db" in text or "tape.gradient" in text
    reference.write_text(
        text
        + "\n\n_right = gradients\n\n\ndef gradients(X, y, w, b=0.0):\n    dw, db = _right(X, y, w, b)\n    return 2 * dw, 2 * db\n"
    )
    file = own / "assignment.yaml"
    file.write_text(file.read_text().replace("    delta: error * slope\n", "    delta: 2 * error * slope\n"))
    compared = agreement.compare(assignment.load(str(own)), range(1))
    assert "is not the derivative of cost by central differences" in compared["gradients"].problem


@pytest.mark.long
def test_validate_finds_a_forged_proof(proven):
    file = proven / "assignment.yaml"
    file.write_text(file.read_text().replace("    delta: error * slope\n", "    delta: 2 * error * slope\n"))
    loaded = assignment.load(str(proven))
    compared = {name: replace(item, problem="") for name, item in agreement.compare(loaded, range(1)).items()}
    proof.write(loaded, agreement.proof_of(loaded, compared, range(1)))
    lines = [*lines_about(loaded)]
    assert not any(line.holds for line in lines)
    assert "the steps of gradients do not agree with the reference: dw differs" in lines[0].sentence


def test_need_for_tensorflow_is_reported_before_a_worker_starts(own, monkeypatch):
    monkeypatch.setattr(reference.packages, "tensorflow_version", lambda: None)
    loaded = assignment.load(str(own))
    report = grade(loaded, read(own / "solution.py", loaded), GradeOptions(seed=77))
    assert report.ending == "not_gradable"
    assert "pip install 'deep-learning-grader[tensorflow]'" in report.problem()
    with pytest.raises(NotGradable):
        Oracle(loaded).refuse_without_answers(["predict"], True)  # nothing is recorded
    Oracle(SINGLE).refuse_without_answers(SINGLE.content.functions_on_probes(), False)
    report = grade(SINGLE, read(own / "solution.py", SINGLE), GradeOptions(seed=77, only=["predict"]))
    assert report.passed
