"""Expected answers: recorded ones equal a live run, and a check needs no TensorFlow."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from grader import assignment
from grader.grading import grade
from grader.oracle import Oracle, shipped_file
from grader.submission import read

LOADED = assignment.load("single-neuron")
INPUTS = {"X": np.eye(3), "y": np.zeros(3), "w": np.ones(3), "b": 0.5}


def test_recorded_answers_equal_a_live_run():
    live = Oracle(LOADED, live=True)
    grade(LOADED, read(LOADED.file("solution.py"), LOADED.name), oracle=live)
    with np.load(shipped_file(LOADED), allow_pickle=False) as recorded:
        assert set(recorded) == set(live.recorded)
        for key, answer in live.recorded.items():
            assert np.allclose(recorded[key], answer, rtol=1e-12, atol=1e-14), key


def test_a_check_imports_no_tensorflow(tmp_path, grader):
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
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Score: 100 of 100" in done.stdout


def test_other_inputs_are_computed_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = Oracle(LOADED).results("gradients", INPUTS)
    assert len(list(tmp_path.rglob("*.npz"))) == 1
    again = Oracle(LOADED)
    monkeypatch.setattr(again, "_call", lambda *_: pytest.fail("computed again"))
    second = again.results("gradients", INPUTS)
    assert all(np.array_equal(first[name], second[name]) for name in ("dw", "db"))


def test_another_reference_gets_other_keys(tmp_path):
    (tmp_path / "own.py").write_text("def sigmoid(z):\n    return z\n")
    text = (LOADED.folder / "assignment.yaml").read_text().replace("reference: single_neuron", "reference: own.py")
    (tmp_path / "assignment.yaml").write_text(text)
    own = Oracle(assignment.load(str(tmp_path)), live=True)
    assert own.results("sigmoid", {"z": 3.0})["a"] == 3.0
    assert set(own.recorded).isdisjoint(np.load(shipped_file(LOADED)))


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert Oracle(LOADED).results("sigmoid", {"z": 0.0})["a"] == 0.5


def test_a_damaged_cache_file_is_computed_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    Oracle(LOADED).results("sigmoid", {"z": 0.0})
    (kept,) = tmp_path.rglob("*.npz")
    kept.write_bytes(kept.read_bytes()[:100])
    assert Oracle(LOADED).results("sigmoid", {"z": 0.0})["a"] == 0.5


def test_central_differences_confirm_the_tape():
    live = Oracle(LOADED, live=True)
    tape = live.results("gradients", INPUTS)
    for name, parameter in (("dw", "w"), ("db", "b")):
        slope = live.central_differences("cost", INPUTS, parameter)
        assert np.allclose(slope, tape[name], atol=1e-9)
