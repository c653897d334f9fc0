"""Tests of ``grader leaderboard``."""

from __future__ import annotations

import json

from tests.conftest import SINGLE_NEURON


def test_leaderboard_ranks_reports(tmp_path, grader):
    template = grader("check", "single-neuron", SINGLE_NEURON / "solution.py", "--json").stdout

    def report(name, accuracy, data="mnist: stand-in"):
        document = json.loads(template)
        document["submission"] = {"path": name, "sha256": name}
        document["environment"]["data"] = data
        document["checks"][0]["evidence"] = {"bonus": True, "accuracy": accuracy, "interval": [accuracy, accuracy]}
        return document

    for name, accuracy in (("ann", 0.93), ("bob", 0.97), ("eve", 0.97)):
        (tmp_path / f"{name}.json").write_text(json.dumps(report(name, accuracy)))
    (tmp_path / "again.json").write_text(json.dumps(report("ann", 0.91)))
    (tmp_path / "real.json").write_text(json.dumps(report("dan", 0.5, "mnist: mnist.npz")))
    (tmp_path / "broken.json").write_text("{")
    done = grader("leaderboard", ".")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [(line[0], line[-1]) for line in lines if "%" in line] == [
        ("1", "dan"),
        ("1", "bob"),
        ("1", "eve"),
        ("3", "ann"),
    ]
    assert grader("leaderboard", "broken.json").returncode == 2
    assert "does not exist" in grader("leaderboard", "nobody").stderr
