"""Recorded answers equal those of a live run, and a check does not need TensorFlow."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from grader import assignment
from grader.expected import reference
from grader.expected.reference import Oracle, shipped_file
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.submission import read

LOADED = assignment.load("single-neuron")
NET = assignment.load("numpy-mnist")
RECORDED = [name for name in assignment.bundled_names() if shipped_file(assignment.load(name)).is_file()]
# The first ones train networks, tensors and gradient-tape import TensorFlow twice, and the others compute thousands
# of central differences or steps; relu-swap is quick.
SLOW = (
    *("callbacks", "clothing-cnn", "clothing-mlp", "mnist-cnn", "mnist-mlp", "playground", "two-gaussians"),
    *("ffnn", "gradient-tape", "minimizer", "numpy-mnist", "single-neuron", "tensors"),
)
LONG = dict.fromkeys(SLOW, pytest.mark.long)
INPUTS = {"X": np.eye(3), "y": np.zeros(3), "w": np.ones(3), "b": 0.5}


@pytest.mark.parametrize("name", [pytest.param(n, marks=LONG.get(n, ())) for n in RECORDED])
def test_recorded_answers_equal_a_live_run(name):
    loaded = assignment.load(name)
    live = Oracle(loaded, live=True)
    grade(loaded, read(loaded.file("solution.py"), name), GradeOptions(oracle=live, include_hidden=True))
    with np.load(shipped_file(loaded), allow_pickle=False) as answers:
        assert set(answers) == set(live.given)
        for key, answer in live.given.items():
            assert np.allclose(answers[key], answer, rtol=1e-12, atol=1e-14), key


def test_check_does_not_import_tensorflow(tmp_path, grader):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        assert name != 'tensorflow'\n"
        "sys.meta_path.insert(0, Refuse())\n"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import sitecustomize"
    import subprocess

    program = f"{code}; sys.argv = ['grader', 'check', 'single-neuron', {str(LOADED.file('solution.py'))!r}]; from grader.cli import main; main()"
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert "Score: 100 of 100" in process.stdout


@pytest.fixture
def unproven(tmp_path, monkeypatch):
    """Return an assignment with its own reference, without recorded answers and with an empty cache."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "own.py").write_bytes((assignment.REFERENCE / "single_neuron.py").read_bytes())
    text = (LOADED.folder / "assignment.yaml").read_text().replace("reference: single_neuron", "reference: own.py")
    (folder / "assignment.yaml").write_text(text)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return assignment.load(str(folder))


def test_answers_for_other_inputs_are_computed_once_and_cached(unproven, tmp_path, monkeypatch):
    first = Oracle(unproven).results("gradients", INPUTS)
    assert len(list(tmp_path.rglob("*.npz"))) == 1
    again = Oracle(unproven)
    monkeypatch.setattr(again, "_call", lambda *_: pytest.fail("computed again"))
    second = again.results("gradients", INPUTS)
    assert all(np.array_equal(first[name], second[name]) for name in ("dw", "db"))


def test_answers_for_own_starts_of_submissions_are_dropped_at_some_time(monkeypatch):
    monkeypatch.setattr(reference, "MOST_KEPT", 5000)
    own_starts = [{**INPUTS, "b": float(b)} for b in range(9)]
    of_class, saved = Oracle(LOADED, answers={"other/dw": np.zeros(3)}), Oracle(LOADED, answers={})
    for oracle in (of_class, saved):
        first = oracle.results("gradients", own_starts[0])
        others = [oracle.results("gradients", inputs) for inputs in own_starts[1:]]
        assert len(others) == 8
        assert np.array_equal(oracle.results("gradients", own_starts[0])["dw"], first["dw"])
    assert (len(of_class.given), len(saved.given)) == (8, 18)


def test_another_reference_has_other_keys(tmp_path):
    (tmp_path / "own.py").write_text("def sigmoid(z):\n    return z\n")
    text = (LOADED.folder / "assignment.yaml").read_text().replace("reference: single_neuron", "reference: own.py")
    (tmp_path / "assignment.yaml").write_text(text)
    own = Oracle(assignment.load(str(tmp_path)), live=True)
    assert own.results("sigmoid", {"z": 3.0})["a"] == 3.0
    assert set(own.given).isdisjoint(np.load(shipped_file(LOADED)))


def test_unwritable_cache_is_not_an_error(unproven, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert Oracle(unproven).results("sigmoid", {"z": 0.0})["a"] == 0.5


def test_damaged_cache_file_is_computed_again(unproven, tmp_path):
    Oracle(unproven).results("sigmoid", {"z": 0.0})
    (cached_file,) = tmp_path.rglob("*.npz")
    cached_file.write_bytes(cached_file.read_bytes()[:100])
    assert Oracle(unproven).results("sigmoid", {"z": 0.0})["a"] == 0.5


def test_central_differences_confirm_automatic_derivatives():
    live = Oracle(LOADED, live=True)
    tape = live.results("gradients", INPUTS)
    for name, parameter in (("dw", "w"), ("db", "b")):
        right, slope = live.central_differences("cost", INPUTS, parameter, tape[name])
        assert right is tape[name]
        assert np.allclose(slope, right, atol=1e-9)


def net(width):
    """Return inputs of a numpy-mnist network with ``width`` inputs, and its forward pass."""
    random = np.random.RandomState(3)
    sizes = [width, 6, 5, 10]
    inputs = {"X": random.uniform(size=(width, 4)), "Y": np.eye(10)[:, 6:], "alpha": 0.1}
    for layer in (1, 2, 3):
        inputs[f"w{layer}"] = random.uniform(-0.5, 0.5, (sizes[layer], sizes[layer - 1]))
        inputs[f"b{layer}"] = random.uniform(-0.5, 0.5, (sizes[layer], 1))
    return inputs


def test_large_parameter_is_confirmed_in_one_direction_and_at_some_entries():
    live = Oracle(NET, live=True)
    inputs = net(400)
    inputs |= live.results("forward_propagation", inputs)
    tape = live.results("back_propagation", inputs)["dW1"]
    right, slope = live.central_differences("cost", inputs, "w1", tape)
    assert right.shape == slope.shape == (1 + reference.SOME_ENTRIES,)
    assert np.abs(right[0]) > 1e-3
    assert np.allclose(slope, right, atol=1e-8)
    spoilt = tape.copy()
    spoilt[3, 200] += 1  # one wrong entry of 2400 changes the slope in the random direction
    assert not np.allclose(slope, live.central_differences("cost", inputs, "w1", spoilt)[0], atol=1e-3)


def test_chain_passes_results_on_and_scales_those_of_one_function():
    live = Oracle(NET, live=True)
    inputs = net(7)
    functions = ["forward_propagation", "back_propagation", "update_params"]
    state = dict(inputs)
    for _ in range(2):
        for function in functions:
            state |= live.results(function, state)
    twice = live.chain(functions, inputs, 2)
    assert all(np.allclose(twice[name], state[name], rtol=1e-13) for name in twice)
    slower = live.chain(functions, {**inputs, "alpha": 0.01}, 2)
    scaled = live.chain(functions, inputs, 2, ("back_propagation", 0.1))
    assert all(np.allclose(slower[name], scaled[name], rtol=1e-12) for name in twice)
    assert not np.allclose(slower["w1"], twice["w1"])
