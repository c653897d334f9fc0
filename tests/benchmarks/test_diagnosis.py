"""benchmarks/diagnosis.py runs and judges reports."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT, SINGLE_NEURON, bundled, known_wrong

SCRIPT = ROOT / "benchmarks" / "diagnosis.py"


@pytest.fixture
def run():
    def run(*arguments):
        command = [sys.executable, str(SCRIPT), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    return run


def report(*checks):
    """Return a report with checks (name, status, bug, also, or)."""
    return {"checks": [_check(*check) for check in checks], "seconds": 1.0}


def _check(name, status, bug=None, also=(), either=()):
    def entry(bug):
        return {"bug": bug, "title": bug, "where": "dB2"}

    further = {"also": [entry(other) for other in also], "or": [entry(other) for other in either]}
    diagnosis = {**entry(bug), **further} if bug else None
    return {"name": name, "status": status, "message": "It is wrong.", "diagnosis": diagnosis}


@pytest.mark.parametrize(
    "verdict, check",
    [
        ("right", ("backward", "failed", "flipped-sign")),
        ("wrong", ("backward", "partial", "not-averaged", ["flipped-sign"])),
        ("right*", ("backward", "failed", "not-averaged", [], ["flipped-sign"])),
        ("right", ("forward", "failed", "flipped-sign")),
        ("wrong", ("backward", "failed", "not-averaged")),
        ("located", ("backward", "failed")),
        ("missed", ("forward", "failed")),
        ("missed", ("backward", "passed")),
    ],
)
def test_first_failed_check_counts(benchmark, verdict, check):
    diagnosis = benchmark("diagnosis")
    case = diagnosis.Case("numpy-mnist", "loops", "flipped-sign", "backward", "flipped-sign")
    later = ("update", "failed", "something-else")
    checks = [("relu", "passed"), check, later] if check[1] != "passed" else [check]
    assert diagnosis.judged(case, report(*checks))[0] == verdict


def test_unexpected_name_is_listed(benchmark):
    diagnosis = benchmark("diagnosis")
    free = diagnosis.Case("numpy-mnist", "loops", "own", "backward", None)
    correct = diagnosis.Case("numpy-mnist", "loops", "solution.py", None, None)
    named, unnamed = report(("backward", "failed", "flipped-sign")), report(("backward", "failed"))
    judged = [(case, *diagnosis.judged(case, made)) for case in (free, correct) for made in (named, unnamed)]
    assert [verdict for _, verdict, _ in judged] == ["unexpected", "located", "named", "failed"]
    lines = list(diagnosis.exceptions(diagnosis.Outcome(*one, 1.0) for one in judged))
    assert [line.split()[0] for line in lines] == ["unexpected", "named", "failed"]
    assert "found failed at backward: flipped-sign (dB2)" in lines[0]


@pytest.mark.parametrize(
    "declared, verdicts, reached",
    [
        (True, ["right"] * 96 + ["right*"] + ["located"] * 3, True),
        (True, ["right"] * 96 + ["located"] * 4, False),
        (True, ["right"] * 99 + ["wrong"], False),
        (False, ["right"] * 85 + ["wrong"] * 2 + ["located"] * 13, True),
        (False, ["right"] * 84 + ["located"] * 16, False),
        (False, ["right"] * 97 + ["wrong"] * 3, False),
    ],
)
def test_goals(benchmark, declared, verdicts, reached):
    diagnosis = benchmark("diagnosis")
    case = diagnosis.Case("numpy-mnist", "loops", "flipped-sign", "backward", "flipped-sign", declared)
    lines, reaches = diagnosis.totals([diagnosis.Outcome(case, verdict, "", 1.0) for verdict in verdicts])
    assert reaches == reached
    right = sum(verdict.startswith("right") for verdict in verdicts)
    assert f"{right} of {len(verdicts)}" in lines[0]


def test_bugs_can_be_removed(benchmark):
    diagnosis = benchmark("diagnosis")
    assert diagnosis._load("single-neuron").content.bugs
    assert diagnosis._undeclared("single-neuron").content.bugs == []
    assert diagnosis._undeclared("single-neuron").content.steps == diagnosis._load("single-neuron").content.steps


@pytest.mark.long  # it grades every known-wrong solution of an exercise
def test_one_row_for_each_exercise_and_style(run):
    done = run("single-neuron", "--styles", "as written")
    assert done.returncode in (0, 1), done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines() if line.startswith("single-neuron")]
    assert len(rows) == 1
    assert int(rows[0][0].split()[3]) + int(rows[0][1].split()[0]) == len(bundled("single-neuron").known_wrong())
    assert rows[0][2].split() == ["1", "1", "0", "0"]


@pytest.mark.long
def test_corpus_is_printed_next_to_its_labels(run, tmp_path):
    folder = tmp_path / "single-neuron"
    folder.mkdir()
    (folder / "solution.py").write_text((SINGLE_NEURON / "solution.py").read_text())
    (folder / "mean_gradient.py").write_text(known_wrong("single-neuron", "mean-gradient"))
    labels = [
        {"file": "solution.py", "correct": True, "bugs": [], "where": "", "nameable": False, "function": ""},
        {"file": "mean_gradient.py", "correct": False, "bugs": ["averages"], "where": "both", "function": "gradients"},
        {"file": "nowhere.py", "correct": False, "bugs": ["gone"]},
    ]
    (folder / "labels.json").write_text(json.dumps(labels))
    done = run("--corpus", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "label  averages (function: gradients, where: both)\n    found  failed at gradients" in done.stdout
    assert "nowhere.py does not exist" in done.stdout
    assert "named on correct  0 of 1 (0.0 %)" in done.stdout


def test_unknown_styles_and_folders_are_wrong_usage(benchmark, capsys, monkeypatch, tmp_path):
    for arguments, said in (
        (["--styles", "prose"], "there is no style 'prose'"),
        (["resnet"], "there is no exercise 'resnet'"),
        (["--corpus", tmp_path / "nowhere"], "is no folder"),
    ):
        monkeypatch.setattr(sys, "argv", ["diagnosis.py", *map(str, arguments)])
        with pytest.raises(SystemExit, match="2"):
            sys.exit(benchmark("diagnosis").main())
        assert said in capsys.readouterr().err


def test_general_name_of_the_catalogue_is_right(benchmark):
    diagnosis = benchmark("diagnosis")
    case = diagnosis.Case("relu-swap", "loops", "some", "forward", "forward-not-swapped")
    verdicts = {
        name: diagnosis.judged(case, report(("forward", "failed", name)))[0]
        for name in ("another-activation", "leaky-relu")
    }
    assert verdicts == {"another-activation": "right", "leaky-relu": "wrong"}
